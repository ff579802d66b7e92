"""foreign_key: every value is found in another dataset."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from pydantic import model_validator
from sqlglot import exp

from recipes.core.checks.base import (
    CannotMeasureError,
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
    find_column,
)
from recipes.core.checks.conditions import bind_columns, parse_condition
from recipes.core.checks.families import literal_rows, same_family
from recipes.core.checks.growing.references import ROWS, grown, grown_keys, most_missed, of_alias, total_grown
from recipes.core.checks.rows import RowRule, filtered, row_finding
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
from recipes.core.checks.words import counted, listed


class ForeignKey(Parameters):
    """A key and where it must be found."""

    column: str = ""
    """The column that refers, or"""
    columns: list[str] = []
    """the columns that refer together"""
    to: str
    """Dataset and column referred to (reference.airports.iata); with `to_columns` the dataset only"""
    to_columns: list[str] = []
    """The columns referred to, as many as `columns`"""
    to_where: str = ""
    """Condition that rows of the other dataset must keep to count"""

    @model_validator(mode="after")
    def _paired(self) -> ForeignKey:
        if bool(self.column) == bool(self.columns):
            raise ValueError("give either column or columns.")
        parts = len(self.to.split("."))
        if "{{" in self.to or (parts == 3 and not self.to_columns and len(self.key) == 1):
            return self
        if parts == 2 and len(self.to_columns) == len(self.key):
            return self
        raise ValueError(
            "to must name dataset and column, such as reference.airports.iata;"
            " for several columns to names the dataset and to_columns as many columns as columns does."
        )

    @property
    def key(self) -> tuple[str, ...]:
        return tuple(self.columns) or (self.column,)

    @property
    def parent(self) -> str:
        """The other dataset."""
        return ".".join(self.to.split(".")[:2])

    @property
    def parent_key(self) -> tuple[str, ...]:
        return tuple(self.to_columns) or (self.to.split(".")[2],)

    def datasets(self) -> frozenset[str]:
        return frozenset({self.parent})


def measure(subject: Subject) -> Measurement:
    """Count the rows whose key the other dataset does not have, by NOT EXISTS, which NULLs cannot mislead."""
    params: ForeignKey = subject.params
    pairs = _pairs(subject)
    key = tuple(name for name, _ in pairs)
    complete = every(not_null(column(name, "child")) for name in key)
    assert complete is not None  # noqa: S101
    orphan = _orphan(subject, pairs, complete)
    groups = _orphan_keys(subject, key, orphan)
    orphans = derived(
        select({"orphans": total(column(ROWS)), "missing_keys": count()}, derived(groups, "keys")), "o"
    )
    child = derived(_child(subject, {"scope": count(), "complete": count_if(complete)}), "c")
    parent = derived(select({"parents": count()}, table(params.parent), _parent_filter(subject)), "p")
    names = ("scope", "complete", "orphans", "missing_keys", "parents")
    statement = select([column(name) for name in names], child)
    for other in (orphans, parent):
        statement = statement.join(other, join_type="cross", copy=False)
    counts = select([column(name) for name in ("scope", "complete", "parents")], child.copy())
    quick = Quick(
        counts.join(parent.copy(), join_type="cross", copy=False),
        lambda: _orphan_keys(subject, key, orphan, ordered=True),
        "groups",
        _listed,
    )
    evidence = Evidence(
        rows=lambda: _orphan_rows(subject, key, orphan),
        columns=key,
        groups=lambda: _orphan_keys(subject, key, orphan, ordered=True),
        rows_of=lambda groups, all_of_them: _rows_of(subject, key, groups) if all_of_them else None,
        groups_grown=partial(grown_keys, subject, key, orphan),
    )
    growth: Growth | None = Growth(partial(grown, subject, key, orphan, complete), total_grown)
    if subject.nulls != "ignore" or params.parent == subject.dataset:
        evidence, growth = replace(evidence, rows_of=None, groups_grown=None), None
    return Measurement(
        read=lambda values: _read(subject, key, values),
        statement=statement,
        evidence=evidence,
        growth=growth,
        quick=quick,
    )


def _listed(counts: Values, groups: Sequence[Values]) -> Values:
    orphans = sum(int(group[ROWS]) for group in groups)
    return {**counts, "orphans": orphans, "missing_keys": len(groups)}


def _rows_of(subject: Subject, key: tuple[str, ...], groups: Groups) -> exp.Select | None:
    """Return the statement for the rows of missing keys that are known already."""
    known = literal_rows([row[:-1] for row in groups], [subject.columns[name] for name in key])
    if known is None:
        return None
    same = every(exp.EQ(this=column(name, "missing"), expression=column(name, "child")) for name in key)
    missing = known.subquery(exp.to_identifier("missing", quoted=True), copy=False)
    return _orphan_rows(subject, key, exp.Exists(this=select([exp.Literal.number(1)], missing, same)))


def _pairs(subject: Subject) -> list[tuple[str, str]]:
    """Return the columns of both sides; CannotMeasureError where one is missing or they cannot be compared."""
    params: ForeignKey = subject.params
    there = subject.columns_of(params.parent)
    pairs = []
    for mine, theirs in zip(params.key, params.parent_key, strict=True):
        left, right = subject.column(mine), find_column(theirs, there, params.parent)
        if not same_family(left, right):
            raise CannotMeasureError(
                f"{subject.dataset}.{mine} is {left.type} but {params.parent}.{theirs} is {right.type}:"
                " they cannot be compared. Cast one of them in its node."
            )
        pairs.append((left.name, right.name))
    return pairs


def _orphan(subject: Subject, pairs: list[tuple[str, str]], complete: Condition) -> Condition:
    """Return the condition on a child row of having no parent, by the policy for NULLs."""
    as_value = subject.nulls == "value"
    same: list[Condition] = []
    for mine, theirs in pairs:
        sides = {"this": column(theirs, "parent"), "expression": column(mine, "child")}
        same.append(exp.NullSafeEQ(**sides) if as_value else exp.EQ(**sides))
    known = select(
        [exp.Literal.number(1)],
        table(subject.params.parent, "parent"),
        every([*same, _parent_filter(subject, "parent")]),
    )
    unknown = exp.not_(exp.Exists(this=known))
    if as_value:
        return unknown
    if subject.nulls == "fail":
        return unknown  # a NULL equals nothing, so its row has no parent
    return exp.and_(complete.copy(), unknown, copy=False)


def _parent_filter(subject: Subject, alias: str = "") -> Condition | None:
    params: ForeignKey = subject.params
    if not params.to_where.strip():
        return None
    parsed = parse_condition(params.to_where, subject.context.dialect, "to_where")
    bound = bind_columns(parsed, subject.columns_of(params.parent), params.parent)
    return of_alias(bound, alias) if alias else bound


def _child(
    subject: Subject, what: dict[str, exp.Expr] | list[exp.Expr], also: Condition | None = None
) -> exp.Select:
    where = of_alias(subject.where, "child") if subject.where is not None else None
    return select(what, table(subject.dataset, "child"), every([where, also]))


def _orphan_rows(subject: Subject, key: tuple[str, ...], orphan: Condition) -> exp.Select:
    found = _child(subject, subject.every_column("child"), orphan)
    return found.order_by(*(column(part.name, "child") for part in subject.order(key)), copy=False)


def _orphan_keys(
    subject: Subject, key: tuple[str, ...], orphan: Condition, *, ordered: bool = False
) -> exp.Select:
    names = [column(name, "child") for name in key]
    found = _child(subject, [*names, exp.alias_(count(), ROWS, quoted=True)], orphan)
    found = found.group_by(*(name.copy() for name in names), copy=False)
    return most_missed(key, found) if ordered else found


def _read(subject: Subject, key: tuple[str, ...], values: Values) -> Numbers:
    params: ForeignKey = subject.params
    scope, complete, orphans = int(values["scope"]), int(values["complete"]), int(values["orphans"])
    parents = int(values["parents"])
    applicable = complete if subject.nulls == "ignore" else scope
    names = listed(key)
    said = row_finding(
        subject,
        RowRule(
            columns=key,
            violated=exp.false(),
            kept=f"has|have a value in {names} that {params.to} has",
            broken=f"has|have a value in {names} that {params.to} does not have",
        ),
        scope,
        applicable,
        orphans,
    )
    empty = parents == 0 and applicable > 0
    if empty:
        lost = "the one row" if applicable == 1 else f"the {counted(applicable, 'row')}"
        said = f"{params.parent} has no rows, so {lost} of {subject.dataset}{filtered(subject)} can find no {names} there"
    return Numbers(
        said=said,
        n_scope=scope,
        n_applicable=applicable,
        n_fail=orphans,
        details={
            "missing_keys": int(values["missing_keys"]),
            "nulls": scope - complete,
            "parent_rows": parents,
        },
        outside=empty,
        expected=f"{params.parent} to have rows" if empty else "",
    )


CHECK = Check(
    name="foreign_key",
    summary="Every value of the column is found in a column of another dataset.",
    about="column",
    parameters=ForeignKey,
    measure=measure,
    nulls=("ignore", "fail", "value"),
    fail="> 0",
    conditions=("to_where",),
    example='{node: clean, check: foreign_key, column: origin, to: reference.airports.iata, fail: "> 1 %"}',
    notes=(
        "A row without a value is not judged; with `nulls: fail` it fails, with `nulls: value` it needs a NULL there.",
        "If the other dataset is empty the test fails, whatever its limits.",
    ),
)
