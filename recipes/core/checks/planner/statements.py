"""Tests with a statement of their own: answered by what is kept, by what has come since, or by the statement itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from time import perf_counter
from typing import Any

from sqlglot import exp
from sqlglot.errors import SqlglotError

from kitchens.core.stores.base import Result, Session, StoreError, Version
from recipes.core.checks.base import MOST_LISTED, Growth, Quick
from recipes.core.checks.planner.additive import CannotAddError, packed, unpacked
from recipes.core.checks.planner.asked import Key
from recipes.core.checks.planner.notes import Notes, about_versions
from recipes.core.checks.prepare import Ready
from recipes.core.checks.tree import sql_of, table

Values = Mapping[str, Any]
Told = Mapping[Key, Any]  # numbers that scans have brought


@dataclass
class Asking:
    """One statement with one row of numbers, for all tests that ask the same."""

    dataset: str
    statement: exp.Select
    version: Version | None = None
    question: str = ""  # "": the answer cannot be kept
    growth: Growth | None = None
    before: Values | None = None  # the answer for `old`, what the dataset was before its last parts came
    old: Version | None = None
    quick: Quick | None = None
    listed: Result | None = None  # the first of what is wrong, where it was fetched to be counted
    changed: Result | None = None  # groups that new rows have changed, as they are now, all of them
    values: Values | None = None
    refused: Exception | None = None
    seconds: float = 0.0


def asking(ready: Ready, notes: Notes) -> Asking:
    """Return a test's statement, answered where the answer is kept; no row is read."""
    statement = ready.measurement.statement
    assert statement is not None  # noqa: S101
    one = Asking(
        ready.test.dataset, statement, growth=ready.measurement.growth, quick=ready.measurement.quick
    )
    versions = versions_of(statement, notes.session)
    one.version = versions.get(one.dataset) if versions else None
    if not versions or one.version is None:
        return one
    digests = {name: version.digest for name, version in versions.items()}
    text = sql_of(statement)
    one.question = about_versions(one.version.store, text, digests)
    one.values = _unpacked(notes.answer(one.version, one.question))
    if one.values is None and one.growth is not None:
        for old, digest in notes.earlier(one.version):
            question = about_versions(old.store, text, digests | {one.dataset: digest})
            if (before := _unpacked(notes.answer(old, question))) is not None:
                one.before, one.old = before, old
                break
    return one


def versions_of(tree: exp.Expr, session: Session) -> dict[str, Version] | None:
    """Return the versions of all that a statement reads, None where one of them is no dataset of the session."""
    found = {}
    for read in tree.find_all(exp.Table):
        if not read.db:
            continue
        name = f"{read.db}.{read.name}".lower()
        if (version := session.seen(name)) is None:
            return None
        found[name] = version
    return found


def groups(asked: Sequence[Asking]) -> list[list[Asking]]:
    """Return the statements that are not answered yet, those together that take their numbers from the same rows."""
    found: dict[str, list[Asking]] = {}
    for number, one in enumerate(asked):
        if one.values is None and one.refused is None:
            source = _source(one.statement) if one.before is None else None
            found.setdefault(source or f"alone {number}", []).append(one)
    return list(found.values())


def run(together: Sequence[Asking], session: Session, notes: Notes, told: Told) -> None:
    """Answer some statements by one; where it is refused each runs alone, so that only the guilty is."""
    started = perf_counter()
    try:
        answers = [_one(together[0], session, told)] if len(together) == 1 else _asked(together, session)
    except (StoreError, SqlglotError) as why:
        if len(together) > 1:
            for one in together:
                run([one], session, notes, told)
            return
        together[0].refused = why
        return
    spent = (perf_counter() - started) / len(together)
    for one, values in zip(together, answers, strict=True):
        one.values, one.seconds = values, one.seconds + spent
        if one.question and one.version is not None:
            _keep(one, one.version, notes)


def _keep(one: Asking, version: Version, notes: Notes) -> None:
    assert one.values is not None  # noqa: S101
    try:
        notes.keep_answer(version, one.question, {name: packed(value) for name, value in one.values.items()})
    except CannotAddError:
        return


def _grown(one: Asking, session: Session) -> Values:
    """Return the answer out of what it was before, and a look at the parts that have come since."""
    assert one.old is not None and one.version is not None  # noqa: S101, PT018
    assert one.growth is not None and one.before is not None  # noqa: S101, PT018
    new = one.version.parts[len(one.old.parts) :]
    names = session.subset(one.dataset, one.old.parts), session.subset(one.dataset, new)
    if (changed := one.growth.changed) is not None:
        found = session.query(sql_of(changed.listing(*names).limit(MOST_LISTED + 1, copy=False)))
        if len(found.rows) <= MOST_LISTED:
            one.changed = Result(found.columns[:-1], tuple(row[:-1] for row in found.rows))
            return changed.total(one.before, _row(session, changed.counts(names[1])), found.rows)
    return one.growth.total(one.before, _row(session, one.growth.statement(*names)))


def _one(one: Asking, session: Session, told: Told) -> Values:
    """Answer one statement in the quickest way there is."""
    if one.before is not None:
        return _grown(one, session)
    if one.quick is not None:
        listing = one.quick.listing().limit(MOST_LISTED + 1, copy=False)
        found = session.query(sql_of(listing))
        one.listed = replace(found, rows=found.rows[:MOST_LISTED])
        if len(found.rows) <= MOST_LISTED:
            names = [column.name for column in found.columns]
            listed = [dict(zip(names, row, strict=True)) for row in found.rows]
            return one.quick.total(_counts(one.dataset, one.quick.counts, session, told), listed)
    return _row(session, one.statement)


def _counts(dataset: str, statement: exp.Select, session: Session, told: Told) -> Values:
    """Return the answer of a statement that counts rows of a dataset: out of what scans have brought, where that is all."""
    source, where = statement.args["from_"].this, statement.args.get("where")
    if _source(statement) is not None and source == table(dataset):
        of = dataset, sql_of(where.this) if where else ""
        keys = {one.alias: (*of, sql_of(one.this)) for one in statement.expressions}
        if all(key in told for key in keys.values()):
            return {name: told[key] for name, key in keys.items()}
    return _row(session, statement)


def _asked(together: Sequence[Asking], session: Session) -> list[Values]:
    wanted: dict[str, exp.Expr] = {}
    for one in together:
        for projection in one.statement.expressions:
            wanted.setdefault(sql_of(projection.this), projection.this)
    shown = {text: f"m{place}" for place, text in enumerate(wanted)}
    statement = together[0].statement.copy()
    statement.set(
        "expressions", [exp.alias_(wanted[text].copy(), alias, quoted=True) for text, alias in shown.items()]
    )
    row = _row(session, statement)
    return [
        {projection.alias: row[shown[sql_of(projection.this)]] for projection in one.statement.expressions}
        for one in together
    ]


def _source(statement: exp.Select) -> str | None:
    """Return where a statement takes its rows from, if it does nothing but take aggregates of them."""
    plain = {key for key, part in statement.args.items() if part} <= {"expressions", "from_", "where", "kind"}
    if not plain or not all(
        isinstance(one, exp.Alias) and one.find(exp.AggFunc) and not one.find(exp.Window, exp.Query)
        for one in statement.expressions
    ):
        return None
    return " ".join(sql_of(statement.args[key]) for key in ("from_", "where") if statement.args.get(key))


def _row(session: Session, statement: exp.Select) -> Values:
    result = session.query(sql_of(statement))
    names = [column.name for column in result.columns]
    if len(set(names)) < len(names):
        raise StoreError(f"The SQL gives {len(names)} columns, some of the same name.")
    return dict(zip(names, result.rows[0], strict=True))


def _unpacked(answer: Any) -> Values | None:
    return None if answer is None else {name: unpacked(value) for name, value in answer.items()}
