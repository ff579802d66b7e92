"""How far two numbers may differ: a number, or a share of one of them ("0.5 %")."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Annotated

from pydantic import AfterValidator
from sqlglot import exp

from recipes.core.checks.families import numeral
from recipes.core.checks.words import number

SHARE = re.compile(r"\s*(\d+(?:\.\d+)?)\s*%\s*")
ROUNDING = "0.000000001"  # relative: what the order of adding floats, and writing them in tenths, may change


def _tolerance(given: float | str) -> float | str:
    if isinstance(given, str) and "{{" not in given and SHARE.fullmatch(given) is None:
        raise ValueError(
            f"“{given}” is not a tolerance. Write a number, such as 0.01, or a share, such as 0.5 %."
        )
    if isinstance(given, float | int) and given < 0:
        raise ValueError("a tolerance cannot be below 0.")
    return given


Tolerance = Annotated[float | str, AfterValidator(_tolerance)]


def share_of(tolerance: float | str) -> Decimal | None:
    """Return the share that a tolerance names, as a fraction of 1; None where it is a plain number."""
    match = SHARE.fullmatch(tolerance) if isinstance(tolerance, str) else None
    return Decimal(match[1]) / 100 if match else None


def tolerated(tolerance: float | str) -> str:
    """Return the tolerance as the end of a sentence, nothing where there is none."""
    if not tolerance:
        return ""
    return f", {tolerance if isinstance(tolerance, str) else number(tolerance)} tolerated"


def as_literal(value: float | Decimal, *, floats: bool) -> exp.Expr:
    """Return a number as an exact literal, or as a double beside doubles."""
    made = numeral(value)
    return exp.cast(made, exp.DataType.Type.DOUBLE) if floats else made


def slack(operands: list[exp.Expr]) -> exp.Expr:
    """Return what rounding may change in a comparison of doubles of that size."""
    sizes = [exp.Abs(this=operand.copy()) for operand in operands]
    together: exp.Expr = sizes[0]
    for size in sizes[1:]:
        together = exp.Add(this=together, expression=size)
    return exp.Mul(this=as_literal(Decimal(ROUNDING), floats=True), expression=exp.paren(together))
