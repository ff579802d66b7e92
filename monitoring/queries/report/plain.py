"""A failure report as plain values, for the API and for programs that read the page."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from monitoring.models import Episode
from monitoring.queries.report.report import Report
from recipes.models import Attempt, OrderRun, TestResult


def as_plain(report: Report) -> dict[str, Any]:
    """Return all of a report in the order of the page. No query."""
    return _standing(report) | _findings(report)


def _standing(report: Report) -> dict[str, Any]:
    one = report.episode
    return {
        "id": one.pk,
        "url": reverse("failure-report", args=[one.pk]),
        "verdict": report.line,
        "status": "open" if one.is_open else "closed",
        "ending": one.ending,
        "severity": one.severity,
        "kitchen": one.kitchen.slug,
        "domain": one.domain,
        "recipe": one.recipe,
        "node": one.node,
        "test": one.test,
        "check": one.check_name,
        "dataset": one.dataset,
        "source": one.source,
        "owner": report.owner,
        "incident": one.incident_id,
        "opened_at": one.opened_at,
        "last_red_at": one.last_red_at,
        "closed_at": one.closed_at,
        "age_seconds": round(report.age, 3),
        "red_evaluations": one.n_red,
        "red_runs": one.n_runs,
    }


def _findings(report: Report) -> dict[str, Any]:
    one = report.episode
    return {
        "observed": _result(report.result),
        "expected": report.result.expected if report.result else "",
        "rule": vars(report.rule) if report.rule else None,
        "history": [vars(point) for point in report.points],
        "last_green_run": _run(one.green_run),
        "first_red_run": _run(one.first_run),
        "last_red_run": _run(one.last_run),
        "fixed_run": _run(one.fixed_run),
        "changes": dict(report.changes),
        "causes": list(report.causes),
        "failing_rows": _rows(report),
        "slices": list(report.slices),
        "now": _result(report.newest),
        "siblings": [_result(row) for row in report.siblings],
        "upstream": list(report.upstream),
        "downstream": {
            "sentence": report.blast.sentence,
            "published": report.blast.published,
            "readers": [vars(reader) for reader in report.blast.readers],
            "reached": [vars(reached) for reached in report.blast.reached],
        },
        "statements": list(report.statements),
        "error": report.detail,
        "log": [list(line) for line in report.log],
        "attempts": [_attempt(attempt) for attempt in report.attempts],
        "elsewhere": [
            {"kitchen": other.kitchen.slug, "verdict": other.series.verdict, "at": other.series.last_at}
            for other in report.elsewhere
        ],
        "episodes": [_episode(other) for other in report.others],
        "reliability": report.reliability,
    }  # fmt: skip


def _run(run: OrderRun | None) -> dict[str, Any] | None:
    if run is None:
        return None
    return {"id": run.pk, "status": run.status, "commit": run.commit, "ended_at": run.ended_at}


def _attempt(attempt: Attempt) -> dict[str, Any]:
    names = (
        "number",
        "status",
        "reason",
        "started_at",
        "ended_at",
        "exit_code",
        "cpu_seconds",
        "peak_memory",
    )
    return {name: getattr(attempt, name) for name in names}


def _result(result: TestResult | None) -> dict[str, Any] | None:
    if result is None:
        return None
    names = (
        "test",
        "verdict",
        "severity",
        "sentence",
        "measure",
        "unit",
        "n_fail",
        "n_applicable",
        "n_scope",
        "at",
    )
    return {"id": result.pk, "run": result.run_id} | {name: getattr(result, name) for name in names}


def _rows(report: Report) -> dict[str, Any] | None:
    if report.rows is None:
        return None
    return {
        "total": report.rows.total,
        "kept": len(report.rows.rows),
        "kept_until": report.rows.kept_until,
        "offending_columns": list(report.rows.hit),
        "hidden_columns": list(report.rows.hidden),
        "rows": [dict(row) for row in report.rows.rows],
        "offending": [dict(one) for one in report.rows.offending],
    }


def _episode(episode: Episode) -> dict[str, Any]:
    return {
        "id": episode.pk,
        "opened_at": episode.opened_at,
        "closed_at": episode.closed_at,
        "ending": episode.ending,
        "red_runs": episode.n_runs,
        "sentence": episode.sentence,
    }
