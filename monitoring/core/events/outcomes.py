"""Outcomes of tests and measures, as they stand in an event of our own form or of DataKitchen's."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from kitchens.core.words import number
from monitoring.core.events.fields import KEY, LONG, NAME, TEXT, Fields
from monitoring.core.events.model import Evidence, Outcome
from recipes.core.verdict import Severity, Verdict

MOST_ROWS, MOST_COLUMNS, MOST_CELL = 50, 100, 1000


class TestStatus(StrEnum):
    """The statuses of a test that are taken; none is turned into another."""

    PASSED = "PASSED"
    WARNING = "WARNING"
    FAILED = "FAILED"
    ERROR = "ERROR"
    SKIPPED = "SKIPPED"
    NOT_EVALUATED = "NOT_EVALUATED"
    LEARNING = "LEARNING"


class Weight(StrEnum):
    """Severities, in our words and in those of others."""

    STOP = "stop"
    WARN = "warn"
    LOG = "log"
    ERROR = "error"
    INFO = "info"


VERDICTS: Mapping[TestStatus, Verdict] = {
    TestStatus.PASSED: Verdict.PASS,
    TestStatus.WARNING: Verdict.WARN,
    TestStatus.FAILED: Verdict.FAIL,
    TestStatus.ERROR: Verdict.ERROR,
    TestStatus.SKIPPED: Verdict.SKIPPED,
    TestStatus.NOT_EVALUATED: Verdict.NOT_EVALUATED,
    TestStatus.LEARNING: Verdict.LEARNING,
}
SEVERITIES: Mapping[Weight, Severity] = {
    Weight.STOP: Severity.STOP,
    Weight.ERROR: Severity.STOP,
    Weight.WARN: Severity.WARN,
    Weight.LOG: Severity.LOG,
    Weight.INFO: Severity.LOG,
}


def read_outcome(given: Fields) -> Outcome:
    """Return one outcome; InvalidError names the field that does not fit."""
    status = given.choice(TestStatus, "status", needed=True)
    weight = given.choice(Weight, "severity")
    namespace, dataset = _dataset(given)
    verdict = VERDICTS[status or TestStatus.ERROR]
    outcome = Outcome(
        name=given.text("name", most=KEY, needed=True),
        verdict=verdict,
        key=given.text("key"),
        type=given.text("type"),
        severity=SEVERITIES[weight] if weight else Severity.STOP,
        namespace=namespace,
        dataset=dataset,
        columns=given.texts("columns", "column"),
        measure=given.number("measure", "metric_value"),
        unit=given.text("unit"),
        n_scope=given.whole("n_scope"),
        n_applicable=given.whole("n_applicable"),
        n_fail=given.whole("n_fail"),
        expected=_expected(given),
        started_at=given.moment("started_at", "start_time", naive=True),
        ended_at=given.moment("ended_at", "end_time", naive=True),
        sql=given.text("sql", most=LONG),
        message=given.text("message", "result", "description", most=TEXT),
        owner=given.text("owner"),
        link=given.text("link", "external_url", most=NAME),
        evidence=_evidence(given),
        details=_details(given),
    )
    return outcome


def _details(given: Fields) -> dict[str, Any]:
    """Return what is kept beside the numbers: known further fields, and all that is not known."""
    names = ("params", "version", "dimension", "dimensions", "metadata", "metric_name", "metric_description")
    found = {name: given.free(name) for name in names}
    found |= given.rest()
    return {name: value for name, value in found.items() if value not in (None, "")}


def _dataset(given: Fields) -> tuple[str, str]:
    if isinstance(given.free("dataset"), Mapping):
        inside = given.object("dataset")
        return (inside.text("namespace"), inside.text("name", needed=True)) if inside else ("", "")
    return "", given.text("dataset")


def _expected(given: Fields) -> str:
    low, high = given.number("min_threshold"), given.number("max_threshold")
    if isinstance(given.free("expected"), str):
        return given.text("expected", most=TEXT)
    if inside := given.object("expected"):
        low, high = inside.number("low"), inside.number("high")
        if said := inside.text("text", most=TEXT):
            return said
    return limits_said(low, high)


def limits_said(low: float | None, high: float | None) -> str:
    """Say limits as our own checks do, so that charts draw them."""
    if low is not None and high is not None:
        return f"between {number(low)} and {number(high)}"
    if low is not None:
        return f"at least {number(low)}"
    return f"at most {number(high)}" if high is not None else ""


def _evidence(given: Fields) -> Evidence | None:
    inside = given.object("evidence")
    if inside is None:
        return None
    columns = inside.texts("columns")
    rows = inside.free_rows("rows", MOST_ROWS)
    named = [row if isinstance(row, Mapping) else dict(zip(columns, row, strict=False)) for row in rows]
    kept = [
        {str(name)[:KEY]: _cell(value) for name, value in list(row.items())[:MOST_COLUMNS]} for row in named
    ]
    return Evidence(kept, inside.whole("total"))


def _cell(value: Any) -> Any:
    if isinstance(value, str):
        return value[:MOST_CELL]
    return value if value is None or isinstance(value, bool | int | float) else str(value)[:MOST_CELL]


def read_metric(given: Fields) -> Outcome:
    """Return a measure: an outcome that is judged by the limits sent along, or by nothing yet."""
    key = given.text("key", "metric_key", needed=True)
    value = given.number("value", "metric_value", needed=True) or 0.0
    low, high = given.number("lower"), given.number("upper")
    namespace, dataset = _dataset(given)
    unit, labels = given.text("unit"), given.free("labels", "dimensions")
    name = given.text("name") or key
    details = {"labels": labels} if labels else {}
    return measured(key, value, name=name, unit=unit, low=low, high=high, namespace=namespace, dataset=dataset,
                    columns=given.texts("column", "columns"), details=details | given.rest())  # fmt: skip


def measured(
    key: str,
    value: float,
    *,
    name: str = "",
    unit: str = "",
    low: float | None = None,
    high: float | None = None,
    namespace: str = "",
    dataset: str = "",
    columns: tuple[str, ...] = (),
    details: Mapping[str, Any] | None = None,
) -> Outcome:
    """Return a measure as an outcome. Without limits its verdict is learning: nothing judges it yet."""
    inside = (low is None or value >= low) and (high is None or value <= high)
    judged = low is not None or high is not None
    said = f"{name or key} is {number(value)}{' ' + unit if unit else ''}"
    labels = (details or {}).get("labels")
    return Outcome(
        name=name or key,
        verdict=(Verdict.PASS if inside else Verdict.FAIL) if judged else Verdict.LEARNING,
        key=f"metric {key} {namespace} {dataset} {','.join(columns)} {_listed(labels)}",
        type="metric",
        severity=Severity.WARN if judged else Severity.LOG,
        namespace=namespace,
        dataset=dataset,
        columns=columns,
        measure=value,
        unit=unit,
        expected=limits_said(low, high),
        message=f"{said}." if judged else f"{said}; it came without limits, so nothing judges it.",
        details=details or {},
    )


def _listed(labels: Any) -> str:
    return str(sorted(labels.items(), key=str)) if isinstance(labels, Mapping) else ""


def said_of(outcome: Outcome) -> str:
    """Return what was found in one sentence: the tool's own words, or what the numbers say."""
    if outcome.message:
        return outcome.message
    words = {
        Verdict.PASS: "It passed", Verdict.WARN: "It warned", Verdict.FAIL: "It failed",
        Verdict.ERROR: "It could not be measured", Verdict.SKIPPED: "It was not run",
        Verdict.NOT_EVALUATED: "There was nothing to judge", Verdict.LEARNING: "It is still learning",
    }[outcome.verdict]  # fmt: skip
    found = ""
    if outcome.n_fail is not None:
        found = f": {number(outcome.n_fail)} failing" + (
            f" of {number(outcome.n_applicable)}" if outcome.n_applicable else ""
        )
    elif outcome.measure is not None:
        found = f": it measured {number(outcome.measure)}{' ' + outcome.unit if outcome.unit else ''}"
    expected = f" (expected {outcome.expected})" if outcome.expected else ""
    return f"{words}{found}{expected}."
