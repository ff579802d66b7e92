"""The numbers that tests ask of datasets, each asked once, and what of them is known before anything is read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlglot import exp

from kitchens.core.stores.base import Part, Version
from recipes.core.checks.base import Columns
from recipes.core.checks.planner.additive import Additive, CannotAddError, additive
from recipes.core.checks.planner.known import Known, UntoldError, may_be_told
from recipes.core.checks.planner.notes import Notes, about_part, about_versions
from recipes.core.checks.prepare import Ready
from recipes.core.checks.tree import select, sql_of, table

Key = tuple[str, str, str]  # dataset, row filter, aggregate


@dataclass
class Asked:
    """One number over the rows of a dataset: what is known of it by part, and the parts that have to be read.

    `value` is there once `settled`; `failed` says that the store refused it even alone.
    """

    dataset: str
    aggregate: exp.Expr
    where: exp.Expr | None
    version: Version | None
    adds: Additive | None
    question: str
    known: dict[str, Any] = field(default_factory=dict)
    missing: tuple[Part, ...] = ()
    by_statistics: bool = False
    value: Any = None
    settled: bool = False
    failed: bool = False
    seconds: float = 0.0

    def settle(self, value: Any) -> None:
        self.value, self.settled, self.missing = value, True, ()

    def add_up(self) -> None:
        """Settle by the numbers of the parts; where they do not add up safely, the whole has to be read."""
        assert self.adds is not None  # noqa: S101
        assert self.version is not None  # noqa: S101
        try:
            self.settle(self.adds.add(list(self.known.values())))
        except CannotAddError:
            self.adds, self.missing = None, self.version.parts


def key_of(ready: Ready, aggregate: exp.Expr) -> Key:
    return (*ready.scan, sql_of(aggregate))


def ask(ready: Ready, aggregate: exp.Expr, notes: Notes) -> Asked:
    """Return one number of a test, settled if facts and kept numbers tell it; no row is read."""
    dataset, where, columns = ready.test.dataset, ready.subject.where, ready.subject.columns
    version = notes.session.seen(dataset) if dataset else None
    if version is None:
        return Asked(dataset, aggregate, where, None, None, "")
    adds = additive(aggregate, columns) if version.parts else None
    if adds is None:
        alone = sql_of(select([aggregate], table(dataset), where))
        question = about_versions(version.store, alone, {dataset: version.digest})
        one = Asked(dataset, aggregate, where, version, None, question, missing=version.parts)
        if version.parts:
            there, value = notes.number(version, version.parts[-1].name, question)
            if there:
                one.settle(value)
        return one
    question = about_part(version.store, aggregate, where, columns)
    one = Asked(dataset, aggregate, where, version, adds, question)
    _look_up(one, version, columns, notes)
    if not one.missing:
        one.add_up()
    return one


def _look_up(one: Asked, version: Version, columns: Columns, notes: Notes) -> None:
    facts = notes.facts(one.dataset, version) if may_be_told(one.aggregate, one.where, columns) else {}
    missing, told = [], 0
    for part in version.parts:
        try:
            one.known[part.name] = Known(facts[part.name], columns).value(one.aggregate, one.where)
            told += 1
            continue
        except (KeyError, UntoldError):
            there, value = notes.number(version, part.name, one.question)
        if there:
            one.known[part.name] = value
        else:
            missing.append(part)
    one.missing, one.by_statistics = tuple(missing), told == len(version.parts)


@dataclass(frozen=True)
class Scan:
    """One statement for many numbers. `parts` is empty where it reads the dataset as it is.

    `numbered`: it gives a row for each of the parts, so that each keeps its own numbers.
    """

    dataset: str
    parts: tuple[Part, ...]
    where: exp.Expr | None
    numbered: bool
    asked: Sequence[Asked]


BIG = 100_000  # rows of a part that is worth a statement of its own
WIDEST = 400  # numbers in one statement; PostgreSQL ends at 1,664 columns


def scans(asked: Sequence[Asked], *, by_part: bool) -> list[Scan]:
    """Return the statements that bring what is not settled; `by_part` where numbers of parts will be kept."""
    groups: dict[tuple[str, tuple[Part, ...], bool], dict[str, list[Asked]]] = {}
    for one in asked:
        if one.settled or one.failed:
            continue
        for parts, numbered in _readings(one, by_part=by_part):
            filters = groups.setdefault((one.dataset, parts, numbered), {})
            filters.setdefault(sql_of(one.where) if one.where is not None else "", []).append(one)
    found = []
    for (dataset, parts, numbered), filters in groups.items():
        if plain := filters.get(""):
            for text in [text for text in filters if text]:
                foldable = [one for one in filters[text] if one.adds is not None]
                plain.extend(foldable)
                filters[text] = [one for one in filters[text] if one.adds is None]
        for together in filters.values():
            for start in range(0, len(together), WIDEST):
                piece = together[start : start + WIDEST]
                where = piece[0].where if together is not filters.get("") else None
                found.append(Scan(dataset, parts, where, numbered, piece))
    return found


def _readings(one: Asked, *, by_part: bool) -> list[tuple[tuple[Part, ...], bool]]:
    """Return the sets of parts to read a number from."""
    whole = one.version is None or one.adds is None or not one.missing
    if whole or (not by_part and one.version is not None and len(one.missing) == len(one.version.parts)):
        return [((), False)]
    assert one.version is not None  # noqa: S101
    if len(one.version.parts) == 1:
        return [((), False)]
    if not by_part:
        return [(one.missing, False)]
    small = tuple(part for part in one.missing if part.rows < BIG)
    readings: list[tuple[tuple[Part, ...], bool]] = [
        ((part,), False) for part in one.missing if part.rows >= BIG
    ]
    if len(small) == 1:
        return [*readings, (small, False)]
    return [*readings, (small, True)] if small else readings


def folded(aggregate: exp.Expr, where: exp.Expr) -> exp.Expr:
    """Return an aggregate that looks at the rows of a filter only, so that it can share the scan of others."""
    if isinstance(aggregate, exp.Coalesce):
        inner = aggregate.copy()
        inner.set("this", folded(aggregate.this, where))
        return inner
    condition = where.copy()
    if isinstance(aggregate, exp.Filter):
        condition = exp.and_(condition, aggregate.expression.this.copy(), copy=False)
        aggregate = aggregate.this
    return exp.Filter(this=aggregate.copy(), expression=exp.Where(this=condition))
