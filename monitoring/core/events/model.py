"""What the hub knows of an event once it is read, whatever tool and format it came in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from hub.common.errors import InvalidError
from recipes.core.verdict import Severity, Verdict


class Kind(StrEnum):
    """The five kinds of events; also the last part of their addresses."""

    RUN_STATUS = "run-status"
    TEST_OUTCOMES = "test-outcomes"
    METRIC_LOG = "metric-log"
    MESSAGE_LOG = "message-log"
    DATASET_OPERATION = "dataset-operation"


class RunState(StrEnum):
    """Where a run of another tool stands."""

    QUEUED = "QUEUED"
    RUNNING = "RUNNING"
    COMPLETED = "COMPLETED"
    COMPLETED_WITH_WARNINGS = "COMPLETED_WITH_WARNINGS"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"
    SKIPPED = "SKIPPED"


TERMINAL = frozenset(RunState) - {RunState.QUEUED, RunState.RUNNING}
GOOD = frozenset({RunState.COMPLETED, RunState.COMPLETED_WITH_WARNINGS, RunState.SKIPPED})


@dataclass(frozen=True)
class Component:
    """What an event is about: a pipeline, a stage, a dataset, a server or a stream of another tool."""

    kind: str
    key: str
    name: str = ""


@dataclass(frozen=True)
class Run:
    """One pass of a pipeline, by the key the tool gave it; a new try of the same pass is a new attempt."""

    key: str
    name: str = ""
    attempt: int = 1
    parent_key: str = ""
    root_key: str = ""
    nominal_start: datetime | None = None
    nominal_end: datetime | None = None
    external_url: str = ""


@dataclass(frozen=True)
class RunStatus:
    """What a run, or a stage of it, says of itself; `status` is None where an event only adds facts."""

    status: RunState | None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    message: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)  # rows_in, rows_out, bytes, cost


@dataclass(frozen=True)
class Evidence:
    """Failing rows that another tool sends along; taken only where the source is allowed to."""

    rows: Sequence[Mapping[str, Any]]
    total: int | None = None


@dataclass(frozen=True)
class Outcome:
    """What came of one test of another tool. `key` is its stable name: history goes by it."""

    name: str
    verdict: Verdict
    key: str = ""
    type: str = ""
    severity: Severity = Severity.STOP
    namespace: str = ""
    dataset: str = ""
    columns: tuple[str, ...] = ()
    measure: float | None = None
    unit: str = ""
    n_scope: int | None = None
    n_applicable: int | None = None
    n_fail: int | None = None
    expected: str = ""
    started_at: datetime | None = None
    ended_at: datetime | None = None
    sql: str = ""
    message: str = ""
    owner: str = ""
    link: str = ""
    evidence: Evidence | None = None
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Message:
    """A line that a tool wants to be known."""

    level: str
    message: str
    fingerprint: str = ""


@dataclass(frozen=True)
class DatasetOperation:
    """A dataset was read or written by another tool."""

    operation: str
    dataset: str
    row_count: int | None = None
    facts: Mapping[str, Any] = field(
        default_factory=dict
    )  # version, bytes, partition, path, columns, lifecycle


@dataclass(frozen=True)
class Event:
    """One event, whole and checked. What the hub did not know of it stands in `extra`."""

    kind: Kind
    event_id: str
    event_time: datetime
    source: str
    environment: str
    component: Component
    run: Run | None = None
    stage: str = ""
    stage_name: str = ""
    status: RunStatus | None = None
    outcomes: tuple[Outcome, ...] = ()  # also measures: a metric is a test that nothing judges yet
    messages: tuple[Message, ...] = ()
    operation: DatasetOperation | None = None
    code: Mapping[str, Any] = field(default_factory=dict)
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Read:
    """One item of what was sent: an event, or why it is none. `place` says where it stood."""

    place: str
    raw: Any = None
    event: Event | None = None
    fault: InvalidError | None = None
    digest: str = ""  # of the content; "": an event that is told in parts, and known by its id alone
