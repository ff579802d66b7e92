"""Gates: may what comes next go on? Asked by any orchestrator, about a run of ours or of another tool."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hub.common.errors import ConflictError, MissingError
from kitchens.core import words
from kitchens.models import Kitchen
from kitchens.queries.seeing import see, seen
from monitoring.core.events.model import GOOD, TERMINAL, RunState
from monitoring.models import ExternalRun
from recipes.core.status import LABELS, SETTLED, Status
from recipes.core.verdict import NOT_GREEN, Severity
from recipes.models import OrderRun, TestResult

OPEN, CLOSED, WAITING = "open", "closed", "waiting"
MOST_REASONS = 50
SETTLED_STATES, GOOD_STATES = frozenset(map(str, TERMINAL)), frozenset(map(str, GOOD))


@dataclass(frozen=True)
class Reason:
    """One thing that keeps a gate shut: a sentence, and the test it is about, if one."""

    sentence: str
    test: str = ""
    verdict: str = ""
    result: int | None = None


@dataclass(frozen=True)
class Gate:
    """Open: go on. Closed: do not. Waiting: nobody can say yet; ask again."""

    state: str
    run: str
    kitchen: str
    status: str
    source: str  # "" is the hub
    reasons: Sequence[Reason]
    ended_at: datetime | None = None


def gate_of_run(pk: int, *, chain: bool = False) -> Gate:
    """Return the gate of one of our runs; with `chain` of the newest run of its chain of resumes. Three queries.

    It is open where the run has succeeded and no stop test of it is failed, in error or not evaluated. MissingError.
    """
    rows = OrderRun.objects.select_related("kitchen__owner").defer("plan")
    run = (rows.filter(chain=pk).order_by("-pk") if chain else rows.filter(pk=pk)).first()
    if run is None:
        raise MissingError(f"There is no {'chain of runs' if chain else 'run'} {pk}.")
    see(run.kitchen)
    reasons = _red(run)
    status = Status(run.status)
    if status in SETTLED and status is not Status.SUCCEEDED:
        said = words.sentence(run.reason) if run.reason else f"The run ended as {LABELS[status]}."
        reasons = [Reason(said), *reasons]
    waits = status not in SETTLED
    if waits and not reasons:
        reasons = [Reason(f"The run has not ended yet: it is {LABELS[status]}.")]
    state = WAITING if waits else CLOSED if reasons else OPEN
    return Gate(state, str(run.pk), run.kitchen.slug, run.status, "", reasons[:MOST_REASONS], run.ended_at)


def gate_of_key(key: str, kitchen: Kitchen, *, source: str = "", component: str = "") -> Gate:
    """Return the gate of a run of another tool, by its key; its newest attempt counts. Three queries.

    MissingError where nobody has told of it, ConflictError where several components have runs of that key.
    """
    rows = seen(
        ExternalRun.objects.filter(key=key, stage="", component__kitchen=kitchen), "component__kitchen_id"
    )
    if source:
        rows = rows.filter(component__source__name=source)
    if component:
        rows = rows.filter(component__key=component)
    found = list(rows.select_related("component__source").order_by("-attempt", "-pk")[:50])
    if not found:
        raise MissingError(
            f"No event has told of a run {key[:80]!r} in {kitchen.slug}.",
            remedy="Ask again once its first event has come, or name `source` and `component`.",
        )
    if len({run.component_id for run in found}) > 1:
        raise ConflictError(
            f"Several components have a run {key[:80]!r}.", remedy="Name one: `source` and `component`."
        )
    return _external(found[0], kitchen)


def _external(run: ExternalRun, kitchen: Kitchen) -> Gate:
    newest: dict[int, Any] = {}
    told = TestResult.objects.filter(external__run=run, counts=True).exclude(severity=Severity.LOG)
    wanted = ("series_id", "pk", "test", "verdict", "severity", "sentence")
    for row in told.order_by("at", "pk").values_list(*wanted):
        newest[row[0]] = row
    red = [
        Reason(f"{test}: {sentence}", test, verdict, pk)
        for _, pk, test, verdict, severity, sentence in newest.values()
        if severity == Severity.STOP and verdict in NOT_GREEN
    ]
    ended = run.status in SETTLED_STATES
    if ended and run.status not in GOOD_STATES:
        state = RunState(run.status).replace("_", " ").lower()
        red.insert(0, Reason(words.sentence(run.message) or f"The run ended as {state}."))
    if not ended and not red:
        said = f"it is {run.status.lower()}" if run.status else "no event has said where it stands"
        red = [Reason(f"The run has not ended yet: {said}.")]
    state = WAITING if not ended else CLOSED if red else OPEN
    return Gate(
        state, run.key, kitchen.slug, run.status, run.component.source.name, red[:MOST_REASONS], run.ended_at
    )


def _red(run: OrderRun) -> list[Reason]:
    rows = TestResult.objects.filter(
        run=run, counts=True, severity=Severity.STOP, verdict__in=sorted(NOT_GREEN)
    ).order_by("pk")
    found = rows.values_list("test", "verdict", "pk", "sentence")[:MOST_REASONS]
    return [Reason(f"{test}: {sentence}", test, verdict, pk) for test, verdict, pk, sentence in found]
