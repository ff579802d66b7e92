"""set_reconcile: two datasets or SELECTs hold the same rows, copies counted or not."""

from __future__ import annotations

from typing import Literal

from pydantic import model_validator
from sqlglot import exp

from recipes.core.checks.base import (
    CannotMeasureError,
    Check,
    Evidence,
    Measurement,
    Numbers,
    Parameters,
    Subject,
    Values,
    find_column,
)
from recipes.core.checks.families import has_order
from recipes.core.checks.joins.others import Dataset, demand_comparable, other_filter, shared_columns
from recipes.core.checks.rows import filtered
from recipes.core.checks.statements import select_of
from recipes.core.checks.tree import (
    Condition,
    column,
    count_if,
    derived,
    select,
    table,
    total,
)
from recipes.core.checks.words import agree, counted, listed, number

HERE, THERE = "rows here", "rows there"
MADE_HERE, MADE_THERE = "count here", "count there"


class SetReconcile(Parameters):
    """Two sets of rows, and what of them is compared."""

    of: Dataset = ""
    """The other dataset, or"""
    of_sql: str = ""
    """a SELECT that makes the other rows"""
    sql: str = ""
    """A SELECT that makes the rows here, instead of the dataset of the test"""
    columns: list[str] = []
    """The columns compared; those that both datasets have, or all of the SELECT"""
    of_columns: list[str] = []
    """The columns compared there, if they have other names"""
    of_where: str | None = None
    """Condition on the rows of the other dataset; where it is not given `where` holds there too"""
    mode: Literal["bag", "set"] = "bag"
    """Whether copies of a row count (bag) or not (set)"""

    @model_validator(mode="after")
    def _fitting(self) -> SetReconcile:
        if bool(self.of) == bool(self.of_sql.strip()):
            raise ValueError("give either of or of_sql.")
        if self.of_columns and len(self.of_columns) != len(self.columns):
            raise ValueError("of_columns must name as many columns as columns.")
        return self

    def datasets(self) -> frozenset[str]:
        return frozenset({self.of} if self.of else ())


def measure(subject: Subject) -> Measurement:
    """Count every row +1 here and −1 there by UNION ALL: what does not come to 0 is on one side only."""
    params: SetReconcile = subject.params
    here, there, names = _sides(subject)
    pairs = derived(_counted(here, there, names), "pairs")
    only_here, only_there = (_only(one, other, params.mode) for one, other in ((HERE, THERE), (THERE, HERE)))
    statement = select(
        {
            MADE_HERE: _rows(HERE, params.mode),
            MADE_THERE: _rows(THERE, params.mode),
            "either": count_if(exp.true()),
            "only_here": total(only_here),
            "only_there": total(only_there),
        },
        pairs,
    )
    evidence = Evidence(rows=lambda: _differing(subject, here, there, names))
    return Measurement(read=lambda values: _read(subject, values), statement=statement, evidence=evidence)


def _sides(subject: Subject) -> tuple[exp.Select, exp.Select, list[str]]:
    """Return both sides as SELECTs of the compared columns under the names of those here."""
    params: SetReconcile = subject.params
    here = select_of(subject, "sql", params.sql) if params.sql.strip() else None
    there = select_of(subject, "of_sql", params.of_sql) if params.of_sql.strip() else None
    if here is None and not subject.dataset:
        raise CannotMeasureError("set_reconcile needs the dataset it is about, or sql.")
    if here is not None and subject.where is not None:
        raise CannotMeasureError("where does not go with sql: put the condition into the SQL.")
    names = params.columns or _all_names(subject, here, there)
    theirs = params.of_columns or names
    mine = list(names)
    if here is None:
        mine = [subject.column(name).name for name in names]
    if there is None:
        theirs = [find_column(name, subject.columns_of(params.of), params.of).name for name in theirs]
    if here is None and there is None:
        _demand_comparable(subject, mine, theirs)
    shown = [f"column {place}" for place in range(len(names))]
    sides = []
    for query, dataset, taken, where in (
        (here, subject.dataset, mine, subject.where),
        (there, params.of, theirs, other_filter(subject, params.of, params.of_where) if params.of else None),
    ):
        source = derived(query, "made") if query is not None else table(dataset)
        columns = {alias: column(name) for alias, name in zip(shown, taken, strict=True)}
        sides.append(select(columns, source, where))
    return sides[0], sides[1], list(names)


def _all_names(subject: Subject, here: exp.Select | None, there: exp.Select | None) -> list[str]:
    for query in (here, there):
        if query is not None:
            names = list(query.named_selects)
            if not names or "*" in names or "" in names:
                raise CannotMeasureError("Name the columns to compare, as the SQL does not name them all.")
            return names
    names = shared_columns(subject.columns, subject.columns_of(subject.params.of))
    names = [name for name in names if has_order(subject.columns[name].type)]
    if not names:
        raise CannotMeasureError(f"{subject.dataset} and {subject.params.of} have no columns in common.")
    return names


def _demand_comparable(subject: Subject, mine: list[str], theirs: list[str]) -> None:
    other = subject.params.of
    there = subject.columns_of(other)
    pairs = [(subject.columns[one], there[two]) for one, two in zip(mine, theirs, strict=True)]
    demand_comparable(pairs, subject.dataset, other)


def _counted(here: exp.Select, there: exp.Select, names: list[str]) -> exp.Select:
    """Return one row for each different row of either side, with its copies on both."""
    zero, one = exp.Literal.number(0), exp.Literal.number(1)
    sides = []
    for query, first, second in ((here, one, zero), (there, zero, one)):
        side = query.copy()
        side.select(
            exp.alias_(first, "here", quoted=True), exp.alias_(second, "there", quoted=True), copy=False
        )
        sides.append(side)
    both = derived(exp.union(*sides, distinct=False, copy=False), "both")
    groups = [column(f"column {place}") for place in range(len(names))]
    sums = [
        exp.alias_(total(column(side)), name, quoted=True)
        for side, name in (("here", HERE), ("there", THERE))
    ]
    return select([*groups, *sums], both).group_by(*(group.copy() for group in groups), copy=False)


def _only(one: str, other: str, mode: str) -> exp.Expr:
    """Return how often a row is on one side only: the copies that the other lacks, or 1 where it has none."""
    if mode == "set":
        there = exp.GT(this=column(one), expression=exp.Literal.number(0))
        missing = exp.EQ(this=column(other), expression=exp.Literal.number(0))
        return exp.case().when(exp.and_(there, missing), exp.Literal.number(1)).else_(exp.Literal.number(0))
    more = exp.Sub(this=column(one), expression=column(other))
    return (
        exp.case().when(exp.GT(this=column(one), expression=column(other)), more).else_(exp.Literal.number(0))
    )


def _rows(side: str, mode: str) -> exp.Expr:
    if mode == "bag":
        return total(column(side))
    return count_if(exp.GT(this=column(side), expression=exp.Literal.number(0)))


def _differs(mode: str) -> Condition:
    zero = exp.Literal.number(0)
    return exp.or_(
        exp.GT(this=exp.paren(_only(HERE, THERE, mode)), expression=zero),
        exp.GT(this=exp.paren(_only(THERE, HERE, mode)), expression=zero.copy()),
    )


def _differing(subject: Subject, here: exp.Select, there: exp.Select, names: list[str]) -> exp.Select:
    shown = [exp.alias_(column(f"column {place}"), name, quoted=True) for place, name in enumerate(names)]
    pairs = derived(_counted(here, there, names), "pairs")
    found = select([*shown, column(HERE), column(THERE)], pairs, _differs(subject.params.mode))
    most = exp.Ordered(this=exp.Abs(this=exp.Sub(this=column(HERE), expression=column(THERE))), desc=True)
    return found.order_by(most, *(column(f"column {place}") for place in range(len(names))), copy=False)


def _read(subject: Subject, values: Values) -> Numbers:
    params: SetReconcile = subject.params
    here, there = int(values[MADE_HERE]), int(values[MADE_THERE])
    only_here, only_there = int(values["only_here"]), int(values["only_there"])
    both = here + there if params.mode == "bag" else int(values["either"])
    return Numbers(
        said=_said(subject, here, there, only_here, only_there),
        n_scope=both,
        n_applicable=both,
        n_fail=only_here + only_there,
        details={"here": here, "there": there, "only_here": only_here, "only_there": only_there},
        expected=f"the same rows as {_name(params.of)}",
    )


def _said(subject: Subject, here: int, there: int, only_here: int, only_there: int) -> str:
    one = "the SQL" if subject.params.sql.strip() else f"{subject.dataset}{filtered(subject)}"
    other, kind = _name(subject.params.of), "row" if subject.params.mode == "bag" else "different row"
    if not only_here and not only_there:
        both = f"hold the same {counted(here, kind)}" if here else "are both empty"
        return (
            f"{one[:1].upper()}{one[1:]} and {other} {both}"
            if one.startswith("the ")
            else f"{one} and {other} {both}"
        )
    parts = [
        f"{number(count)} {agree('is|are', count)} in {side} only"
        for count, side in ((only_here, one), (only_there, other))
        if count
    ]
    return f"Of {counted(here, kind)} in {one} and {number(there)} in {other}, {listed(parts)}"


def _name(of: str) -> str:
    return of or "the other SQL"


CHECK = Check(
    name="set_reconcile",
    summary="Two datasets, or two SELECTs, hold the same rows.",
    about="dataset",
    parameters=SetReconcile,
    measure=measure,
    on_empty="compare",
    fail="> 0",
    statements=("sql", "of_sql"),
    conditions=("of_where",),
    needs_dataset=False,
    example="{node: clean, check: set_reconcile, of: flights.raw, columns: [day, carrier, number]}",
    notes=(
        "With `mode: bag` copies count: three equal rows here and two there differ by one. Shares are of the rows of"
        " both sides together (with `mode: set` of all different rows).",
        "NULL equals NULL. `only_here` and `only_there` are kept apart; two empty sides are the same.",
        "Whole rows may come in another order; lists and structs are compared only where `columns` names them.",
    ),
)
