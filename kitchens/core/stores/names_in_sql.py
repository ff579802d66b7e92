"""What the names and words of a parsed SELECT may be, so that the text made from its tree means what the tree said.

Two ways of one attack are closed here. A table named like a WITH part where that part is not to be seen is a table
of the engine's own catalog. And a word that the parser took out of its quotes is written back without them: what
stood inside would then be read as SQL.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from sqlglot import exp

# A word that is written as it stands: names, types, units, operators. No quotes, brackets, semicolons or comments.
WORD = re.compile(r"(?!.*(--|/\*))[\w .$+*/<>=~!@#%^&|?:-]*", re.ASCII)
WRITTEN_IN_QUOTES = (exp.Literal, exp.RawString, exp.ByteString, exp.National, exp.UnicodeString)
BARE_PLACES = ("unit", "zone")  # arguments whose text is written bare, whatever kind of text it is


def odd_words(tree: Any) -> Iterator[str]:
    """Yield every word that would be written without quotes and is none."""
    for node in tree.walk():
        for value in node.args.values():
            if isinstance(value, str) and not _is_quoted(node, value) and not WORD.fullmatch(value):
                yield value


def _is_quoted(node: Any, text: str) -> bool:
    if isinstance(node, exp.Identifier):
        return bool(node.args.get("quoted"))
    if not isinstance(node, WRITTEN_IN_QUOTES) or node.arg_key in BARE_PLACES:
        return False
    if isinstance(node, exp.Literal):
        return bool(node.args.get("is_string")) and not isinstance(node.parent, exp.Collate)
    return not isinstance(node, exp.UnicodeString) or "\\" not in text  # its escapes are not carried over


def names_with_part(table: Any) -> bool:
    """Say whether the name of a table stands for a part of a WITH that is to be seen from there.

    A part sees those before it. Itself it sees only after UNION in a WITH RECURSIVE: anywhere else the engine would
    look its own name up in the catalog.
    """
    name = table.name.lower()
    below, above = table, table.parent
    while above is not None:
        with_: Any = above.args.get("with_")
        if with_ is not None and below is not with_ and name in _names(with_.expressions):
            return True
        if isinstance(above, exp.With) and isinstance(below, exp.CTE) and _sees(above, below, table, name):
            return True
        below, above = above, above.parent
    return False


def _sees(with_: exp.With, part: exp.CTE, table: exp.Table, name: str) -> bool:
    before = with_.expressions[: part.index]
    if name in _names(before):
        return True
    if not with_.recursive or name != part.alias.lower() or not isinstance(part.this, exp.SetOperation):
        return False
    again = part.this.expression
    return any(found is again for found in _above(table))


def _names(parts: list[Any]) -> set[str]:
    return {part.alias.lower() for part in parts}


def _above(node: Any) -> Iterator[Any]:
    while node is not None:
        yield node
        node = node.parent
