"""Which numbers of parts add up to the number of the whole, told from the tree of an aggregate."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, localcontext
from typing import Any

from sqlglot import exp

from recipes.core.checks.base import Columns
from recipes.core.checks.families import Family, bare, family, is_float, is_integer

SAFE = 2**63  # sums of whole numbers beyond it overflow in one of the stores, perhaps in the middle
ORDERED = (Family.NUMBER, Family.DATE, Family.TIME, Family.MOMENT)  # texts sort by the rules of each store
DIGITS = 100


class CannotAddError(Exception):
    """These numbers do not tell the number of the whole."""


@dataclass(frozen=True)
class Additive:
    """How numbers of parts add up; `empty` is the number of no rows."""

    add: Callable[[Sequence[Any]], Any]
    empty: Any = None


def additive(aggregate: exp.Expr, columns: Columns) -> Additive | None:
    """Return how the aggregate adds up over parts, None where it does not, or not to the very same number.

    Counts do, least and greatest of numbers and times, and sums of whole numbers and decimals. Averages, quantiles,
    distinct values and sums of floats, which depend on the order of adding, do not.
    """
    bare_aggregate, zero = _inside(aggregate)
    if isinstance(bare_aggregate, exp.Count):
        counted = bare_aggregate.this
        plain = isinstance(counted, exp.Star) or not isinstance(counted, exp.Distinct)
        return Additive(sum, 0) if plain and not bare_aggregate.expressions else None
    if isinstance(bare_aggregate, exp.Sum) and _exact(bare_aggregate.this, columns):
        return Additive(_total, 0 if zero else None)
    ends = isinstance(bare_aggregate, exp.Min | exp.Max) and not zero and not bare_aggregate.expressions
    if ends and _is_ordered(bare_aggregate.this, columns):
        return Additive(_least if isinstance(bare_aggregate, exp.Min) else _greatest)
    return None


def _inside(aggregate: exp.Expr) -> tuple[exp.Expr, bool]:
    """Return the aggregate without its filter, and whether COALESCE(…, 0) stands around it."""
    zero = isinstance(aggregate, exp.Coalesce) and [one.sql() for one in aggregate.expressions] == ["0"]
    found = aggregate.this if zero else aggregate
    return (found.this if isinstance(found, exp.Filter) else found), zero


def _exact(operand: exp.Expr, columns: Columns) -> bool:
    """Say whether sums of the operand are exact in any order: columns of whole numbers or decimals, or one at times."""
    return all(is_integer(kind) or bare(kind) in ("DECIMAL", "NUMERIC") for kind in _kinds(operand, columns))


def _is_ordered(operand: exp.Expr, columns: Columns) -> bool:
    return all(family(kind) in ORDERED and not is_float(kind) for kind in _kinds(operand, columns))


def _kinds(operand: exp.Expr, columns: Columns) -> list[str]:
    """Return the types of the columns that an operand takes its values from; one that is none where it computes."""
    found = operand.unnest()
    if isinstance(found, exp.Column):
        return [columns[found.name].type] if found.name in columns else ["unknown"]
    if isinstance(found, exp.Case) and found.args.get("this") is None and found.args.get("default") is None:
        return [kind for branch in found.args["ifs"] for kind in _kinds(branch.args["true"], columns)]
    return ["unknown"]


def _total(numbers: Sequence[Any]) -> Any:
    given = [one for one in numbers if one is not None]
    if not given:
        return None
    if isinstance(given[0], int) and sum(map(abs, given)) >= SAFE:
        raise CannotAddError
    with localcontext() as context:
        context.prec = DIGITS
        return sum(given[1:], given[0])


def _least(numbers: Sequence[Any]) -> Any:
    return min((one for one in numbers if one is not None), default=None)


def _greatest(numbers: Sequence[Any]) -> Any:
    return max((one for one in numbers if one is not None), default=None)


# What is kept of a number: a letter for its type, and its text. Anything else is not kept.
TO_TEXT: Mapping[type, str] = {
    bool: "b",
    int: "i",
    float: "f",
    Decimal: "d",
    str: "s",
    datetime: "t",
    date: "a",
}
FROM_TEXT: Mapping[str, Callable[[str], Any]] = {
    "b": lambda text: text == "True",
    "i": int,
    "f": float,
    "d": Decimal,
    "s": str,
    "t": datetime.fromisoformat,
    "a": date.fromisoformat,
    "n": lambda text: None,
}


def packed(value: Any) -> list[str]:
    """Return a value as JSON keeps it without loss; CannotAddError for one of another type."""
    if value is None:
        return ["n", ""]
    if type(value) not in TO_TEXT:
        raise CannotAddError
    return [TO_TEXT[type(value)], value.isoformat() if isinstance(value, date) else str(value)]


def unpacked(kept: Sequence[str]) -> Any:
    letter, text = kept
    return FROM_TEXT[letter](text)
