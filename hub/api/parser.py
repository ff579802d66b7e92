"""Reads request bodies as strictly as the standard of JSON allows."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest
from ninja.errors import HttpError
from ninja.parser import Parser

DEPTH_LIMIT = 40


class StrictParser(Parser):
    """Nothing doubled, nothing endless, nothing that only looks like a number."""

    def parse_body(self, request: HttpRequest) -> Any:
        if request.content_type != "application/json":
            raise HttpError(415, "The body has to be JSON, sent with Content-Type: application/json.")
        try:
            found = json.loads(request.body, object_pairs_hook=_once, parse_constant=_no_number)
        except (ValueError, RecursionError) as error:
            raise HttpError(400, f"The body cannot be read as JSON: {str(error)[:200]}.") from error
        if fault := _fault(found):
            raise HttpError(400, fault)
        return found


def _fault(found: Any) -> str:
    """Return what is wrong with what was read, level by level; "" where nothing is."""
    level = [found]
    for _ in range(DEPTH_LIMIT):
        if any(isinstance(item, str) and not _storable(item) for item in level):
            return "A text of the body holds a null character or half of a character."
        level = [inner for item in level for inner in _inside(item)]
        if not level:
            return ""
    return f"The body is nested deeper than {DEPTH_LIMIT} levels."


def _storable(text: str) -> bool:
    """Say whether both databases can keep the text."""
    return "\0" not in text and not any("\ud800" <= character <= "\udfff" for character in text)


def _inside(item: Any) -> list[Any]:
    if isinstance(item, dict):
        return [*item.keys(), *item.values()]
    return item if isinstance(item, list) else []


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key stands twice in one object")
    return found


def _no_number(word: str) -> None:
    raise ValueError(f"{word} is not a number in JSON")
