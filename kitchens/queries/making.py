"""How the making of a kitchen goes, as its page shows it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from kitchens.core import words
from kitchens.core.provision.plan import about
from kitchens.models import Kitchen, Provision, ProvisionStep
from kitchens.queries.provision import latest_provision

# State of a step -> the status whose glyph and tone it has.
SHOWN = {
    "pending": "queued",
    "running": "running",
    "done": "succeeded",
    "failed": "failed",
    "undoing": "cancelling",
    "undone": "skipped",
    "left_over": "failed",
    "skipped": "skipped",
}
TEARDOWN = {
    "undoing": "The kitchen has ended; what was made for it is being taken away.",
    "undone": "The kitchen has ended, and what was made for it is gone.",
    "left_over": "The kitchen has ended, but something that was made for it is still there.",
}
UNFINISHED = 20
LABELS = {"pending": "to come", "done": "done", "left_over": "left over", "skipped": "not begun"}


@dataclass(frozen=True)
class MakingStep:
    """One row: what it makes, how it stands, how long it took against what was expected."""

    step: ProvisionStep
    status: str
    label: str
    took: str
    expected: str


@dataclass(frozen=True)
class MakingPage:
    """The making of a kitchen."""

    kitchen: Kitchen
    provision: Provision
    steps: Sequence[MakingStep]
    sentence: str
    log: str
    open: bool
    ready: bool
    may_cancel: bool
    may_retry: bool
    left_over: Sequence[ProvisionStep]
    facts: tuple[object, ...]


def making_page(kitchen: Kitchen) -> MakingPage:
    """Return the page of the making of a kitchen. Two queries."""
    provision = latest_provision(kitchen)
    steps = list(provision.steps.order_by("place"))
    state = provision.state
    return MakingPage(
        kitchen=kitchen,
        provision=provision,
        steps=[_row(step) for step in steps],
        sentence=_sentence(kitchen, provision, steps),
        log="".join(f"{step.title}: {line}\n" for step in steps for line in step.log.splitlines()),
        open=state in ("creating", "undoing"),
        ready=state == "ready",
        may_cancel=state == "creating" and not provision.cancel_asked,
        may_retry=state == "undone" and kitchen.state == "failed",
        left_over=[step for step in steps if step.state == "left_over"],
        facts=(
            kitchen.state,
            state,
            provision.cancel_asked,
            *((s.state, len(s.log), s.run_id) for s in steps),
        ),
    )


def unfinished(since: datetime) -> list[Provision]:
    """Return what is being made, undone or left over, and what could not be made since then; newest first. One query."""
    going = Q(state__in=("creating", "undoing", "left_over"))
    failed = Q(state="undone", kitchen__state="failed", started_at__gte=since)
    rows = Provision.objects.filter(going | failed).select_related("kitchen", "by").defer("plan")
    return list(rows.order_by("-pk")[:UNFINISHED])


def _row(step: ProvisionStep) -> MakingStep:
    label = LABELS.get(step.state, step.state)
    return MakingStep(step, SHOWN[step.state], label, _took(step), _expected(step))


def _expected(step: ProvisionStep) -> str:
    seconds = step.expected_seconds or 0
    return about(seconds) if seconds >= 1 else "under 1 s"


def _took(step: ProvisionStep) -> str:
    if step.started_at is None or step.ended_at is None:
        return ""
    return words.duration(max((step.ended_at - step.started_at).total_seconds(), 0.001))


def _sentence(kitchen: Kitchen, provision: Provision, steps: Sequence[ProvisionStep]) -> str:
    if provision.kind == "teardown":
        return TEARDOWN[provision.state]
    if provision.state == "ready":
        took = (provision.ended_at or provision.started_at) - provision.started_at
        return f"Ready after {_in_words(took.total_seconds())}. Nothing you do here touches {kitchen.parent}."
    if provision.state == "creating":
        step = next((step for step in steps if step.state in ("running", "pending")), None)
        done = sum(step.state == "done" for step in steps)
        asked = " It is being stopped." if provision.cancel_asked else ""
        return f"Being made: {done} of {len(steps)} steps are done{f', now: {step.title}' if step else ''}.{asked}"
    if provision.state == "undoing":
        return "What was made is being undone."
    return kitchen.state_note


def _in_words(seconds: float) -> str:
    return words.duration(seconds) if seconds >= 1 else "less than a second"
