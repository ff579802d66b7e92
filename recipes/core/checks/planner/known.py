"""Answers without a scan: what an aggregate over a part must be, given its rows, nulls, least and greatest values.

A condition is true of no row, of all, of those where a column is NULL, of those where it is not, or of some that
cannot be told. Each condition has two such sets, of the rows where it is true and where it is false; the rest is NULL.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlglot import exp

from kitchens.core.stores.measures import Facts
from recipes.core.checks.base import Columns
from recipes.core.checks.families import Family, family, is_float
from recipes.core.checks.planner.literals import DATES, MIRRORED, is_safe

NONE, ALL = ("none", ""), ("all", "")
Rows = tuple[str, str] | None  # None: it cannot be told
Sets = tuple[Rows, Rows]
UNTOLD: Sets = (None, None)


class UntoldError(Exception):
    """The facts do not tell this number."""


def may_be_told(aggregate: exp.Expr, where: exp.Expr | None, columns: Columns) -> bool:
    """Say whether facts may be asked for it at all: not where some row could make it fail. It holds for all parts."""
    return is_safe(aggregate, columns) and (where is None or is_safe(where, columns))


@dataclass(frozen=True)
class Known:
    """A part in numbers, as conditions and aggregates over it are judged by."""

    facts: Facts
    columns: Columns

    def value(self, aggregate: exp.Expr, where: exp.Expr | None) -> Any:
        """Return an aggregate that `may_be_told` over the rows of the filter; UntoldError where it takes a scan."""
        if isinstance(aggregate, exp.Coalesce) and len(aggregate.expressions) == 1:
            inner = self.value(aggregate.this, where)
            return 0 if inner is None and aggregate.expressions[0].sql() == "0" else inner
        rows = self.sets(where)[0] if where is not None else ALL
        if isinstance(aggregate, exp.Filter):
            rows = self._both(rows, self.sets(aggregate.expression.this)[0])
            aggregate = aggregate.this
        if isinstance(aggregate, exp.Count) and not isinstance(aggregate.this, exp.Distinct):
            if isinstance(aggregate.this, exp.Column):
                rows = self._both(rows, self._filled(aggregate.this.name))
            elif not isinstance(aggregate.this, exp.Star):
                raise UntoldError
            return self._size(rows)
        if isinstance(aggregate, exp.Min | exp.Max | exp.Sum) and not aggregate.expressions:
            return self._end(aggregate, rows)
        raise UntoldError

    def _end(self, aggregate: exp.Expr, rows: Rows) -> Any:
        """Return the least or greatest value of a column among rows that hold all its values, or none."""
        operand = aggregate.this.unnest()
        if (
            isinstance(operand, exp.Case)
            and operand.args.get("this") is None
            and not operand.args.get("default")
        ):
            if len(operand.args["ifs"]) != 1:
                raise UntoldError
            branch = operand.args["ifs"][0]
            rows = self._both(rows, self.sets(branch.this)[0])
            operand = branch.args["true"].unnest()
        if not isinstance(operand, exp.Column):
            raise UntoldError
        if self._both(rows, self._filled(operand.name)) == NONE:
            return None
        if rows not in (ALL, ("filled", operand.name)) or isinstance(aggregate, exp.Sum):
            raise UntoldError
        low, high = self._ends(operand.name)
        return low if isinstance(aggregate, exp.Min) else high

    def sets(self, condition: exp.Expr) -> Sets:
        """Return the rows where a condition is true, and those where it is false."""
        for kind, judge in JUDGES.items():
            if isinstance(condition, kind):
                return judge(self, condition)
        return UNTOLD

    def _boolean(self, node: exp.Expr) -> Sets:
        return (ALL, NONE) if node.this else (NONE, ALL)

    def _nested(self, node: exp.Expr) -> Sets:
        return self.sets(node.this)

    def _not(self, node: exp.Expr) -> Sets:
        true, false = self.sets(node.this)
        return false, true

    def _and(self, node: exp.Expr) -> Sets:
        left, right = self.sets(node.this), self.sets(node.expression)
        return self._both(left[0], right[0]), self._any(left[1], right[1])

    def _or(self, node: exp.Expr) -> Sets:
        left, right = self.sets(node.this), self.sets(node.expression)
        return self._any(left[0], right[0]), self._both(left[1], right[1])

    def _is(self, node: exp.Expr) -> Sets:
        if not isinstance(node.expression, exp.Null):
            return UNTOLD
        if isinstance(operand := node.this.unnest(), exp.Column):
            return self._null(operand.name), self._filled(operand.name)
        return UNTOLD

    def _compare(self, node: exp.Expr) -> Sets:
        """Judge a comparison of a column with a literal by the ends of the column."""
        side, other, kind = node.this.unnest(), node.expression.unnest(), type(node)
        if not isinstance(side, exp.Column):
            side, other, kind = other, side, MIRRORED[kind]
        if not isinstance(side, exp.Column):
            return UNTOLD
        try:
            low, high = self._comparable(side.name)
            value = self._beside(other, side.name)
        except UntoldError:
            return UNTOLD
        filled = self._filled(side.name)
        never, always = OUTCOMES[kind](low, high, value)
        if never:
            return NONE, filled
        return (filled, NONE) if always else UNTOLD

    def _in(self, node: exp.Expr) -> Sets:
        options = node.expressions
        if not options or node.args.get("query"):
            return UNTOLD
        tree: exp.Expr = exp.EQ(this=node.this.copy(), expression=options[0].copy())
        for option in options[1:]:
            tree = exp.Or(this=tree, expression=exp.EQ(this=node.this.copy(), expression=option.copy()))
        return self.sets(tree)

    def _null(self, name: str) -> Rows:
        nulls = self._nulls(name)
        if nulls is None:
            return None
        return NONE if nulls == 0 else ALL if nulls == self.facts.rows else ("null", name)

    def _filled(self, name: str) -> Rows:
        nulls = self._nulls(name)
        if nulls is None:
            return None
        return ALL if nulls == 0 else NONE if nulls == self.facts.rows else ("filled", name)

    def _nulls(self, name: str) -> int | None:
        found = self.facts.columns.get(name)
        return found.nulls if found else 0 if self.facts.rows == 0 else None

    def _both(self, left: Rows, right: Rows) -> Rows:
        if NONE in (left, right):
            return NONE
        if left in (ALL, right):
            return right
        if right == ALL:
            return left
        return NONE if _opposite(left, right) else None

    def _any(self, left: Rows, right: Rows) -> Rows:
        if ALL in (left, right):
            return ALL
        if left in (NONE, right):
            return right
        if right == NONE:
            return left
        return ALL if _opposite(left, right) else None

    def _size(self, rows: Rows) -> int:
        if rows is None:
            raise UntoldError
        kind, name = rows
        if kind in ("none", "all"):
            return self.facts.rows if kind == "all" else 0
        nulls = self.facts.columns[name].nulls
        return nulls if kind == "null" else self.facts.rows - nulls

    def _ends(self, name: str) -> tuple[Any, Any]:
        """Return the ends of a column as the store gives them; UntoldError where they are not known."""
        found = self.facts.columns.get(name)
        if found is None or found.low is None or found.high is None:
            raise UntoldError
        kind = self.columns[name].type
        return _value(found.low, kind), _value(found.high, kind)

    def _comparable(self, name: str) -> tuple[Any, Any]:
        low, high = self._ends(name)
        return _moment(low), _moment(high)

    def _beside(self, tree: exp.Expr, name: str) -> Any:
        """Return a literal as what it is compared as; UntoldError for anything else."""
        kind = family(self.columns[name].type)
        if kind is Family.NUMBER:
            return _number(tree)
        if isinstance(tree, exp.Cast) and tree.to.this in DATES:
            return _moment(datetime.fromisoformat(tree.this.this))
        raise UntoldError


def _number(tree: exp.Expr) -> Decimal:
    if isinstance(tree, exp.Neg):
        return -_number(tree.this)
    if isinstance(tree, exp.Literal) and not tree.is_string:
        return Decimal(tree.this)
    raise UntoldError


def _value(text: str, kind: str) -> Any:
    if is_float(kind):
        raise UntoldError
    match family(kind):
        case Family.NUMBER:
            return Decimal(text) if kind.startswith("DECIMAL") else int(text)
        case Family.DATE:
            return date.fromisoformat(text)
        case Family.TIME:
            return datetime.fromisoformat(text)
    raise UntoldError


def _moment(value: Any) -> Any:
    """Return a day as its first moment, so that days and times compare; numbers as they are."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return datetime(value.year, value.month, value.day)
    return value


def _opposite(left: Rows, right: Rows) -> bool:
    return (
        left is not None
        and right is not None
        and left[1] == right[1]
        and {left[0], right[0]} == {"null", "filled"}
    )


# Whether a comparison with a value is true of none, and of all, of the values between two ends that both occur.
OUTCOMES: Mapping[type, Callable[[Any, Any, Any], tuple[bool, bool]]] = {
    exp.LT: lambda low, high, value: (low >= value, high < value),
    exp.LTE: lambda low, high, value: (low > value, high <= value),
    exp.GT: lambda low, high, value: (high <= value, low > value),
    exp.GTE: lambda low, high, value: (high < value, low >= value),
    exp.EQ: lambda low, high, value: (not low <= value <= high, low == value == high),
    exp.NEQ: lambda low, high, value: (low == value == high, not low <= value <= high),
}
JUDGES: Mapping[type, Callable[[Known, Any], Sets]] = {
    exp.Boolean: Known._boolean, exp.Paren: Known._nested, exp.Not: Known._not, exp.And: Known._and, exp.Or: Known._or,
    exp.Is: Known._is, exp.In: Known._in, **dict.fromkeys(MIRRORED, Known._compare),
}  # fmt: skip
