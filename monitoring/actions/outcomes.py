"""Outcomes of other tools' tests become series, results and episodes like our own."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kitchens.core.datadiff import HIDDEN
from kitchens.models import Domain, Kitchen
from monitoring.actions import episodes
from monitoring.actions.rewriting import rewrite
from monitoring.core.events.fields import clipped
from monitoring.core.events.fold import Judged, Stretch, red_since, stretches
from monitoring.core.events.model import Evidence, Outcome
from monitoring.core.events.outcomes import said_of
from monitoring.models import EventSource, ExternalComponent, ExternalResult, ExternalRun, ExternalTest
from monitoring.queries.mesh import commit_of
from monitoring.queries.report.rule import personal_at
from monitoring.queries.spans import Moment, Span
from recipes.core.verdict import GREEN, NOT_GREEN, Verdict
from recipes.models import TestResult, TestSeries

MOST_TESTS = 20_000  # of a source
TEST, CHECK, DATASET, COLUMN, UNIT, LINK = 120, 40, 160, 120, 30, 500  # characters of columns
SERIES_FIELDS = (
    "domain", "check_name", "dataset", "column", "severity", "verdict", "last", "first_at", "last_at", "red_since",
    "n_results", "n_warned", "n_red",
)  # fmt: skip


@dataclass(frozen=True)
class Sent:
    """An outcome with the event it came in: whose it is, and when it was."""

    outcome: Outcome
    component: ExternalComponent
    run: ExternalRun | None
    at: datetime


def room_for(sent: Sequence[Sent], source: EventSource, kitchen: Kitchen) -> bool:
    """Say whether the source may have these tests beside those it has. At most two queries."""
    digests = {_digest(one) for one in sent}
    if not digests:
        return True
    known = ExternalTest.objects.filter(source=source, kitchen=kitchen, digest__in=digests).count()
    if known == len(digests):
        return True
    return ExternalTest.objects.filter(source=source).count() + len(digests) - known <= MOST_TESTS


def keep_outcomes(
    sent: Sequence[Sent], source: EventSource, kitchen: Kitchen, now: datetime
) -> list[TestResult]:
    """Store outcomes, and bring their series and episodes up to them; return the results in the same order.

    Results may be late: what a series says, and its episodes, go by when things happened. About eight queries, and
    a few more for each series that is, or turns, red. The source is held by the caller.
    """
    if not sent:
        return []
    domains = set(Domain.objects.values_list("slug", flat=True))
    series = _series(sent, source, kitchen, domains)
    personal = personal_at(commit_of(kitchen)) if any(one.outcome.evidence for one in sent) else {}
    hidden = {name.lower() for columns in personal.values() for name in columns}
    results = [_result(one, series[_digest(one)], hidden) for one in sent]
    TestResult.objects.bulk_create(results, batch_size=200)
    ExternalResult.objects.bulk_create(
        [ExternalResult(result=row, run=one.run) for row, one in zip(results, sent, strict=True) if one.run],
        batch_size=200,
    )
    new: dict[int, list[TestResult]] = {}
    for row in results:
        new.setdefault(row.series_id, []).append(row)
    for one in {row.pk: row for row in series.values()}.values():
        _bring_up(one, new[one.pk])
    rewrite(TestSeries, {row.pk: row for row in series.values()}.values(), SERIES_FIELDS)
    return results


def _digest(sent: Sent) -> str:
    """Return what a test is known by: the key its tool gives it, else what it is about and its name."""
    one = sent.outcome
    # A metric has the same key in many components, and so has a test that names no dataset.
    own = (
        ""
        if one.dataset or (one.key and one.type != "metric")
        else f"{sent.component.kind} {sent.component.key}"
    )
    told = (
        ("key", one.key, own)
        if one.key
        else ("name", one.namespace, one.dataset, *one.columns, one.name, own)
    )
    return hashlib.sha256("\n".join(told).encode()).hexdigest()


def _series(
    sent: Sequence[Sent], source: EventSource, kitchen: Kitchen, domains: set[str]
) -> Mapping[str, TestSeries]:
    """Return the series by digest, made where there is none. Six queries."""
    by_digest = {_digest(one): one for one in sent}
    rows = ExternalTest.objects.filter(source=source, kitchen=kitchen, digest__in=by_digest).select_related(
        "series"
    )
    found = {row.digest: row.series for row in rows}
    new = {digest: one for digest, one in by_digest.items() if digest not in found}
    if not new:
        return found
    taken = set(TestSeries.objects.filter(
        kitchen_id=kitchen.pk, source=source.name, test__in=[_label(one) for one in new.values()]
    ).values_list("test", flat=True))  # fmt: skip
    made = {}
    for digest, one in new.items():
        label = _label(one)
        if label in taken:
            label = f"{clipped(label, TEST - 12)} · {digest[:8]}"
        taken.add(label)
        made[digest] = TestSeries(
            kitchen_id=kitchen.pk, domain=_domain(one, domains), recipe="", test=label, source=source.name,
            severity=str(one.outcome.severity), first_at=one.at, last_at=one.at,
        )  # fmt: skip
    TestSeries.objects.bulk_create(made.values(), batch_size=200)
    ExternalTest.objects.bulk_create(
        [ExternalTest(source=source, kitchen=kitchen, digest=digest, component=new[digest].component, series=row)
         for digest, row in made.items()],
        batch_size=200,
    )  # fmt: skip
    return found | made


def _label(sent: Sent) -> str:
    return clipped(sent.outcome.name, TEST)


def _domain(sent: Sent, domains: set[str]) -> str:
    """Return the domain of a dataset of ours, else the one that has claimed the component, "" where none has."""
    slug, dot, _ = sent.outcome.dataset.partition(".")
    return slug if dot and slug in domains else sent.component.domain


def _result(sent: Sent, series: TestSeries, hidden: set[str]) -> TestResult:
    one = sent.outcome
    facts = {"columns": list(one.columns), "namespace": one.namespace, "owner": one.owner}
    took = (one.ended_at - one.started_at).total_seconds() * 1000 if one.started_at and one.ended_at else 0.0
    return TestResult(
        series=series,
        source=series.source,
        external_url=one.link if len(one.link) <= LINK else "",
        kitchen_id=series.kitchen_id,
        domain=series.domain,
        recipe="",
        test=series.test,
        check_name=clipped(one.type, CHECK),
        dataset=clipped(one.dataset, DATASET),
        severity=str(one.severity),
        verdict=str(one.verdict),
        sentence=said_of(one),
        n_scope=one.n_scope,
        n_applicable=one.n_applicable,
        n_fail=one.n_fail,
        measure=one.measure,
        unit=clipped(one.unit, UNIT),
        expected=one.expected,
        details={**one.details, **{name: value for name, value in facts.items() if value}},
        evidence=_masked(one.evidence, hidden),
        sql=one.sql,
        duration_ms=max(0.0, took),
        at=sent.at,
    )


def _masked(evidence: Evidence | None, hidden: set[str]) -> list[dict[str, Any]]:
    """Return the rows without the values of columns that are personal anywhere in the mesh."""
    rows = evidence.rows if evidence else ()
    return [
        {
            name: HIDDEN if value is not None and name.lower() in hidden else value
            for name, value in row.items()
        }
        for row in rows
    ]


def _bring_up(series: TestSeries, new: Sequence[TestResult]) -> None:
    """Bring a series, and its episodes, up to results that were inserted just now. No query where all is quiet."""
    ordered = sorted(new, key=lambda row: (row.at, row.pk))
    late = series.n_results > 0 and ordered[0].at < series.last_at
    red = series.red_since is not None or any(row.verdict in NOT_GREEN for row in ordered)
    series.n_results += len(ordered)
    series.n_warned += sum(row.verdict == Verdict.WARN for row in ordered)
    series.n_red += sum(row.verdict in NOT_GREEN for row in ordered)
    series.first_at = min(series.first_at, ordered[0].at)
    rows = _window(series, ordered[0]) if late or red else []
    newest = _newest(rows, ordered)
    series.last, series.last_at, series.verdict = newest, newest.at, newest.verdict
    series.domain = series.domain or newest.domain
    series.check_name, series.severity, series.dataset = newest.check_name, newest.severity, newest.dataset
    series.column = clipped(", ".join(newest.details.get("columns", ())), COLUMN)
    if rows:
        series.red_since = red_since(rows)
        episodes.write_spans(series, [_span(one) for one in stretches(rows)])


def _newest(rows: Sequence[Judged], ordered: Sequence[TestResult]) -> TestResult:
    """Return the newest result by its own time; one query where it is none of those inserted just now."""
    if not rows or rows[-1].pk == ordered[-1].pk:
        return ordered[-1]
    return TestResult.objects.get(pk=rows[-1].pk)


def _window(series: TestSeries, first: TestResult) -> list[Judged]:
    """Return the results from the last green one before `first` to the newest. Two queries."""
    rows = TestResult.objects.filter(series=series, counts=True).order_by("at", "pk")
    before = rows.filter(verdict__in=sorted(GREEN), at__lt=first.at).last()
    if before:
        rows = rows.filter(at__gte=before.at)
    wanted = ("pk", "at", "verdict", "severity", "sentence")
    since = (before.at, before.pk) if before else None
    found = [Judged(*row) for row in rows.values_list(*wanted)]
    return [row for row in found if since is None or (row.at, row.pk) >= since]


def _span(stretch: Stretch) -> Span:
    return Span(
        green=_moment(stretch.green) if stretch.green else None,
        first=_moment(stretch.red[0]),
        last=_moment(stretch.red[-1]),
        fixed=_moment(stretch.fixed) if stretch.fixed else None,
        n_red=len(stretch.red),
        n_runs=len(stretch.red),
    )


def _moment(row: Judged) -> Moment:
    return Moment(row.pk, None, row.at, row.verdict, row.said, row.severity)
