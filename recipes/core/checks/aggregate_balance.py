"""aggregate_balance: a count or sum is the same in two datasets, on the whole or group by group."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sqlglot import exp

from recipes.core.checks.aggregate import as_number
from recipes.core.checks.balance.compared import HERE, THERE, floats, pairs_of, wrong_groups, wrong_if
from recipes.core.checks.balance.parameters import ADDITIVE, AggregateBalance
from recipes.core.checks.balance.sides import Side, sides_of
from recipes.core.checks.base import Check, Evidence, Measurement, Numbers, Subject, Values
from recipes.core.checks.rows import filtered
from recipes.core.checks.tolerances import tolerated
from recipes.core.checks.tree import column, count, count_if, derived, select, total
from recipes.core.checks.words import counted, listed, number


def measure(subject: Subject) -> Measurement:
    """Compare both sides by one statement: a full outer join of grouped aggregates, in which NULL is a group.

    It is written as UNION ALL and GROUP BY, as PostgreSQL has no full join that takes NULL for equal to NULL.
    """
    params: AggregateBalance = subject.params
    here, there = sides_of(subject)
    pairs = derived(pairs_of(here, there), "pairs")
    wrong = wrong_if(params, floats(here, there))
    statement = select(
        {
            "groups": count(),
            "wrong": count_if(wrong),
            "here": total(column(HERE)) if here.function in ADDITIVE else exp.Max(this=column(HERE)),
            "there": total(column(THERE)) if there.function in ADDITIVE else exp.Max(this=column(THERE)),
        },
        pairs,
    )
    evidence = Evidence()
    if params.by:
        evidence = Evidence(lambda: wrong_groups(here, there, wrong, params), tuple(params.by))
    return Measurement(
        read=lambda values: _read(subject, here, there, values), statement=statement, evidence=evidence
    )


def _read(subject: Subject, here: Side, there: Side, values: Values) -> Numbers:
    params: AggregateBalance = subject.params
    groups, wrong = int(values["groups"]), int(values["wrong"])
    sides = _value(values["here"], here), _value(values["there"], there)
    details = {"here": sides[0], "there": sides[1]}
    expected = f"the same as {there.what()}{tolerated(params.tolerance)}"
    if params.by:
        return Numbers(
            said=_said_by_group(subject, here, there, groups, wrong),
            n_scope=groups,
            n_applicable=groups,
            n_fail=wrong,
            unit="groups",
            details=details,
            expected=expected,
        )
    # Decimal keeps 3.3 − 4.1 from becoming −0.7999999999999998.
    difference = float(Decimal(str(sides[0] or 0)) - Decimal(str(sides[1] or 0)))
    return Numbers(
        said=_said(subject, here, there, sides, difference),
        n_scope=1,
        n_applicable=1,
        n_fail=wrong,
        measure=difference,
        unit="difference",
        details={**details, "difference": difference},
        expected=expected,
    )


def _value(value: Any, side: Side) -> float | None:
    return None if value is None else as_number(value, _capital(side.what()))


def _said(
    subject: Subject, here: Side, there: Side, sides: tuple[float | None, float | None], difference: float
) -> str:
    shown = ["nothing" if side is None else number(side) for side in sides]
    start = f"{_capital(here.what())}{filtered(subject)} is {shown[0]}, {there.what()} {shown[1]}"
    if difference == 0:
        return start
    way = "more" if difference > 0 else "less"
    return f"{start}: {number(abs(difference))} {way}{tolerated(subject.params.tolerance)}"


def _said_by_group(subject: Subject, here: Side, there: Side, groups: int, wrong: int) -> str:
    compared = f"{here.what()}{filtered(subject)} and {there.what()}"
    names = listed([part.name for part in here.by])
    if groups == 0:
        return f"Neither {here.dataset} nor {there.dataset} has rows to compare"
    if wrong == 0:
        return f"{_capital(compared)} agree in {counted(groups, 'group')} by {names}{tolerated(subject.params.tolerance)}"
    return (
        f"{_capital(compared)} do not agree in {number(wrong)} of {counted(groups, 'group')} by {names}"
        f"{tolerated(subject.params.tolerance)}"
    )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


CHECK = Check(
    name="aggregate_balance",
    summary="A count, sum or other number is the same in two datasets, on the whole or group by group.",
    about="dataset",
    parameters=AggregateBalance,
    measure=measure,
    on_empty="compare",
    fail="> 0",
    counts="groups",
    conditions=("of_where",),
    example="{node: daily, check: aggregate_balance, column: takings, of: sales.orders, of_column: total, by: [day]}",
    notes=(
        "Empty datasets are compared like others: 0 and 0 agree, 0 and 5 do not. NULL is a group like any other.",
        "Sums of floats may differ by a billionth of their size, which the order of adding can make.",
    ),
)
