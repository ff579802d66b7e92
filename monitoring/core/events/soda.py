"""Soda: the result of a scan, as `soda scan -srf` and Soda Library write it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from monitoring.core.events.fields import Fields
from monitoring.core.events.importing import Given, Place, component_key, parts, said
from monitoring.core.events.model import Component, Event, Outcome, Read, Run, RunState, RunStatus
from recipes.core.verdict import Verdict

VERDICTS = {
    "pass": Verdict.PASS,
    "warn": Verdict.WARN,
    "fail": Verdict.FAIL,
    "not evaluated": Verdict.NOT_EVALUATED,
}


def read_soda(found: Any, given: Given) -> Iterator[Read]:
    """Yield the outcome of every check and the status of the scan. A check without an outcome was not evaluated."""
    document = Fields(found)
    checks = document.listed("checks")
    started = document.moment("scanStartTimestamp", naive=True)
    at = document.moment("scanEndTimestamp", naive=True) or started or given.now
    name = said(document.free("definitionName"), 200)
    component = Component("pipeline", given.component or component_key("soda", name))
    run = Run(key=given.run or (started or at).isoformat(), name=name)
    place = Place(given, "soda", component, run, at)
    yield from parts(checks, "checks", lambda part: _part(part, place))
    yield Read("run", event=place.status(RunStatus(_state(document), started, at)))


def _state(document: Fields) -> RunState:
    errors, failures, warnings = (document.free(name) for name in ("hasErrors", "hasFailures", "hasWarnings"))
    if errors is True or failures is True:
        return RunState.FAILED
    return RunState.COMPLETED_WITH_WARNINGS if warnings is True else RunState.COMPLETED


def _part(part: Fields, place: Place) -> Event:
    status = part.text("outcome") or "not evaluated"
    if status not in VERDICTS:
        raise part.fault(
            "outcome", f"is unknown ({status[:40]!r})", f"Soda says one of {', '.join(VERDICTS)}."
        )
    diagnostics = part.object_or_none("diagnostics") or Fields({})
    value = diagnostics.free_or_none("value")
    column = said(part.free("column"), 120)
    definition = said(part.free("definition"))
    return place.outcome(
        Outcome(
            name=part.text("name", most=2000, needed=True)[:255],
            verdict=VERDICTS[status],
            key=said(part.free("identity"), 255),
            type=said(part.free("type"), 100),
            dataset=said(part.free("table"), 160),
            columns=(column,) if column else (),
            measure=float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None,
            message=_why(part),
            details={"definition": definition} if definition else {},
        )
    )


def _why(part: Fields) -> str:
    reasons = part.free_or_none("outcomeReasons")
    told = (
        [said(one.get("message"), 500) for one in reasons if isinstance(one, dict)]
        if isinstance(reasons, list)
        else []
    )
    return said(" ".join(one for one in told if one))
