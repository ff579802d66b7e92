"""Open, lengthen and close episodes. Each is derived from what is stored, so that it may be done twice, or in any order.

The end of a run is told by a signal; a run whose end nobody took note of (a crash in between) is found by the sweep.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from monitoring.actions.findings import explain
from monitoring.models import Episode
from monitoring.queries import spans
from monitoring.queries.spans import Moment, Span
from recipes.actions.runs.statements import execute, fetch, lock_kitchen
from recipes.core.plan import Plan
from recipes.core.status import RED, Status
from recipes.core.verdict import GREEN
from recipes.models import NodeRun, OrderRun, TestResult, TestSeries

QUIET_AT_ONCE, TELLING_AT_ONCE = 500, 40  # runs in one sweep: without and with something to write down
_QUIET = (
    "r.status = 'succeeded' AND r.tests_failed = 0 AND NOT EXISTS (SELECT 1 FROM monitoring_episode e"
    " WHERE e.kitchen_id = r.kitchen_id AND e.domain = r.domain AND e.recipe = r.recipe AND e.closed_at IS NULL)"
)
_TO_FOLLOW = (
    f"SELECT r.id, {_QUIET} FROM recipes_orderrun r WHERE NOT r.followed AND r.ended_at IS NOT NULL"  # noqa: S608 - text of ours
    f" ORDER BY r.id LIMIT {QUIET_AT_ONCE}"
)
_MARK = f"UPDATE recipes_orderrun AS r SET followed = (1 = 1) WHERE r.id [any] AND {_QUIET}"  # noqa: S608 - text of ours
_ENDED_KITCHENS = (
    "UPDATE monitoring_episode SET closed_at = %s, ending = 'kitchen_ended', told = (1 = 0)"
    " WHERE closed_at IS NULL AND kitchen_id IN (SELECT id FROM kitchens_kitchen WHERE state IN ('retired', 'gone'))"
)


def run_ended(run_id: int) -> None:
    """Take note of the end of a run. One query where it is green and nothing was red: the sweep marks such runs."""
    rows = fetch(f"SELECT {_QUIET} FROM recipes_orderrun r WHERE r.id = %s", run_id)  # noqa: S608 - text of ours
    if rows and not rows[0][0]:
        follow(run_id)
        explain(OrderRun.objects.values_list("ended_at", flat=True).get(pk=run_id))


def sweep(now: datetime) -> int:
    """Take note of all runs that have ended and were not followed, oldest first; return how many.

    Three queries where there are none. A history that was there before is taken up in the same way, bit by bit.
    """
    execute(_ENDED_KITCHENS, now)
    rows = fetch(_TO_FOLLOW)
    telling = [pk for pk, quiet in rows if not quiet][:TELLING_AT_ONCE]
    for pk in telling:
        follow(pk)
    quiet = [pk for pk, is_quiet in rows if is_quiet]
    if quiet:
        execute(_MARK, quiet)
    explain(now)
    return len(telling) + len(quiet)


@transaction.atomic
def follow(run_id: int) -> None:
    """Write down what the end of a run means for episodes, once. About four queries, and eight for each red test."""
    run = OrderRun.objects.select_related("kitchen", "order").get(pk=run_id)
    lock_kitchen(run.kitchen_id)  # two runs of a kitchen never pass each other here
    if OrderRun.objects.filter(pk=run_id, followed=True).exists():
        return
    open_ones = list(
        Episode.objects.filter(
            kitchen=run.kitchen_id, domain=run.domain, recipe=run.recipe, source="", closed_at=None
        ).defer("findings")
    )
    _follow_tests(run, open_ones)
    _follow_nodes(run, open_ones)
    _follow_whole(run, open_ones)
    _close_removed(run, open_ones)
    OrderRun.objects.filter(pk=run_id).update(followed=True)


@transaction.atomic
def write_spans(series: TestSeries, spans: Sequence[Span]) -> None:
    """Write down stretches of red of a series whose results came without a run of ours, in whatever order they came.

    About two queries for each. The caller sees to it that nobody else writes of this series meanwhile.
    """
    for span in spans:
        # A green result that came late may now stand before a stretch that is known already.
        known = Episode.objects.filter(series=series, first_result=span.first.pk)
        known.exclude(after=_pk(span.green)).update(after=_pk(span.green))
        _write_test(series, span)


def _follow_tests(run: OrderRun, open_ones: list[Episode]) -> None:
    red = dict(spans.red_results(run.pk).order_by("pk").values_list("series_id", "pk"))
    waiting = {one.series_id: one.last_result_id for one in open_ones if one.series_id}
    green = TestResult.objects.filter(
        run=run, counts=True, series__in=waiting.keys() - red.keys(), verdict__in=sorted(GREEN)
    )
    touched = red | {pk: waiting[pk] for pk in set(green.values_list("series_id", flat=True))}
    for series in TestSeries.objects.filter(pk__in=touched.keys() - {None}).order_by("pk"):
        if touched[series.pk]:
            _write_test(series, spans.of_results(series.pk, touched[series.pk]))


def _follow_nodes(run: OrderRun, open_ones: list[Episode]) -> None:
    """Look after nodes that failed by themselves, and those that did so before and succeeded now."""
    nodes = NodeRun.objects.filter(run=run, reused_from=None).order_by("place")
    red = dict(nodes.filter(spans.red_by_itself()).values_list("node", "pk")) if run.status in RED else {}
    waiting = {one.node: one for one in open_ones if one.node and not one.series_id}
    settled = nodes.filter(node__in=waiting.keys() - red.keys(), status=Status.SUCCEEDED)
    for node, pk in red.items():
        _write_other(run, node, spans.of_node(run, node, pk))
    for node in settled.values_list("node", flat=True):
        first = waiting[node].first_run_id
        anchor = NodeRun.objects.filter(run=first, node=node).values_list("pk", flat=True).first()
        if anchor:
            _write_other(run, node, spans.of_node(run, node, anchor))


def _follow_whole(run: OrderRun, open_ones: list[Episode]) -> None:
    """Look after runs that failed although no node did: they could not publish, or took too long."""
    waiting = next((one for one in open_ones if not one.node and not one.series_id), None)
    if run.status in RED and OrderRun.objects.filter(spans.red_as_a_whole(), pk=run.pk).exists():
        _write_other(run, "", spans.of_run(run))
    elif waiting is not None and waiting.first_run is not None and run.status == Status.SUCCEEDED:
        _write_other(run, "", spans.of_run(waiting.first_run))


def _close_removed(run: OrderRun, open_ones: list[Episode]) -> None:
    """Close episodes of tests and nodes that a whole green run had no more: nothing would ever turn them green."""
    if run.status != Status.SUCCEEDED or run.order.nodes:
        return
    plan = Plan.model_validate(run.plan)
    watched = {test.name for tests in plan.tests.values() for test in tests if test.severity in spans.WATCHED}
    nodes = {node.name for node in plan.nodes}
    gone = [
        one.pk
        for one in open_ones
        if one.first_run is not None
        and one.first_run.variation == run.variation
        and ((one.test and one.test not in watched) or (one.node and not one.test and one.node not in nodes))
    ]
    Episode.objects.filter(pk__in=gone, closed_at=None).update(
        closed_at=run.ended_at, ending="removed", fixed_run=run, told=False
    )


def _write_test(series: TestSeries, span: Span) -> Episode:
    facts = {
        "kitchen_id": series.kitchen_id,
        "domain": series.domain,
        "recipe": series.recipe,
        "node": series.node,
        "test": series.test,
        "source": series.source,
        "check_name": series.check_name,
        "dataset": series.dataset,
        "green_result_id": span.green.pk if span.green else None,
        "first_result_id": span.first.pk,
        "last_result_id": span.last.pk,
        "fixed_result_id": span.fixed.pk if span.fixed else None,
    }
    return _write({"series": series, "after": _pk(span.green)}, facts, span)


def _write_other(run: OrderRun, node: str, span: Span) -> Episode:
    key = {
        "series": None,
        "kitchen": run.kitchen,
        "domain": run.domain,
        "recipe": run.recipe,
        "node": node,
        "after": _pk(span.green),
    }
    return _write(key, {}, span)


def _write(key: dict[str, Any], facts: dict[str, Any], span: Span) -> Episode:
    ended = span.fixed is not None
    facts |= {
        "severity": span.last.severity,
        "verdict": span.last.verdict,
        "sentence": span.first.said,
        "green_run_id": span.green.run if span.green else None,
        "first_run_id": span.first.run,
        "last_run_id": span.last.run,
        "fixed_run_id": span.fixed.run if span.fixed else None,
        "opened_at": span.first.at,
        "last_red_at": span.last.at,
        "closed_at": span.fixed.at if span.fixed else None,
        "ending": "green" if ended else "",
        "n_red": span.n_red,
        "n_runs": span.n_runs,
        "told": False,
    }
    episode, _ = Episode.objects.update_or_create(**key, defaults=facts)
    if episode.found_at and episode.findings.get("run") != span.first.run:  # an earlier red run came to light
        Episode.objects.filter(pk=episode.pk).update(found_at=None)
    return episode


def _pk(moment: Moment | None) -> int:
    return moment.pk if moment else 0
