"""One event: our own envelope, and DataKitchen's, version 1 (flat keys) and 2 (a nested component)."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import uuid4

from hub.common.errors import InvalidError
from monitoring.core.events.fields import KEY, NAME, TEXT, Fields
from monitoring.core.events.model import (
    Component,
    DatasetOperation,
    Event,
    Kind,
    Message,
    Outcome,
    Read,
    Run,
    RunState,
    RunStatus,
)
from monitoring.core.events.outcomes import measured, read_metric, read_outcome
from monitoring.core.events.reading import Item

AHEAD = timedelta(hours=24)
MOST_OUTCOMES = 500
SOURCE = 40  # characters
SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")
PRODUCTION = "production"
COMPATIBLE = "datakitchen"  # the source of events that name no tool, where the address says what they are
OTHERS = {"pipeline": "batch_pipeline", "dataset": "dataset", "server": "server", "stream": "stream"}


class ComponentKind(StrEnum):
    PIPELINE = "pipeline"
    STAGE = "stage"
    DATASET = "dataset"
    SERVER = "server"
    STREAM = "stream"


class Level(StrEnum):
    DEBUG = "DEBUG"
    INFO = "INFO"
    WARNING = "WARNING"
    ERROR = "ERROR"


class Operation(StrEnum):
    READ = "READ"
    WRITE = "WRITE"


def read_item(item: Item, place: str, now: datetime, kind: Kind | None = None) -> Read:
    """Return the event of an item, or why it is none. `kind` is what the address says."""
    if item.fault:
        return Read(place, fault=item.fault)
    try:
        event = read_event(item.raw, now, kind)
    except InvalidError as fault:
        return Read(place, item.raw, fault=fault)
    return Read(place, item.raw, event, digest=digest_of(item.raw))


def read_event(raw: Any, now: datetime, kind: Kind | None = None) -> Event:
    """Return the event; InvalidError names the field that does not fit and what would."""
    given = Fields(raw)
    said = given.choice(Kind, "type", "event_type", needed=kind is None)
    if kind and said and kind is not said:
        raise given.fault("type", f"is {said}, but the address takes {kind}")
    kind = kind or said or Kind.MESSAGE_LOG
    nested = _nested(given)
    run = _run(given, nested)
    at, told = _time(given, now, compatible=said is None)
    component = _component(given, nested)
    if kind is Kind.RUN_STATUS and run is None:
        raise given.fault("run", "is missing", 'Write "run": {"key": "…"}, or run_key.')
    stage, stage_name = _stage(given, nested)
    event = Event(
        kind=kind,
        event_id=given.text("event_id", most=200) or _made_id(raw, told),
        event_time=at,
        source=source_of(
            given.text("source", "component_tool", needed=said is not None) or COMPATIBLE, "source"
        ),
        environment=environment_of(given.text("environment") or PRODUCTION),
        component=component,
        run=run,
        stage=stage,
        stage_name=stage_name,
        code=_code(given),
        **_body(kind, given, component),
    )
    kept = {name: given.free(name) for name in ("labels", "metadata", "payload_keys")}
    extra = {name: value for name, value in kept.items() if value} | given.rest()
    return _with_extra(event, extra)


def _with_extra(event: Event, extra: Mapping[str, Any]) -> Event:
    return Event(**{**vars(event), "extra": extra})


def source_of(name: str, field: str = "source") -> str:
    """Return the name of a source; InvalidError where it is too long to be one."""
    if len(name) > SOURCE:
        raise InvalidError(
            f"{field} is longer than {SOURCE} characters.",
            remedy="Name the tool and its instance, such as `dbt sales`; versions belong into `metadata`.",
            field=field,
        )
    return name


def environment_of(name: str) -> str:
    """Return the name of a kitchen; InvalidError where it cannot be one."""
    if not SLUG.fullmatch(name):
        raise InvalidError(f"environment ({name[:60]!r}) is no name of a kitchen.", field="environment")
    return name


def digest_of(raw: Any) -> str:
    """Return a digest of what was sent that does not depend on the order of its fields."""
    text = json.dumps(raw, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _made_id(raw: Any, told: bool) -> str:
    """Return an id for an event that has none: of its content, where that says when it was; else a new one."""
    return f"content-{digest_of(raw)[:40]}" if told else f"none-{uuid4().hex}"


def _time(given: Fields, now: datetime, *, compatible: bool) -> tuple[datetime, bool]:
    at = given.moment("event_time") or given.moment("event_timestamp", naive=True)
    if at is None and not compatible:
        raise given.fault("event_time", "is missing", "Write when it happened: 2026-03-31T05:00:00Z.")
    if at is not None and at > now + AHEAD:
        raise given.fault("event_time", "lies more than 24 hours ahead", "Set the clock of the sender.")
    return at or now, at is not None


def _nested(given: Fields) -> tuple[str, Fields] | None:
    """Return kind and object of a component in the form of DataKitchen's version 2."""
    raw = given.free("component")
    found = [(kind, name) for kind, name in OTHERS.items() if isinstance(raw, Mapping) and raw.get(name)]
    if not found:
        return None
    if len(found) > 1:
        raise given.fault(
            "component", "names more than one thing", f"Name one of {', '.join(OTHERS.values())}."
        )
    (kind, name), whole = found[0], given.object("component")
    inside = whole.object(name) if whole else None
    return (kind, inside) if inside else None


def _component(given: Fields, nested: tuple[str, Fields] | None) -> Component:
    flat = [kind for kind in ("pipeline", "dataset", "server", "stream") if given.has(f"{kind}_key")]
    own = None if nested else given.object("component")
    if len(flat) + (own is not None) + (nested is not None) != 1:
        said = "is missing" if not flat else "is named more than once"
        raise given.fault("component", said, 'Write "component": {"kind": "pipeline", "key": "…"}.')
    if flat:
        name = given.text(f"{flat[0]}_name", most=NAME)
        return Component(flat[0], given.text(f"{flat[0]}_key"), name[:KEY])
    if nested:
        kind, inside = nested
        details = inside.object("details")
        name = inside.text("name", most=NAME) or (details.text("name", most=NAME) if details else "")
        return Component(kind, inside.text(f"{OTHERS[kind]}_key", "key", needed=True), name[:KEY])
    assert own is not None  # noqa: S101 - one of three, and the others are gone
    kind = own.choice(ComponentKind, "kind", needed=True) or "pipeline"
    return Component(str(kind), own.text("key", needed=True), own.text("name"))


def _run(given: Fields, nested: tuple[str, Fields] | None) -> Run | None:
    url = given.text("external_url", most=NAME)
    if own := given.object("run"):
        return Run(
            key=own.text("key", needed=True),
            name=own.text("name", most=NAME),
            attempt=own.whole("attempt", least=1, most=32_000) or 1,
            parent_key=own.text("parent_key"),
            root_key=own.text("root_key"),
            nominal_start=own.moment("nominal_start"),
            nominal_end=own.moment("nominal_end"),
            external_url=own.text("external_url", most=NAME) or url,
        )
    place = nested[1] if nested else given
    if key := place.text("run_key"):
        return Run(key=key, name=place.text("run_name", most=NAME), external_url=url)
    return None


def _stage(given: Fields, nested: tuple[str, Fields] | None) -> tuple[str, str]:
    if own := given.object("stage"):
        own.whole("order")
        return own.text("key", needed=True), own.text("name")
    place = nested[1] if nested else given
    return place.text("task_key"), place.text("task_name")


def _code(given: Fields) -> Mapping[str, Any]:
    inside = given.object("code")
    if inside is None:
        return {}
    names = ("repo", "commit", "branch", "path")
    found: dict[str, Any] = {name: inside.text(name, most=NAME) for name in names}
    found |= {"pull_request": inside.free("pull_request"), "dirty": inside.flag("dirty")}
    return {name: value for name, value in found.items() if value not in (None, "")}


def _body(kind: Kind, given: Fields, component: Component) -> dict[str, Any]:
    match kind:
        case Kind.RUN_STATUS:
            return {"status": _status(given)}
        case Kind.TEST_OUTCOMES:
            listed = given.objects("test_outcomes", "outcomes", most=MOST_OUTCOMES, needed=True)
            return {"outcomes": tuple(read_outcome(one) for one in listed)}
        case Kind.METRIC_LOG:
            several = [
                read_metric(one) for one in given.objects("metric_entries", "metrics", most=MOST_OUTCOMES)
            ]
            return {"outcomes": tuple(several or [read_metric(_own(given))])}
        case Kind.MESSAGE_LOG:
            logged = [_message(one) for one in given.objects("log_entries", "messages", most=MOST_OUTCOMES)]
            return {"messages": tuple(logged or [_message(given)])}
        case Kind.DATASET_OPERATION:
            return _operation(given, component)


def _own(given: Fields) -> Fields:
    """Return the fields of a metric that stand beside the envelope; what is left there stays the envelope's."""
    names = (
        "key",
        "metric_key",
        "name",
        "value",
        "metric_value",
        "unit",
        "lower",
        "upper",
        "dataset",
        "column",
    )
    return Fields({name: given.free(name) for name in names if given.has(name)})


def _status(given: Fields) -> RunStatus:
    facts = {name: given.number(name) for name in ("rows_in", "rows_out", "bytes", "cost")}
    return RunStatus(
        status=given.choice(RunState, "status", needed=True),
        started_at=given.moment("started_at"),
        ended_at=given.moment("ended_at"),
        message=given.text("message", most=TEXT),
        facts={name: value for name, value in facts.items() if value is not None},
    )


def _message(given: Fields) -> Message:
    level = given.choice(Level, "level", "log_level", needed=True) or Level.INFO
    return Message(str(level), given.text("message", most=10_000, needed=True), given.text("fingerprint"))


def _operation(given: Fields, component: Component) -> dict[str, Any]:
    operation = given.choice(Operation, "operation", needed=True) or Operation.READ
    dataset = given.text("dataset") or (component.key if component.kind == "dataset" else "")
    if not dataset:
        raise given.fault("dataset", "is missing", "Name the dataset that was read or written.")
    facts: dict[str, Any] = {
        name: given.text(name, most=NAME) for name in ("version", "partition", "path", "lifecycle")
    }
    facts |= {"bytes": given.whole("bytes"), "columns": given.free("columns")}
    rows = given.whole("row_count")
    kept = {name: value for name, value in facts.items() if value not in (None, "")}
    counted: tuple[Outcome, ...] = ()
    if rows is not None:
        key = f"rows {'read from' if operation is Operation.READ else 'written to'} {dataset}"
        counted = (measured(key, float(rows), unit="rows", dataset=dataset),)
    return {"operation": DatasetOperation(str(operation), dataset, rows, kept), "outcomes": counted}
