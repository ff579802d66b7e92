"""OpenLineage: run, job and dataset events (openlineage.io/spec/2-0-2), with the facets that say what tests came to.

Facets add up: what one event of a run says, a later one that is silent about it does not take back. The same test may
stand in TestRunFacet and in DataQualityAssertions; it then counts once, with what either says.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from hub.common.errors import InvalidError
from monitoring.core.events.envelope import AHEAD
from monitoring.core.events.fields import LONG, Fields
from monitoring.core.events.importing import Given, Place, component_key, said
from monitoring.core.events.model import (
    Component,
    Event,
    Kind,
    Message,
    Outcome,
    Read,
    Run,
    RunState,
    RunStatus,
)
from monitoring.core.events.openlineage_data import MOST_DATASETS, operations, source_of_producer
from monitoring.core.events.reading import Item
from recipes.core.verdict import Severity, Verdict


class EventType(StrEnum):
    START = "START"
    RUNNING = "RUNNING"
    COMPLETE = "COMPLETE"
    ABORT = "ABORT"
    FAIL = "FAIL"
    OTHER = "OTHER"


STATES = {
    EventType.START: RunState.RUNNING,
    EventType.RUNNING: RunState.RUNNING,
    EventType.COMPLETE: RunState.COMPLETED,
    EventType.ABORT: RunState.CANCELLED,
    EventType.FAIL: RunState.FAILED,
}
VERDICTS = {"pass": Verdict.PASS, "fail": Verdict.FAIL, "skip": Verdict.SKIPPED}
SEVERITIES = {"error": Severity.STOP, "warn": Severity.WARN, "info": Severity.LOG}
TOOLS = (
    "airflow",
    "dbt",
    "spark",
    "flink",
    "dagster",
    "prefect",
    "great_expectations",
    "soda",
    "trino",
    "snowflake",
)
MOST_TESTS = 2000


@dataclass
class _Seen:
    """What the events of one body have said of a run so far."""

    place: Place
    where: str
    tests: dict[tuple[str, str, str], Outcome] = field(default_factory=dict)


def read_openlineage(items: tuple[Item, ...], given: Given) -> Iterator[Read]:
    """Yield what the events say: statuses, datasets read and written, and each test of a run once."""
    runs: dict[str, _Seen] = {}
    for number, item in enumerate(items):
        where = f"{number}"
        if item.fault:
            yield Read(where, fault=item.fault)
            continue
        try:
            found = _event(Fields(item.raw), given, runs, where)
        except InvalidError as fault:
            yield Read(where, item.raw, fault=fault)
            continue
        yield from (Read(where, item.raw if not place else None, one) for place, one in enumerate(found))
    for seen in runs.values():
        for outcome in _merged(list(seen.tests.values())):
            yield Read(seen.where, event=seen.place.outcome(outcome))


def _event(event: Fields, given: Given, runs: dict[str, _Seen], where: str) -> list[Event]:
    at = event.moment("eventTime", naive=True)
    if at is None:
        raise event.fault("eventTime", "is missing")
    if at > given.now + AHEAD:
        raise event.fault("eventTime", "lies more than 24 hours ahead", "Set the clock of the sender.")
    source = source_of_producer(event.text("producer", most=LONG))
    job, run = event.object("job"), event.object("run")
    if job is None:
        dataset = event.object("dataset")
        if dataset is None:
            raise event.fault("job", "is missing", "Send a RunEvent, a JobEvent or a DatasetEvent.")
        return [
            _silent(Place(given, source, Component("dataset", _name(dataset)), None, at), "dataset event")
        ]
    component = Component("pipeline", given.component or _name(job), said(job.free("name"), 255))
    if run is None:
        return [_silent(Place(given, source, component, None, at), "job event")]
    type_ = event.choice(EventType, "eventType") or EventType.OTHER
    place = Place(given, source, component, _run(run), at)
    tests = _tests(event, run)
    found = (
        [place.status(_status(type_, run, at), at=at)] if type_ in STATES else [_silent(place, "run event")]
    )
    if type_ in {EventType.COMPLETE, EventType.FAIL}:
        found += operations(event, place)
    seen = runs.setdefault(place.run.key if place.run else "", _Seen(place, where))
    seen.place, seen.where = place, where
    for outcome in tests:
        name = (outcome.name, outcome.dataset, ",".join(outcome.columns))
        seen.tests[name] = _added(seen.tests[name], outcome) if name in seen.tests else outcome
    return found


def _run(run: Fields) -> Run:
    facets = run.object("facets") or Fields({})
    parent = facets.object_or_none("parent") or Fields({})
    above = parent.object_or_none("run") or Fields({})
    root = (parent.object_or_none("root") or Fields({})).object_or_none("run") or Fields({})
    nominal = facets.object_or_none("nominalTime") or Fields({})
    return Run(
        key=run.text("runId", needed=True),
        parent_key=said(above.free("runId"), 255),
        root_key=said(root.free("runId"), 255),
        nominal_start=nominal.moment("nominalStartTime", naive=True),
        nominal_end=nominal.moment("nominalEndTime", naive=True),
    )


def _status(type_: EventType, run: Fields, at: datetime) -> RunStatus:
    facets = run.object("facets") or Fields({})
    error = facets.object_or_none("errorMessage") or Fields({})
    begins = type_ in {EventType.START, EventType.RUNNING}
    return RunStatus(STATES[type_], at if type_ is EventType.START else None, None if begins else at,
                     said(error.free_or_none("message")))  # fmt: skip


def _tests(event: Fields, run: Fields) -> list[Outcome]:
    """Return the tests of both facets; both places where producers put the one of datasets are looked at."""
    found = []
    facets = run.object("facets") or Fields({})
    facet = facets.object_or_none("test") or facets.object_or_none("tests") or Fields({})
    found += [_of_run(one) for one in facet.objects_or_none("tests", MOST_TESTS)]
    for dataset in event.objects_or_none("inputs", MOST_DATASETS):
        for place in ("inputFacets", "facets"):
            inside = dataset.object_or_none(place) or Fields({})
            asserted = inside.object_or_none("dataQualityAssertions") or Fields({})
            found += [_of_dataset(one, dataset) for one in asserted.objects_or_none("assertions", MOST_TESTS)]
    return found


def _of_run(test: Fields) -> Outcome:
    status = test.text("status", needed=True)
    if status not in VERDICTS:
        raise test.fault(
            "status", f"is unknown ({status[:40]!r})", f"TestRunFacet has {', '.join(VERDICTS)}."
        )
    actual, params = test.free("actual"), test.object_or_none("params") or Fields({})
    column = said(params.free("column") or params.free("column_name"), 120)
    return Outcome(
        name=test.text("name", needed=True, most=LONG)[:255],
        verdict=VERDICTS[status],
        type=said(test.free("type"), 100),
        severity=SEVERITIES.get(said(test.free("severity")), Severity.STOP),
        dataset=said(params.free("dataset"), 160),
        columns=(column,) if column else (),
        measure=_number(actual),
        expected=said(str(test.free("expected") or "")),
        sql=said(test.free_or_none("content"), LONG),
        message=said(test.free_or_none("description")),
    )


def _of_dataset(assertion: Fields, dataset: Fields) -> Outcome:
    success = assertion.flag("success")
    if success is None:
        raise assertion.fault("success", "is missing", "Write true or false.")
    column = said(assertion.free("column"), 120)
    type_ = said(assertion.free("assertion"), 255)
    name = said(assertion.free("name"), 255) or type_
    if not name:
        raise assertion.fault("assertion", "is missing")
    return Outcome(
        name=name,
        verdict=Verdict.PASS if success else Verdict.FAIL,
        type=type_[:100],
        severity=SEVERITIES.get(said(assertion.free("severity")), Severity.STOP),
        namespace=said(dataset.free("namespace"), 255),
        dataset=said(dataset.free("name"), 160),
        columns=(column,) if column else (),
        measure=_number(assertion.free("actual")),
        expected=said(str(assertion.free("expected") or "")),
    )


def _merged(tests: list[Outcome]) -> Iterator[Outcome]:
    """Yield each test once: one of the run without a dataset is the same as the one dataset's of that name."""
    placed: dict[str, list[Outcome]] = {}
    for test in tests:
        if test.dataset:
            placed.setdefault(test.name, []).append(test)
    twins: dict[int, Outcome] = {}
    for test in tests:
        same = placed.get(test.name, [])
        if not test.dataset and len(same) == 1:
            twins[id(same[0])] = test
        elif not test.dataset and not same:
            yield test
        elif not test.dataset and len({one.verdict for one in same} | {test.verdict}) > 1:
            yield test  # of several datasets: nobody can say which
    for same in placed.values():
        yield from (_added(twins[id(one)], one) if id(one) in twins else one for one in same)


def _added(before: Outcome, after: Outcome) -> Outcome:
    """Return what both say together; where both say something, the later one counts."""
    empty: tuple[Any, ...] = (None, "", ())
    names = ("type", "namespace", "dataset", "columns", "measure", "expected", "sql", "message")
    kept = {name: getattr(before, name) for name in names if getattr(after, name) in empty}
    severity = before.severity if after.severity is Severity.STOP else after.severity
    return replace(after, severity=severity, **kept)


def _silent(place: Place, what: str) -> Event:
    """Return an event that is kept and turns nothing: it adds facts, and says no status."""
    told = (Message("DEBUG", f"An OpenLineage {what}."),)
    return place.event(Kind.MESSAGE_LOG, f"{what} {place.at.isoformat()}", messages=told)


def _name(thing: Fields) -> str:
    return component_key(
        thing.text("namespace", most=LONG, needed=True), thing.text("name", most=LONG, needed=True)
    )


def _number(value: Any) -> float | None:
    """Return a number that stands there as one, or as a text."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return None
    return found if abs(found) < float("inf") else None
