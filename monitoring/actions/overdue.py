"""Monitors of freshness without a run: a dataset of production that used to come and has not is red, until it comes."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from kitchens.models import Kitchen
from monitoring.actions.episodes import write_spans
from monitoring.core.overdue import LEAST, LOOKED_AT, Rhythm, may_be_overdue, rhythm_of
from monitoring.models import Episode
from monitoring.queries import spans
from monitoring.queries.histories.coverage import stands_at
from monitoring.queries.mesh import commit_of
from recipes.actions.runs import series as of_tests
from recipes.actions.runs.statements import lock_kitchen
from recipes.core.spec.model import AUTOMATIC
from recipes.core.status import OPEN
from recipes.core.verdict import GREEN, Verdict
from recipes.models import OrderRun, Schedule, TestResult, TestSeries
from recipes.queries.progress import under_way

HOUR = timedelta(hours=1)


def sweep(now: datetime) -> int:
    """Turn monitors of freshness red whose dataset is overdue; return how many. One query where none may be.

    Only what a schedule of production is meant to bring, while nothing of its recipe is at work or red already: that
    is told as what it is. Where the hub runs a history nothing is looked at, as that writes what looks old.
    """
    if not settings.MONITORS:
        return 0
    suspects = [one for one in _watched() if may_be_overdue(one.first_at, one.last_at, one.n_results, now)]
    if not suspects or under_way(now):
        return 0
    production = Kitchen.objects.get(tier="production")
    stands = stands_at(commit_of(production))
    late = [one for one in suspects if not stands.gone(f"{one.domain}/{one.recipe}", one.test)]
    return sum(_judge(one, now) for one in late)


def _watched() -> QuerySet[TestSeries]:
    same = {"kitchen": OuterRef("kitchen_id"), "domain": OuterRef("domain"), "recipe": OuterRef("recipe")}
    meant = Schedule.objects.filter(paused=False, last_slot__isnull=False, next_slot__isnull=False, **same)
    return TestSeries.objects.filter(
        Exists(meant),
        ~Exists(OrderRun.objects.filter(status__in=OPEN, **same)),
        ~Exists(Episode.objects.filter(closed_at=None, **same)),
        kitchen_id__in=Kitchen.objects.filter(tier="production").values("pk"),
        source="",
        test__startswith=f"{AUTOMATIC}freshness.",
        n_results__gt=LEAST,
        verdict__in=sorted(GREEN),  # what still learns says so until it has learnt, and would end nothing
    )


@transaction.atomic
def _judge(one: TestSeries, now: datetime) -> bool:
    """Write down that a dataset is overdue, once. About fifteen queries where it is, three where it is not."""
    lock_kitchen(one.kitchen_id)
    rhythm = rhythm_of(_times(one))
    if rhythm is None or not rhythm.overdue(now) or not _watched().filter(pk=one.pk).exists():
        return False
    result = _result(one, rhythm, now)
    ids = of_tests.assign([result], nodes={one.test: one.node}, columns={one.test: one.column}, counts=True)
    result.save()
    of_tests.point_at_last(ids)
    write_spans(one, [spans.of_results(one.pk, result.pk)])
    return True


def _times(one: TestSeries) -> list[datetime]:
    """Return when the newest results came, of runs that a schedule meant. One query."""
    rows = TestResult.objects.filter(run__slot__isnull=False, series=one, counts=True).order_by("-pk")
    return list(rows.values_list("at", flat=True)[: LOOKED_AT + 1])


def _result(one: TestSeries, rhythm: Rhythm, now: datetime) -> TestResult:
    return TestResult(
        kitchen_id=one.kitchen_id,
        domain=one.domain,
        recipe=one.recipe,
        test=one.test,
        check_name=one.check_name,
        dataset=one.dataset,
        severity=one.severity,
        verdict=Verdict.FAIL,
        sentence=rhythm.sentence(one.dataset, now),
        expected=rhythm.expected,
        measure=(now - rhythm.last) / HOUR,
        unit="hours",
        details={"of": "time since it came", "last": rhythm.last.isoformat()},
        at=now,
    )
