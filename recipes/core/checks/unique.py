"""unique: no two rows share a value, or a combination of values."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial, reduce

from pydantic import model_validator
from sqlglot import exp

from kitchens.core.stores.base import Column
from recipes.core.checks.base import (
    Check,
    Evidence,
    Groups,
    Growth,
    Measurement,
    Numbers,
    Parameters,
    Quick,
    Subject,
    Values,
)
from recipes.core.checks.families import literal_rows
from recipes.core.checks.rows import filtered, nothing_to_judge
from recipes.core.checks.tree import (
    Condition,
    column,
    count,
    count_if,
    derived,
    every,
    not_null,
    select,
    table,
    total,
)
from recipes.core.checks.words import agree, counted, listed, number

NEW, OLD = "copies among the new rows", "copies among the old rows"
COPIES = "copies of the key"  # no plain column name, so it cannot be one of the dataset's


class Unique(Parameters):
    """What must not occur twice."""

    column: str = ""
    """The column, or"""
    columns: list[str] = []
    """the columns whose combination must be unique"""

    @model_validator(mode="after")
    def _one_of_both(self) -> Unique:
        if bool(self.column) == bool(self.columns):
            raise ValueError("give either column or columns.")
        if len(set(self.columns)) < len(self.columns):
            raise ValueError("columns names a column twice.")
        return self

    @property
    def key(self) -> tuple[str, ...]:
        return tuple(self.columns) or (self.column,)


def measure(subject: Subject) -> Measurement:
    """Count the excess rows, the repeated values and the rows involved, from one GROUP BY of the key."""
    key = tuple(subject.column(name).name for name in subject.params.key)
    copies = column(COPIES)
    complete = every(not_null(column(name)) for name in key)
    assert complete is not None  # noqa: S101
    counted_in = None if subject.nulls == "value" else complete
    repeated = every([counted_in, exp.GT(this=copies, expression=exp.Literal.number(1))])
    assert repeated is not None  # noqa: S101
    groups = derived(_groups(subject, key), "keys")
    statement = select(
        {
            "scope": total(copies),
            "complete": total(copies, complete),
            "repeated_rows": total(copies, repeated),
            "repeated_values": count_if(repeated),
        },
        groups,
    )
    return Measurement(
        read=lambda values: _read(subject, key, values),
        statement=statement,
        evidence=Evidence(
            lambda: _repeated_rows(subject, key, _repeated_values(subject, key)),
            key,
            lambda: _repeated_values(subject, key),
            rows_of=lambda groups, all_of_them: _rows_of(subject, key, groups),
            groups_grown=None if subject.nulls == "value" else partial(_grown_values, subject, key),
        ),
        quick=Quick(
            select({"scope": count(), "complete": count_if(complete)}, table(subject.dataset), subject.where),
            lambda: _repeated_values(subject, key),
            "groups",
            _listed,
        ),
        growth=None if subject.nulls == "value" else Growth(partial(_grown, subject, key), _total),
    )


def _listed(counts: Values, groups: Sequence[Values]) -> Values:
    repeated = {"repeated_rows": sum(int(group[COPIES]) for group in groups), "repeated_values": len(groups)}
    return {**counts, **repeated}


def _grown(subject: Subject, key: tuple[str, ...], old: str, new: str) -> exp.Select:
    """Return the statement that looks new keys up among the old ones, which are not grouped again."""
    names = [column(name) for name in key]
    complete = every(not_null(name) for name in names)
    zero = exp.Literal.number(0)
    theirs = select(
        {**dict(zip(key, names, strict=True)), NEW: count(), OLD: zero}, table(new), subject.where
    )
    same = every(exp.EQ(this=column(name, "n"), expression=column(name, "o")) for name in key)
    coming = derived(select(names, table(new), subject.where), "n")
    among_new = exp.Exists(this=select([exp.Literal.number(1)], coming, same))
    stored = derived(select(names, table(old), subject.where), "o")
    ours = select({**{name: column(name, "o") for name in key}, NEW: zero, OLD: count()}, stored, among_new)
    both = exp.union(
        theirs.group_by(*names),
        ours.group_by(*(column(name, "o") for name in key)),
        distinct=False,
        copy=False,
    )
    keys = select(
        {**dict(zip(key, names, strict=True)), NEW: total(column(NEW)), OLD: total(column(OLD))},
        both.subquery(exp.to_identifier("both", quoted=True), copy=False),
    ).group_by(*names)
    now = exp.Add(this=column(NEW), expression=column(OLD))
    one = exp.Literal.number(1)
    repeated = every([complete, exp.GT(this=now, expression=one)])
    before = every([complete, exp.GT(this=column(OLD), expression=one.copy())])
    assert repeated is not None and before is not None  # noqa: S101, PT018
    return select(
        {
            "scope": total(column(NEW)),
            "complete": total(column(NEW), complete),
            "repeated_rows": total(now, repeated),
            "repeated_values": count_if(repeated),
            "rows_before": total(column(OLD), before),
            "values_before": count_if(before),
        },
        derived(keys, "keys"),
    )


def _total(before: Values, found: Values) -> Values:
    """Return the counts of all rows: keys that came again are counted anew, all others as they were."""
    numbers = {name: int(before[name]) + int(found[name]) for name in before}
    numbers["repeated_rows"] -= int(found["rows_before"])
    numbers["repeated_values"] -= int(found["values_before"])
    return numbers


def _grown_values(subject: Subject, key: tuple[str, ...], before: Groups, new: str) -> exp.Select | None:
    """Return the most repeated keys, looking only at those that were repeated before and those that have come since."""
    names = [column(name) for name in key]
    coming: exp.Query = select(names, table(new), subject.where)
    if before:
        known = literal_rows([row[:-1] for row in before], [subject.columns[name] for name in key])
        if known is None:
            return None
        coming = exp.union(coming, known, distinct=False, copy=False)
    same = every(exp.EQ(this=column(name, "candidate"), expression=column(name, "row")) for name in key)
    candidates = coming.subquery(exp.to_identifier("candidate", quoted=True), copy=False)
    is_candidate = exp.Exists(this=select([exp.Literal.number(1)], candidates, same))
    rows = derived(subject.rows(*names), "row")
    groups = select([column(name, "row") for name in key], rows, is_candidate)
    groups = groups.select(exp.alias_(count(), COPIES, quoted=True), copy=False)
    return _most(subject, key, groups.group_by(*(column(name, "row") for name in key), copy=False))


def _read(subject: Subject, key: tuple[str, ...], values: Values) -> Numbers:
    scope, complete = int(values["scope"]), int(values["complete"])
    involved, repeated = int(values["repeated_rows"]), int(values["repeated_values"])
    excess, missing = involved - repeated, scope - complete
    applicable = complete if subject.nulls == "ignore" else scope
    failing = excess + (missing if subject.nulls == "fail" else 0)
    details = {"excess": excess, "values": repeated, "rows_involved": involved, "nulls": missing}
    return Numbers(
        said=_said(subject, key, applicable, failing, details),
        n_scope=scope,
        n_applicable=applicable,
        n_fail=failing,
        details=details,
    )


def _said(subject: Subject, key: tuple[str, ...], rows: int, failing: int, counts: dict[str, int]) -> str:
    names = listed(key)
    where = f"of {subject.dataset}{filtered(subject)}"
    if rows == 0:
        return nothing_to_judge(subject, counts["nulls"], key)
    if failing == 0:
        if rows == 1:
            return f"The one row {where} has {names} to itself"
        return f"All {number(rows)} rows {where} differ in {names}"
    parts = []
    if counts["excess"]:
        shared = f"{counted(counts['values'], 'value')} {agree('is|are', counts['values'])} shared by "
        parts.append(f"repeat {names}: {shared}{counted(counts['rows_involved'], 'row')}")
    if subject.nulls == "fail" and counts["nulls"]:
        parts.append(f"{counted(counts['nulls'], 'row')} without a value")
    verb = parts[0].replace("repeat ", "repeats ", 1) if failing == 1 else parts[0]
    return f"{number(failing)} of {counted(rows, 'row')} {where} {', and '.join([verb, *parts[1:]])}"


def _groups(subject: Subject, key: tuple[str, ...], also: Condition | None = None) -> exp.Select:
    names = [column(name) for name in key]
    found = subject.rows(*names, exp.alias_(count(), COPIES, quoted=True), also=also)
    return found.group_by(*(name.copy() for name in names), copy=False)


def _repeated_values(subject: Subject, key: tuple[str, ...]) -> exp.Select:
    """Return the most repeated keys, most copies first."""
    complete = None if subject.nulls == "value" else every(not_null(column(name)) for name in key)
    return _most(subject, key, _groups(subject, key, complete))


def _most(subject: Subject, key: tuple[str, ...], groups: exp.Select) -> exp.Select:
    """Return the groups of more than one row, the largest first."""
    found = groups.having(exp.GT(this=count(), expression=exp.Literal.number(1)), copy=False)
    return found.order_by(exp.Ordered(this=column(COPIES), desc=True), *map(column, key), copy=False)


def _rows_of(subject: Subject, key: tuple[str, ...], groups: Groups) -> exp.Select | None:
    """Return the statement for the rows of keys that are known already; None where no literal holds one of them."""
    columns = [*(subject.columns[name] for name in key), Column(COPIES, "BIGINT")]
    known = literal_rows(groups[: subject.context.evidence_rows], columns)
    return None if known is None else _repeated_rows(subject, key, known)


def _repeated_rows(subject: Subject, key: tuple[str, ...], values: exp.Query) -> exp.Select:
    """Return whole rows of the most repeated keys, so that what differs between copies can be seen."""
    if isinstance(values, exp.Select) and values.args.get("order"):
        values = values.limit(subject.context.evidence_rows, copy=False)
    same: list[exp.Expr] = []
    for name in key:
        pair = {"this": column(name, "row"), "expression": column(name, "key")}
        same.append(exp.NullSafeEQ(**pair) if subject.nulls == "value" else exp.EQ(**pair))
    rows = derived(subject.rows(*subject.every_column()), "row")
    found = select(subject.every_column("row"), rows)
    on = reduce(lambda left, right: exp.And(this=left, expression=right), same)
    found = found.join(values.subquery(exp.to_identifier("key", quoted=True), copy=False), on=on, copy=False)
    order = [column(name.name, "row") for name in subject.order(key)]
    return found.order_by(exp.Ordered(this=column(COPIES, "key"), desc=True), *order, copy=False)


CHECK = Check(
    name="unique",
    summary="No two rows share a value of the column, or a combination of values of the columns.",
    about="column",
    parameters=Unique,
    measure=measure,
    nulls=("ignore", "fail", "value"),
    fail="> 0",
    example="{node: load, check: unique, dataset: flights.raw, columns: [day, carrier, number]}",
    notes=(
        "Three counts are kept, as tools differ: `excess` rows (all copies but one; what `warn` and `fail` compare),"
        " repeated `values`, and `rows_involved`. For a, a, a, b they are 2, 1 and 3.",
        "With `nulls: value` NULL equals NULL; with `nulls: fail` a row without a value counts as failing.",
    ),
)
