"""dbt: run_results.json, with manifest.json beside it where there is one (github.com/dbt-labs/dbt-core, schemas v4 to v6)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from monitoring.core.events.fields import LONG, Fields
from monitoring.core.events.importing import Given, Place, component_key, parts, said, seconds_before
from monitoring.core.events.model import Component, Event, Outcome, Read, Run, RunState, RunStatus
from recipes.core.verdict import Severity, Verdict

VERDICTS = {
    "pass": Verdict.PASS,
    "warn": Verdict.WARN,
    "fail": Verdict.FAIL,
    "error": Verdict.ERROR,
    "runtime error": Verdict.ERROR,
    "skipped": Verdict.SKIPPED,
}
STATES = {
    "success": RunState.COMPLETED,
    "pass": RunState.COMPLETED,
    "warn": RunState.COMPLETED_WITH_WARNINGS,
    "partial success": RunState.COMPLETED_WITH_WARNINGS,
    "error": RunState.FAILED,
    "runtime error": RunState.FAILED,
    "fail": RunState.FAILED,
    "skipped": RunState.SKIPPED,
    "no-op": RunState.SKIPPED,
}
SEVERITIES = {"error": Severity.STOP, "warn": Severity.WARN}
# What `failures` counts, by the kind of test: dbt's generic tests select one row for each of these.
UNITS = {
    "unique": "duplicated values",
    "accepted_values": "values",
    "not_null": "rows",
    "relationships": "rows",
}


def read_dbt(found: Any, given: Given) -> Iterator[Read]:
    """Yield the outcomes of tests, the status of each model and that of the whole invocation."""
    document = Fields(found)
    manifest: Mapping[str, Any] = {}
    if document.has("run_results"):  # both files in one object
        nodes = (inner.free_object("nodes") if (inner := document.object("manifest")) else None) or {}
        manifest, document = nodes, document.object("run_results") or document
    metadata = document.object("metadata") or Fields({})
    results = document.listed("results")
    at = metadata.moment("generated_at", naive=True) or given.now
    invocation = given.run or metadata.text("invocation_id") or at.isoformat()
    run = Run(key=invocation, name=said(metadata.text("project_name")))
    component = Component("pipeline", given.component or component_key("dbt", _project(results)))
    place = Place(given, "dbt", component, run, at)
    yield from parts(results, "results", lambda part: _part(part, place, manifest))
    whole = RunStatus(_worst(results), seconds_before(at, document.number("elapsed_time")), at)
    yield Read("run", event=place.status(whole))


def _part(part: Fields, place: Place, nodes: Mapping[str, Any]) -> Event:
    unique_id = part.text("unique_id", most=1000, needed=True)
    started, ended = _timing(part)
    if unique_id.split(".", 1)[0] in {"test", "unit_test"}:
        return place.outcome(_outcome(part, unique_id, _node(nodes, unique_id), nodes, started, ended), ended)
    status = _known(part, STATES)
    whole = RunStatus(status, started, ended, said(part.text("message", most=LONG)))
    return place.status(whole, component_key(unique_id), unique_id.rsplit(".", 1)[-1][:255], ended)


def _outcome(
    part: Fields,
    unique_id: str,
    node: Fields,
    nodes: Mapping[str, Any],
    started: datetime | None,
    ended: datetime | None,
) -> Outcome:
    kind = node.object("test_metadata") or Fields({})
    config = node.object("config") or Fields({})
    meta = config.object("meta") or Fields({})
    column = said(node.text("column_name", most=LONG), 120)
    type_ = said(kind.text("name", most=LONG), 100)
    failures = part.whole("failures")
    details = {"n_fail_unit": UNITS.get(type_, "rows")} if failures is not None else {}
    return Outcome(
        name=said(node.text("name", most=LONG), 255) or _short(unique_id),
        verdict=_known(part, VERDICTS),
        key=component_key(unique_id),
        type=type_ or unique_id.split(".", 1)[0],
        severity=SEVERITIES.get(config.text("severity").lower(), Severity.STOP),
        dataset=_dataset(node, nodes),
        columns=(column,) if column else (),
        n_fail=failures,
        started_at=started,
        ended_at=ended,
        sql=said(part.text("compiled_code", "compiled_sql", most=LARGE), LONG),
        message=said(part.text("message", most=LARGE)) or said(node.text("description", most=LARGE)),
        owner=said(meta.free("owner"), 200),
        details=details,
    )


LARGE = 1_000_000  # characters of one text of a file; what is kept of it is cut


def _known(part: Fields, allowed: Mapping[str, Any]) -> Any:
    status = part.text("status", needed=True)
    if status not in allowed:
        raise part.fault("status", f"is unknown ({status[:40]!r})", f"dbt says one of {', '.join(allowed)}.")
    return allowed[status]


def _timing(part: Fields) -> tuple[datetime | None, datetime | None]:
    spans = [
        (one.moment("started_at", naive=True), one.moment("completed_at", naive=True))
        for one in part.objects_or_none("timing", most=20)
    ]
    starts, ends = [one[0] for one in spans if one[0]], [one[1] for one in spans if one[1]]
    return min(starts, default=None), max(ends, default=None)


def _node(nodes: Mapping[str, Any], unique_id: str) -> Fields:
    node = nodes.get(unique_id)
    return Fields(node if isinstance(node, Mapping) else {}, f"manifest.nodes.{unique_id[:80]}")


def _dataset(node: Fields, nodes: Mapping[str, Any]) -> str:
    """Return `schema.table` of the model a test is attached to, "" where the manifest does not say."""
    attached = node.free("attached_node")
    if not isinstance(attached, str):
        return ""
    model = _node(nodes, attached)
    schema, table = model.free("schema"), model.free("alias") or model.free("name")
    named = [one for one in (schema, table) if isinstance(one, str)]
    return said(".".join(named), 160)


def _short(unique_id: str) -> str:
    """Return `not_null_orders_id` of `test.shop.not_null_orders_id.8a3c9f`; a unit test has no digest at its end."""
    names = unique_id.split(".")
    shown = ".".join(names[2:]) if names[0] == "unit_test" else "".join(names[2:3])
    return (shown or unique_id)[:255]


def _project(results: Any) -> str:
    for one in results if isinstance(results, list) else []:
        unique_id = one.get("unique_id") if isinstance(one, dict) else None
        if isinstance(unique_id, str) and unique_id.count("."):
            return said(unique_id.split(".")[1], 200)
    return ""


def _worst(results: Any) -> RunState:
    """Return what the whole invocation came to, as dbt's exit code has it."""
    said_ones = (
        {str(one.get("status")) for one in results if isinstance(one, dict)}
        if isinstance(results, list)
        else set()
    )
    if said_ones & {"error", "fail", "runtime error"}:
        return RunState.FAILED
    return RunState.COMPLETED_WITH_WARNINGS if said_ones & {"warn", "partial success"} else RunState.COMPLETED
