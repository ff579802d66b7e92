"""Values as one would write them into recipe.yaml by hand."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from hub.common.errors import InvalidError
from recipes.core.spec.yaml import DEPTH_LIMIT, scalar

PLAIN = re.compile(r"[^\W_](?:[\w .+/()-]*[\w.+/()-])?")  # needs no quotes, inside of braces neither
WIDE = 110  # characters of a line


def written(value: Any, depth: int = 0) -> str:
    """Return a value on one line, quoted only where it must be; dictionaries and lists in braces and brackets.

    InvalidError for one that is nested deeper than a file may be.
    """
    if depth > DEPTH_LIMIT:
        raise InvalidError("The test is nested too deep.", remedy=f"Use at most {DEPTH_LIMIT} levels.")
    if isinstance(value, Mapping):
        pairs = (f"{written(str(name))}: {written(item, depth + 1)}" for name, item in value.items())
        return f"{{{', '.join(pairs)}}}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(written(item, depth + 1) for item in value)}]"
    if isinstance(value, str) and PLAIN.fullmatch(value) and scalar(value) == value:
        return value
    text = json.dumps(value, ensure_ascii=False)
    return "".join(one if one.isprintable() else f"\\U{ord(one):08x}" for one in text)


def entry_lines(name: str, entry: Mapping[str, Any], *, indent: int, flow: bool) -> str:
    """Return a test with its name as it stands in the file, without the last line break.

    On one line with `flow` where that is not too long, else a line for each key.
    """
    margin = " " * indent
    short = f"{margin}{written(name)}: {written(entry)}"
    if flow and len(short) <= WIDE:
        return short
    below = " " * (indent + 2)
    keys = [f"{below}{written(key)}: {written(value)}" for key, value in entry.items()]
    return "\n".join([f"{margin}{written(name)}:", *keys])
