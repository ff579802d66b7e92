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


ASCII = 26  # the first of them
FURTHER = "[À-ỿ]"


def folded(operand: exp.Expr) -> exp.Expr:
    """Return the expression with small letters in place of capitals.

    The long table is gone through only for texts that need it: PostgreSQL looks each letter up from the start.
    """
    further = exp.RegexpLike(this=operand.copy(), expression=exp.Literal.string(FURTHER))
    return exp.case().when(further, _translated(operand, len(CAPITALS))).else_(_translated(operand, ASCII))


def _translated(operand: exp.Expr, letters: int) -> exp.Expr:
    tables = [exp.Literal.string(CAPITALS[:letters]), exp.Literal.string(SMALL[:letters])]
    return exp.Anonymous(this="TRANSLATE", expressions=[operand.copy(), *tables])


def fold(text: str) -> str:
    """Return a text as `folded` makes it."""
    return text.translate(TABLE)
