"""Takes bodies apart into items. An item that cannot be read is a fault of its own and spoils no other."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from hub.common.errors import HubError, InvalidError
from monitoring.core.events.fields import UNKEPT

MOST_ITEMS = 1000
DEEPEST = 20  # levels of an item
READ_DEEP = 60  # levels of a body; what lies deeper is looked over, its item is refused anyhow
LONGEST_NAME = 255  # of a field
# A text, also one that never ends, or a mark. Possessive: no character is looked at twice.
_TOKEN = re.compile(r'"(?:[^"\\]++|\\.)*+(?:"|\\?\Z)|[\[\]{},]', re.DOTALL)


class UnreadableError(HubError):
    """The body as a whole is no list of items."""

    status = 400
    title = "Not readable"


@dataclass(frozen=True)
class Item:
    """One item as it was sent, or what is wrong with it."""

    raw: Any
    fault: InvalidError | None = None


@dataclass(frozen=True)
class Batch:
    """The items of a body; `single` where it was one object and no list."""

    items: tuple[Item, ...]
    single: bool


class _Doubled(dict[str, Any]):
    """An object in which a field stood twice."""


class _Strange:
    """A number that JSON has not got, or that nothing can hold."""


def read_batch(body: bytes, *, lines: bool = False, most: int = MOST_ITEMS) -> Batch:
    """Return the items of JSON (an object or an array) or, with `lines`, of NDJSON.

    UnreadableError where the body is neither; InvalidError where it has more than `most` items.
    """
    text = _decoded(body, "utf-8-sig" if lines else "")
    if lines:
        pieces = [line for line in text.split("\n") if line.strip()]
        items, single = _counted([_item(line) for line in pieces[: most + 1]], most), False
    else:
        items, single = _json_items(text, most)
    if not items:
        raise UnreadableError(
            "The body holds no event.", remedy="Send an object, an array or one object a line."
        )
    return Batch(tuple(items), single)


def read_document(body: bytes) -> Any:
    """Return a document of JSON; what is strange in it is found by `fault_of`, part by part. UnreadableError."""
    try:
        return _loads(_decoded(body))
    except (ValueError, RecursionError) as error:
        raise UnreadableError(f"The file cannot be read as JSON: {_why(error)}.") from error


def _json_items(text: str, most: int) -> tuple[list[Item], bool]:
    try:
        found = _loads(text)
    except (ValueError, RecursionError) as error:
        if not text.lstrip().startswith("["):
            raise UnreadableError(f"The body cannot be read as JSON: {_why(error)}.") from error
        return _counted([_item(piece) for piece in _pieces(text, most)], most), False
    listed = found if isinstance(found, list) else [found]
    return _counted([Item(one, fault_of(one)) for one in listed[: most + 1]], most), not isinstance(
        found, list
    )


def _counted(items: list[Item], most: int) -> list[Item]:
    if len(items) > most:
        raise InvalidError(
            f"The body has more than {most:,} items; none was taken.",
            remedy="Send them in several requests.",
        )
    return items


def _decoded(body: bytes, encoding: str = "") -> str:
    """Return the text; bytes that are no text become halves of characters, which spoil the item they stand in."""
    try:
        return body.decode(encoding or json.detect_encoding(body), errors="surrogateescape")
    except (UnicodeError, LookupError) as error:
        raise UnreadableError("The body is not text in UTF-8.") from error


def _item(piece: str) -> Item:
    try:
        raw = _loads(piece)
    except (ValueError, RecursionError) as error:
        return Item(
            None,
            InvalidError(
                f"The item cannot be read as JSON: {_why(error)}.", remedy="Mend it and send it again."
            ),
        )
    return Item(raw, fault_of(raw))


def _pieces(text: str, most: int) -> Iterator[str]:
    """Yield the texts between the commas of an array that cannot be read whole, at most one more than are taken."""
    start = text.index("[") + 1
    depth, count = 0, 0
    for token in _TOKEN.finditer(text, start):
        mark = token[0]
        if mark in "[{":
            depth += 1
        elif mark in "]}":
            depth -= 1
        if (mark == "," and depth == 0) or depth < 0:
            count += 1
            if piece := text[start : token.start()].strip():
                yield piece
            start = token.end()
        if depth < 0 or count > most:
            return
    if piece := text[start:].strip():
        yield piece


def _loads(text: str) -> Any:
    """Return the document; what lies too deep in it is left out, and found by `fault_of` where it lay."""
    try:
        return _parsed(text)
    except RecursionError:
        return _parsed(_shallow(text))


def _shallow(text: str) -> str:
    """Return the text of JSON with everything below the depth that is read replaced by a number."""
    kept: list[str] = []
    depth = start = cut = 0
    for token in _TOKEN.finditer(text):
        mark = token[0]
        if mark in "[{":
            depth += 1
            if depth == READ_DEEP:
                cut = token.start()
        elif mark in "]}":
            if depth == READ_DEEP:
                kept += [text[start:cut], "0"]
                start = token.end()
            depth -= 1
    return "".join([*kept, text[start:]])


def _parsed(text: str) -> Any:
    return json.loads(
        text,
        object_pairs_hook=_object,
        parse_constant=lambda _: _Strange(),
        parse_int=lambda digits: int(digits) if len(digits) < 20 else _Strange(),
        parse_float=_float,
    )


def _float(text: str) -> Any:
    found = float(text)
    return found if math.isfinite(found) else _Strange()


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    return found if len(found) == len(pairs) else _Doubled(found)


def fault_of(raw: Any) -> InvalidError | None:
    """Return what keeps an item from being stored, whatever it means; None where nothing does."""
    level = [raw]
    for _ in range(DEEPEST):
        for one in level:
            if said := _strange(one):
                return InvalidError(said, remedy="Mend it and send it again.")
        level = [inner for one in level for inner in _inside(one)]
        if not level:
            return None
    return InvalidError(f"The item is nested deeper than {DEEPEST} levels.", remedy="Send it flatter.")


def _strange(one: Any) -> str:
    if isinstance(one, str) and UNKEPT.search(one):
        return "A text holds a null character, or bytes that are no character of UTF-8."
    if isinstance(one, _Strange):
        return "A number is not finite (NaN, Infinity), or has more digits than anything can hold."
    if isinstance(one, dict):
        if isinstance(one, _Doubled):
            return "A field stands twice in one object."
        if any(len(name) > LONGEST_NAME or UNKEPT.search(name) for name in one):
            return f"The name of a field is longer than {LONGEST_NAME} characters, or holds none that can be kept."
    return ""


def _inside(one: Any) -> list[Any]:
    if isinstance(one, dict):
        return list(one.values())
    return one if isinstance(one, list) else []


def _why(error: BaseException) -> str:
    return (
        "it is nested too deep"
        if isinstance(error, RecursionError)
        else str(error)[:160].encode("ascii", "replace").decode()
    )
