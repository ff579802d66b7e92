"""Fetch the evidence of one test: kept, put together from kept and new rows, or out of the data."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlglot import exp

from kitchens.core.stores.base import Column, Part, Result, Version
from recipes.core.checks.base import MOST_LISTED, Evidence
from recipes.core.checks.families import Family, family
from recipes.core.checks.planner.additive import CannotAddError, packed, unpacked
from recipes.core.checks.planner.notes import Notes, about_versions
from recipes.core.checks.planner.statements import versions_of
from recipes.core.checks.tree import sql_of, table


@dataclass(frozen=True)
class Fetched:
    """Failing rows and offending values with their counts, each None where there is no such evidence.

    `changed` are the values whose counts new rows have changed, with their counts now.
    """

    rows: Result | None = None
    groups: Result | None = None
    changed: Result | None = None


@dataclass
class Gathering:
    """The evidence of one test about a dataset; `failing` is how many rows are wrong, where that was counted."""

    dataset: str
    evidence: Evidence
    notes: Notes
    most_rows: int
    failing: int | None

    def found(self, known: Fetched) -> Fetched:
        """Return the evidence, of which some may be known; StoreError where it cannot be fetched."""
        rows = self.evidence.rows() if self.evidence.rows else None
        groups = self.evidence.groups() if self.evidence.groups else None
        asked = [one for one in (rows, groups) if one is not None]
        if not asked:
            return Fetched()
        versions = self._versions(asked)
        home = versions.get(self.dataset)
        if home is None:
            return self._gathered(rows, groups, known, Fetched(), ())
        text = f"{self.most_rows} {' '.join(map(sql_of, asked))}"
        kind, digests = f"evidence {home.store}", {name: one.digest for name, one in versions.items()}
        question = about_versions(kind, text, digests)
        if (kept := _unpacked(self.notes.answer(home, question))) is not None:
            return kept
        before, new = Fetched(), home.parts
        for old, digest in self.notes.earlier(home):
            answer = self.notes.answer(old, about_versions(kind, text, digests | {self.dataset: digest}))
            if (found := _unpacked(answer)) is not None:
                before, new = found, home.parts[len(old.parts) :]
                break
        fetched = self._gathered(rows, groups, known, before, new)
        if (kept_as := _packed(fetched)) is not None:
            self.notes.keep_answer(home, question, kept_as)
        return fetched

    def _versions(self, asked: list[exp.Query]) -> Mapping[str, Version]:
        found: dict[str, Version] = {}
        for one in asked:
            versions = versions_of(one, self.notes.session)
            if versions is None:
                return {}
            found |= versions
        return found

    def _gathered(
        self,
        rows: exp.Query | None,
        groups: exp.Query | None,
        known: Fetched,
        before: Fetched,
        new: tuple[Part, ...],
    ) -> Fetched:
        few = self.evidence.in_rows and self.failing is not None and self.failing <= MOST_LISTED
        most = max(self.most_rows, MOST_LISTED) if few else self.most_rows
        if few and rows is not None:
            wrong = known.rows or self._merged(rows, before.rows, new, most) or self._fetch(rows, most)
            return Fetched(wrong, _grouped(wrong, self.evidence.columns) if groups is not None else None)
        values = known.groups or self._regrouped(before.groups, known.changed)
        if values is None and groups is not None:
            values = self._fetch(self._groups(groups, before.groups, new), MOST_LISTED)
        if rows is None or known.rows is not None:
            return Fetched(known.rows, values)
        if (merged := self._merged(rows, before.rows, new, most)) is not None:
            return Fetched(merged, values)
        if known.changed is not None and values is not None and self._are_first(before, values):
            return Fetched(before.rows, values)
        if values is not None and values.rows and self.evidence.rows_of:
            rows = self.evidence.rows_of(values.rows, len(values.rows) < MOST_LISTED) or rows
        return Fetched(self._fetch(rows, most), values)

    def _are_first(self, before: Fetched, values: Result) -> bool:
        """Say whether the groups whose rows are shown are the same, with as many rows each: then the rows are the same."""
        if before.groups is None or before.rows is None:
            return False
        return values.rows[: self.most_rows] == before.groups.rows[: self.most_rows]

    def _regrouped(self, before: Result | None, changed: Result | None) -> Result | None:
        """Return the groups by what they were and those that have changed; None where that does not tell all."""
        if before is None or changed is None or len(before.rows) >= MOST_LISTED:
            return None
        if not all(_sorts_alike(column, self._store()) for column in changed.columns[:-1]):
            return None
        groups = {row[:-1]: row for row in (*before.rows, *changed.rows)}
        ordered = sorted(groups.values(), key=lambda row: (-row[-1], [_order(value) for value in row[:-1]]))
        return Result(changed.columns, tuple(ordered[:MOST_LISTED]))

    def _store(self) -> str:
        version = self.notes.session.seen(self.dataset)
        return version.store if version else ""

    def _groups(self, groups: exp.Query, before: Result | None, new: tuple[Part, ...]) -> exp.Query:
        if before is None or len(before.rows) >= MOST_LISTED or self.evidence.groups_grown is None:
            return groups
        return self.evidence.groups_grown(before.rows, self.notes.session.subset(self.dataset, new)) or groups

    def _merged(
        self, rows: exp.Query, before: Result | None, new: tuple[Part, ...], most: int
    ) -> Result | None:
        """Return the first of the rows that were first before and of the new ones; None where that is no sum."""
        if before is None or not isinstance(rows, exp.Select) or not _is_of_single_rows(rows, self.dataset):
            return None
        order = [
            one.this.name if isinstance(one, exp.Ordered) else one.name
            for one in rows.args["order"].expressions
        ]
        places = [[column.name for column in before.columns].index(name) for name in order]
        if not all(_sorts_alike(before.columns[place], self._store()) for place in places):
            return None
        coming = rows.copy()
        source = coming.args["from_"].this
        coming.set("from_", exp.From(this=table(self.notes.session.subset(self.dataset, new), source.alias)))
        both = [*before.rows, *self._fetch(coming, most).rows]
        both.sort(key=lambda row: [_order(row[place]) for place in places])
        return Result(before.columns, tuple(both[:most]))

    def _fetch(self, statement: exp.Query, limit: int) -> Result:
        """Return the first rows; the limit stands in the statement, beside its order, where it has none of its own."""
        if isinstance(statement, exp.Select) and statement.args.get("limit") is None:
            return self.notes.session.query(sql_of(statement.limit(limit)))
        return self.notes.session.query(sql_of(statement), limit=limit)


def _sorts_alike(column: Column, store: str) -> bool:
    """Say whether Python sorts values of a column as the store does: texts by their bytes, as DuckDB."""
    return family(column.type) not in (Family.OTHER, Family.UUID, Family.TEXT) or (
        family(column.type) is Family.TEXT and store == "embedded"
    )


def _order(value: Any) -> tuple[bool, bool, Any]:
    """Return what a value is sorted by: NULL comes last, NaN before it."""
    if value is None:
        return True, False, 0
    return (False, True, 0) if isinstance(value, float) and math.isnan(value) else (False, False, value)


def _grouped(rows: Result, names: Sequence[str]) -> Result:
    """Return the offending values of rows with their counts, most rows first, else in the order of the rows."""
    places = [[column.name for column in rows.columns].index(name) for name in names]
    counts: dict[str, list[Any]] = {}
    for row in rows.rows:
        values = [row[place] for place in places]
        same = [0.0 if one == 0 and isinstance(one, float) else one for one in values]
        counts.setdefault(repr(same), [*values, 0])[-1] += 1
    columns = (*(rows.columns[place] for place in places), Column("rows", "BIGINT"))
    return Result(columns, tuple(tuple(one) for one in sorted(counts.values(), key=lambda one: -one[-1])))


def _is_of_single_rows(rows: exp.Select, dataset: str) -> bool:
    """Say whether a statement does nothing but pick rows of a dataset, each for itself, and order them."""
    plain = {key for key, part in rows.args.items() if part} <= {
        "expressions",
        "from_",
        "where",
        "order",
        "kind",
    }
    if not plain or not rows.args.get("from_") or not rows.args.get("order"):
        return False
    source, own = rows.args["from_"].this, sql_of(table(dataset))
    picks = all(isinstance(one, exp.Column) for one in rows.expressions)
    orders = all(isinstance(one, exp.Column) for one in rows.args["order"].expressions)
    again = sum(sql_of(_bare(one)) == own for one in rows.find_all(exp.Table))
    return picks and orders and isinstance(source, exp.Table) and sql_of(_bare(source)) == own and again == 1


def _bare(source: exp.Table) -> exp.Table:
    bare = source.copy()
    bare.set("alias", None)
    return bare


def _packed(fetched: Fetched) -> dict[str, Any] | None:
    """Return evidence as JSON keeps it without loss; None where it holds what cannot be kept."""
    try:
        return {
            name: [
                [[column.name, column.type] for column in result.columns],
                [[packed(value) for value in row] for row in result.rows],
            ]
            for name, result in (("rows", fetched.rows), ("groups", fetched.groups))
            if result is not None
        }
    except CannotAddError:
        return None


def _unpacked(kept: Any) -> Fetched | None:
    if kept is None:
        return None
    found = {
        name: Result(
            tuple(Column(*one) for one in columns),
            tuple(tuple(unpacked(value) for value in row) for row in rows),
        )
        for name, (columns, rows) in kept.items()
    }
    return Fetched(found.get("rows"), found.get("groups"))
