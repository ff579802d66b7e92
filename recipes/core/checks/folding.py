"""Texts without regard to case, the same in every store.

LOWER depends on the engine and, in PostgreSQL, on the locale of the database: “É” stays as it is under the locale C.
So letters are turned one by one, those of the Latin, Greek and Cyrillic scripts that have one small letter.
"""

from __future__ import annotations

from sqlglot import exp

BLOCKS = (range(0x41, 0x5B), range(0xC0, 0x250), range(0x370, 0x530), range(0x1E00, 0x1F00))
CAPITALS = "".join(
    chr(code)
    for block in BLOCKS
    for code in block
    if chr(code).lower() != chr(code) and len(chr(code).lower()) == 1
)
SMALL = CAPITALS.lower()
TABLE = str.maketrans(CAPITALS, SMALL)


def folded(operand: exp.Expr) -> exp.Expr:
    """Return the expression with small letters in place of capitals."""
    letters = [exp.Literal.string(CAPITALS), exp.Literal.string(SMALL)]
    return exp.Anonymous(this="TRANSLATE", expressions=[operand.copy(), *letters])


def fold(text: str) -> str:
    """Return a text as `folded` makes it."""
    return text.translate(TABLE)
