"""unique: no two rows share a value, or a combination of values."""

from __future__ import annotations

from dataclasses import replace
from functools import partial, reduce

from pydantic import Field, model_validator
from sqlglot import exp

from kitchens.core.stores.base import Column
from recipes.core.checks.base import (
    Check,
    Evidence,
    Groups,
    Measurement,
    Numbers,
    Parameters,
    Quick,
    Subject,
    Values,
)
from recipes.core.checks.families import literal_rows, one_of
from recipes.core.checks.groups.shape import COPIES, groups_of
from recipes.core.checks.growing.keys import grown_values, growth, most_repeated, total_listed
from recipes.core.checks.rows import filtered, nothing_to_judge
from recipes.core.checks.tree import (
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


class UniqueKey(Parameters):
    """The key of a dataset."""

    columns: list[str] = Field(min_length=1)
    """The columns whose combination must be unique"""

    @model_validator(mode="after")
    def _each_once(self) -> UniqueKey:
        if len(set(self.columns)) < len(self.columns):
            raise ValueError("columns names a column twice.")
        return self

    @property
    def key(self) -> tuple[str, ...]:
        return tuple(self.columns)


def measure(subject: Subject) -> Measurement:
    """Count the excess rows, the repeated values and the rows involved, from one GROUP BY of the key."""
    key = tuple(subject.column(name).name for name in subject.params.key)
    return repeats(subject, key, listed(key))


def repeats(subject: Subject, key: tuple[str, ...], names: str) -> Measurement:
    """Return how to count repeated keys by the policy for NULLs; `names` are the columns in words."""
    copies = column(COPIES)
    complete = every(not_null(column(name)) for name in key)
    assert complete is not None  # noqa: S101
    counted_in = None if subject.nulls == "value" else complete
    repeated = every([counted_in, exp.GT(this=copies, expression=exp.Literal.number(1))])
    assert repeated is not None  # noqa: S101
    groups = derived(groups_of(subject, key), "keys")
    statement = select(
        {
            "scope": total(copies),
            "complete": total(copies, complete),
            "repeated_rows": total(copies, repeated),
            "repeated_values": count_if(repeated),
        },
        groups,
    )

    def counts(rows: str) -> exp.Select:
        return select({"scope": count(), "complete": count_if(complete)}, table(rows), subject.where)

    return Measurement(
        read=lambda values: _read(subject, key, names, values),
        statement=statement,
        evidence=Evidence(
            lambda: _repeated_rows(subject, key, _repeated_values(subject, key)),
            key,
            lambda: _repeated_values(subject, key),
            rows_of=lambda groups, all_of_them: _rows_of(subject, key, groups),
            groups_grown=None if subject.nulls == "value" else partial(grown_values, subject, key),
        ),
        quick=Quick(
            counts(subject.dataset),
            lambda: _repeated_values(subject, key),
            "groups",
            total_listed,
        ),
        growth=None if subject.nulls == "value" else growth(subject, key, counts),
    )


def _read(subject: Subject, key: tuple[str, ...], names: str, values: Values) -> Numbers:
    scope, complete = int(values["scope"]), int(values["complete"])
    involved, repeated = int(values["repeated_rows"]), int(values["repeated_values"])
    excess, missing = involved - repeated, scope - complete
    applicable = complete if subject.nulls == "ignore" else scope
    failing = excess + (missing if subject.nulls == "fail" else 0)
    details = {"excess": excess, "values": repeated, "rows_involved": involved, "nulls": missing}
    return Numbers(
        said=_said(subject, key, names, applicable, failing, details),
        n_scope=scope,
        n_applicable=applicable,
        n_fail=failing,
        details=details,
    )


def _said(
    subject: Subject, key: tuple[str, ...], names: str, rows: int, failing: int, counts: dict[str, int]
) -> str:
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


def _repeated_values(subject: Subject, key: tuple[str, ...]) -> exp.Select:
    """Return the most repeated keys, most copies first."""
    complete = None if subject.nulls == "value" else every(not_null(column(name)) for name in key)
    return most_repeated(subject, key, groups_of(subject, key, complete))


def _rows_of(subject: Subject, key: tuple[str, ...], groups: Groups) -> exp.Select | None:
    """Return the statement for the rows of keys that are known already; None where no literal holds one of them.

    The keys are a condition on each column beside the join: PostgreSQL would go through all rows once for each of them.
    """
    shown = groups[: subject.context.evidence_rows]
    columns = [subject.columns[name] for name in key]
    known = literal_rows(shown, [*columns, Column(COPIES, "BIGINT")])
    if known is None:
        return None
    found = _repeated_rows(subject, key, known)
    for place, of in enumerate(columns):
        if (among := one_of(column(of.name, "row"), [row[place] for row in shown], of)) is not None:
            found = found.where(among, copy=False)
    return found


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
UNIQUE_KEY = replace(
    CHECK,
    name="unique_key",
    summary="No two rows share the key of the dataset, one column or several.",
    about="dataset",
    parameters=UniqueKey,
    example="{node: load, check: unique_key, dataset: flights.raw, columns: [day, carrier, number]}",
    notes=(
        "The same as unique, under the name for keys of several columns: counts and NULLs are those of unique.",
    ),
)
