"""Fetch the evidence of one test: kept, put together from kept and new rows, or out of the data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlglot import exp

from kitchens.core.stores.base import Column, Part, Result, Version
from recipes.core.checks.base import Evidence
from recipes.core.checks.families import literal_rows
from recipes.core.checks.planner.additive import CannotAddError, packed, unpacked
from recipes.core.checks.planner.notes import Notes, about_versions, earlier
from recipes.core.checks.planner.statements import versions_of
from recipes.core.checks.tree import sql_of, table


@dataclass(frozen=True)
class Fetched:
    """Failing rows and offending values with their counts, each None where there is no such evidence."""

    rows: Result | None = None
    groups: Result | None = None


@dataclass
class Gathering:
    """The evidence of one test about a dataset."""

    dataset: str
    evidence: Evidence
    notes: Notes
    most_rows: int
    most_groups: int

    def found(self) -> Fetched:
        """Return the evidence; StoreError where it cannot be fetched."""
        rows = self.evidence.rows() if self.evidence.rows else None
        groups = self.evidence.groups() if self.evidence.groups else None
        asked = [one for one in (rows, groups) if one is not None]
        if not asked:
            return Fetched()
        versions = self._versions(asked)
        home = versions.get(self.dataset)
        if home is None:
            return self._gathered(rows, groups, None, ())
        text = f"{self.most_rows} {self.most_groups} {' '.join(map(sql_of, asked))}"
        kind, digests = f"evidence {home.store}", {name: one.digest for name, one in versions.items()}
        question = about_versions(kind, text, digests)
        if (kept := _unpacked(self.notes.answer(home, question))) is not None:
            return kept
        before, new = None, home.parts
        for old, digest in earlier(home):
            answer = self.notes.answer(old, about_versions(kind, text, digests | {self.dataset: digest}))
            if (before := _unpacked(answer)) is not None:
                new = home.parts[len(old.parts) :]
                break
        fetched = self._gathered(rows, groups, before, new)
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
        self, rows: exp.Query | None, groups: exp.Query | None, before: Fetched | None, new: tuple[Part, ...]
    ) -> Fetched:
        values = None
        if groups is not None:
            values = self._fetch(self._groups(groups, before, new), self.most_groups)
        if rows is None:
            return Fetched(None, values)
        cheaper = None
        if values is not None and values.rows and self.evidence.rows_of:
            cheaper = self.evidence.rows_of(values.rows, len(values.rows) < self.most_groups)
        if cheaper is None:
            cheaper = self._merged(rows, before.rows if before else None, new)
        return Fetched(self._fetch(cheaper or rows, self.most_rows), values)

    def _groups(self, groups: exp.Query, before: Fetched | None, new: tuple[Part, ...]) -> exp.Query:
        known = before.groups if before else None
        if known is None or len(known.rows) >= self.most_groups or self.evidence.groups_grown is None:
            return groups
        name = self.notes.session.subset(self.dataset, new)
        return self.evidence.groups_grown(known.rows, name) or groups

    def _merged(self, rows: exp.Query, before: Result | None, new: tuple[Part, ...]) -> exp.Query | None:
        """Return the first of the rows that were first before and the first of the new ones; None where it is no sum."""
        if before is None or not isinstance(rows, exp.Select) or not _is_of_single_rows(rows, self.dataset):
            return None
        if (known := literal_rows(before.rows, before.columns)) is None:
            return None if before.rows else self._over(rows, new)
        first = self._over(rows, new).limit(self.most_rows)
        wrapped = exp.select("*").from_(first.subquery(exp.to_identifier("new", quoted=True), copy=False))
        both = exp.union(known, wrapped, distinct=False, copy=False)
        merged = exp.Select(expressions=[one.copy() for one in rows.expressions])
        merged = merged.from_(both.subquery(exp.to_identifier("found", quoted=True), copy=False), copy=False)
        merged.set("order", rows.args["order"].copy() if rows.args.get("order") else None)
        return merged

    def _over(self, rows: exp.Select, new: tuple[Part, ...]) -> exp.Select:
        """Return the statement over these parts only."""
        found = rows.copy()
        found.set("from_", exp.From(this=table(self.notes.session.subset(self.dataset, new))))
        return found

    def _fetch(self, statement: exp.Query, limit: int) -> Result:
        """Return the first rows; the limit stands in the statement, beside its order, where it has none of its own."""
        if isinstance(statement, exp.Select) and statement.args.get("limit") is None:
            return self.notes.session.query(sql_of(statement.limit(limit)))
        return self.notes.session.query(sql_of(statement), limit=limit)


def _is_of_single_rows(rows: exp.Select, dataset: str) -> bool:
    """Say whether a statement does nothing but pick rows of a dataset and order them by all that has an order."""
    plain = {key for key, part in rows.args.items() if part} <= {
        "expressions",
        "from_",
        "where",
        "order",
        "kind",
    }
    source = rows.args["from_"].this if rows.args.get("from_") else None
    return (
        plain
        and sql_of(source) == sql_of(table(dataset))
        and all(isinstance(one, exp.Column) for one in rows.expressions)
        and rows.find(exp.Subquery, exp.Exists, exp.Window, exp.AggFunc) is None
    )


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
