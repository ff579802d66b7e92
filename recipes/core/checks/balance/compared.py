"""SQL that sets both sides of a balance beside each other and finds the groups out of tolerance."""

from __future__ import annotations

from sqlglot import exp

from recipes.core.checks.balance.parameters import ADDITIVE, AggregateBalance
from recipes.core.checks.balance.sides import SIDE, VALUE, Side, group_name
from recipes.core.checks.families import is_float
from recipes.core.checks.tolerances import as_literal, share_of, slack
from recipes.core.checks.tree import Condition, column, derived, either, null, select

HERE, THERE = "value here", "value there"  # holding blanks, so no names of columns


def pairs_of(here: Side, there: Side) -> exp.Select:
    """Return one row for each group that either side has, with both values; NULL where a side lacks it."""
    both = derived(exp.union(here.query(1), there.query(2), distinct=False, copy=False), "both")
    groups = [column(group_name(place)) for place in range(len(here.by))]
    values = {
        name: exp.Max(
            this=exp.case().when(
                exp.EQ(this=column(SIDE), expression=exp.Literal.number(side)), column(VALUE)
            )
        )
        for side, name in ((1, HERE), (2, THERE))
    }
    shown = [*groups, *(exp.alias_(value, name, quoted=True) for name, value in values.items())]
    found = select(shown, both)
    return found.group_by(*(group.copy() for group in groups), copy=False) if groups else found


def floats(here: Side, there: Side) -> bool:
    return any(
        side.function == "avg" or (side.column is not None and is_float(side.column.type))
        for side in (here, there)
    )


def _double(operand: exp.Expr) -> exp.Expr:
    return exp.cast(operand.copy(), exp.DataType.Type.DOUBLE)


def _zero_if_null(name: str) -> exp.Expr:
    return exp.Coalesce(this=column(name), expressions=[exp.Literal.number(0)])


def _difference() -> exp.Expr:
    """Return here − there as a double, taken before it is rounded to one."""
    return _double(exp.paren(exp.Sub(this=_zero_if_null(HERE), expression=_zero_if_null(THERE))))


def wrong_if(params: AggregateBalance, floats: bool) -> Condition:
    """Return the condition that a group is out of tolerance."""
    off = _difference()
    if params.fails_when == "differs":
        distance: exp.Expr = exp.Abs(this=off)
    else:
        distance = off if params.fails_when == "more" else exp.Neg(this=exp.paren(off))
    allowed = _allowed(params)
    if floats:
        rounding = slack([_double(_zero_if_null(name)) for name in (HERE, THERE)])
        allowed = exp.Add(this=allowed, expression=rounding)
    wrong: Condition = exp.GT(this=distance, expression=allowed)
    additive = params.here in ADDITIVE and params.there in ADDITIVE
    if params.missing == "fail" or (params.missing is None and not additive):
        one_sided = exp.NEQ(this=exp.paren(null(column(HERE))), expression=exp.paren(null(column(THERE))))
        wrong = either(one_sided, wrong)
    return wrong


def _allowed(params: AggregateBalance) -> exp.Expr:
    """Return the tolerance as a double; a share of nothing is nothing."""
    if (share := share_of(params.tolerance)) is not None:
        size = exp.Abs(this=_double(_zero_if_null(THERE)))
        return exp.Mul(this=size, expression=as_literal(share, floats=True))
    return as_literal(float(params.tolerance), floats=True)


def wrong_groups(here: Side, there: Side, wrong: Condition, params: AggregateBalance) -> exp.Select:
    groups = [
        exp.alias_(column(group_name(place)), part.name, quoted=True) for place, part in enumerate(here.by)
    ]
    shown = [*groups, column(HERE), column(THERE), exp.alias_(_difference(), "difference", quoted=True)]
    found = select(shown, derived(pairs_of(here, there), "pairs"), wrong)
    largest = exp.Ordered(this=exp.Abs(this=_difference()), desc=True)
    return found.order_by(largest, *(column(group_name(place)) for place in range(len(here.by))), copy=False)
