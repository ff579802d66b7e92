"""Evaluate tests: one shared scan for each dataset and row filter, a statement of its own for what needs one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from time import perf_counter

from sqlglot import exp
from sqlglot.errors import SqlglotError

from kitchens.core.stores.base import Session, StoreError
from recipes.core.checks.base import CannotMeasureError, CheckContext, Numbers, Values
from recipes.core.checks.evidence import with_evidence
from recipes.core.checks.judge import could_not, error, judge
from recipes.core.checks.prepare import DatasetColumns, Ready, prepare
from recipes.core.checks.tree import select, sql_of, table
from recipes.core.nodes.base import Measured
from recipes.core.spec.model import TestSpec
from recipes.core.verdict import Verdict

WIDEST = 100  # tests in one statement; PostgreSQL ends at 1,664 columns
EVIDENT = frozenset({Verdict.FAIL.value, Verdict.WARN.value})
Results = dict[int, Measured]  # place of the test in the list -> its result
Placed = tuple[int, Ready]


def evaluate(tests: Sequence[TestSpec], session: Session, context: CheckContext) -> tuple[Measured, ...]:
    """Return one result for each test, in order.

    Costs one query for each dataset and row filter with checks of single rows, one for each other check, and at
    most two more for each test that fails or warns. A test that cannot be measured is an error in its result,
    never an exception, and does not touch the others.
    """
    results: Results = {}
    scans: dict[tuple[str, str], list[Placed]] = {}
    datasets = DatasetColumns(session, context)
    for place, test in enumerate(tests):
        try:
            ready = prepare(test, datasets, context)
        except CannotMeasureError as why:
            results[place] = error(test, str(why))
            continue
        if ready.measurement.shares and not ready.asks_nothing:
            scans.setdefault(ready.scan, []).append((place, ready))
        else:
            results[place] = _alone(ready, session, context)
    for sharing in scans.values():
        for start in range(0, len(sharing), WIDEST):
            results.update(_together(sharing[start : start + WIDEST], session, context))
    return tuple(results[place] for place in range(len(tests)))


def _together(sharing: Sequence[Placed], session: Session, context: CheckContext) -> Results:
    """Measure tests in one scan; where it fails halve them, so that only the guilty test becomes an error."""
    started = perf_counter()
    statement, aliases = _scan(sharing)
    try:
        row = _one_row(session, sql_of(statement))
    except (StoreError, SqlglotError) as why:
        if len(sharing) == 1:
            place, ready = sharing[0]
            return {place: could_not(ready.test, why, ready.sql)}
        half = len(sharing) // 2
        return _together(sharing[:half], session, context) | _together(sharing[half:], session, context)
    spent = (perf_counter() - started) / len(sharing)
    return {
        place: _conclude(ready, partial(_read, ready, row, names), spent, session, context)
        for (place, ready), names in zip(sharing, aliases, strict=True)
    }


def _read(ready: Ready, row: Values, names: Mapping[str, str]) -> Numbers:
    """Return what a test reads in its part of a shared row."""
    assert ready.measurement.read is not None  # noqa: S101
    return ready.measurement.read({name: row[alias] for name, alias in names.items()})


def _alone(ready: Ready, session: Session, context: CheckContext) -> Measured:
    try:
        return _conclude(ready, partial(_measure, ready, session), 0.0, session, context)
    except (StoreError, SqlglotError) as why:
        return could_not(ready.test, why, ready.sql)


def _measure(ready: Ready, session: Session) -> Numbers:
    """Return the numbers of a test that shares no scan."""
    measurement = ready.measurement
    if measurement.ask is not None:
        return measurement.ask(session)
    if measurement.read_rows is not None:
        return measurement.read_rows(_all_rows(session, ready.sql))
    assert measurement.read is not None  # noqa: S101
    return measurement.read({} if ready.asks_nothing else _one_row(session, ready.sql))


def _conclude(
    ready: Ready, read: Callable[[], Numbers], spent: float, session: Session, context: CheckContext
) -> Measured:
    """Return the judged result, with evidence where it is not green; `spent` is its share of the scan in seconds."""
    started = perf_counter()
    try:
        numbers = read()
        measured = judge(ready.test, ready.check, numbers)
    except CannotMeasureError as why:
        return error(ready.test, str(why), ready.sql)
    if measured.verdict in EVIDENT:
        measured = with_evidence(
            measured, numbers.evidence or ready.measurement.evidence, session, context, numbers.found
        )
    milliseconds = round(1000 * (spent + perf_counter() - started), 3)
    return measured.model_copy(update={"sql": ready.sql, "duration_ms": milliseconds})


def _scan(sharing: Sequence[Placed]) -> tuple[exp.Select, list[dict[str, str]]]:
    """Return one statement for all, and for each test where its numbers stand; equal aggregates are asked once."""
    alias_of: dict[str, str] = {}
    wanted: dict[str, exp.Expr] = {}
    names: list[dict[str, str]] = []
    for _, ready in sharing:
        mine: dict[str, str] = {}
        for name, aggregate in ready.measurement.aggregates.items():
            alias = alias_of.setdefault(sql_of(aggregate), f"m{len(alias_of)}")
            wanted[alias] = aggregate
            mine[name] = alias
        names.append(mine)
    subject = sharing[0][1].subject
    return select(wanted, table(subject.dataset), subject.where), names


def _one_row(session: Session, sql: str) -> Values:
    return _all_rows(session, sql)[0]


def _all_rows(session: Session, sql: str) -> list[Values]:
    result = session.query(sql)
    names = [column.name for column in result.columns]
    if len(set(names)) < len(names):
        raise CannotMeasureError(f"The SQL gives {len(names)} columns, some of the same name.")
    return [dict(zip(names, row, strict=True)) for row in result.rows]
