"""run_status: the newest run of a component of another tool ended as it should, and not too long ago."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from recipes.core.checks.base import Check, Measurement, Numbers, Subject
from recipes.core.checks.told.asking import Ask, OfComponent, asked, nobody_asked, told_to, window
from recipes.core.checks.words import listed

Status = Literal[
    "QUEUED", "RUNNING", "COMPLETED", "COMPLETED_WITH_WARNINGS", "FAILED", "CANCELLED", "SKIPPED"
]


class RunStatus(OfComponent):
    """A component of another tool, and how its newest run may stand."""

    status: list[Status] = Field(default=["COMPLETED", "COMPLETED_WITH_WARNINGS"], min_length=1)
    """The states that are right"""

    def ask(self) -> Ask:
        return asked(self, "run")


def measure(subject: Subject) -> Measurement:
    """Judge the newest run that events told of; asks the store nothing."""
    return Measurement(read=lambda _: _read(subject))


def _read(subject: Subject) -> Numbers:
    params: RunStatus = subject.params
    told = told_to(subject)
    if told.hermetic:
        return nobody_asked(params.component)
    expected = f"{listed(params.status, 'or')} within {window(params)}"
    if told.at is None:
        said = f"{params.component} has told of no run in {window(params)}: it is missing"
        return Numbers(said, 1, 1, n_fail=1, unit="runs", details={"status": "MISSING"}, expected=expected)
    details = {"status": told.status, "run": told.run, "at": told.at.isoformat(), "source": told.sources[0]}
    if told.url:
        details["url"] = told.url
    stood = told.status or "without a status"
    return Numbers(
        said=f"Run {told.run} of {params.component} is {stood} since {told.at:%Y-%m-%d %H:%M} UTC",
        n_scope=1,
        n_applicable=1,
        n_fail=0 if told.status in params.status else 1,
        unit="runs",
        details=details,
        expected=expected,
    )


CHECK = Check(
    name="run_status",
    summary="The newest run of a component of another tool ended as it should, and not too long ago.",
    about="dataset",
    parameters=RunStatus,
    measure=measure,
    on_empty="compare",
    fail="> 0",
    counts="runs",
    takes_where=False,
    needs_dataset=False,
    example="{node: load, check: run_status, component: orders_daily, within: 26 h}",
    notes=(
        "What counts is what events have told (docs/events.md) up to the moment the node starts, by the run's clock. No"
        " run within that time fails: a run that never came is worse than one that failed. A run that goes on is RUNNING.",
        "Components are those of the run's kitchen; where it has none of that key, production's.",
    ),
)
