"""Facts of the home page: the day, what needs somebody, arrivals, the course of the last two weeks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import lru_cache

from django.db.models import Case, CharField, Count, IntegerField, Sum, Value, When
from django.db.models.functions import Concat

from kitchens.core import words
from kitchens.models import AuditEntry, Kitchen
from monitoring.core.today import (
    Arrival,
    DayCount,
    Need,
    RunFact,
    Strip,
    arrival_of,
    red_streaks,
    share,
    was_paused,
)
from monitoring.queries.mesh import newest_of_each
from recipes.core.cron import first_slots
from recipes.core.verdict import Severity, Verdict
from recipes.models import OrderRun, Schedule, TestResult

FIELDS = [field for field in RunFact.__dataclass_fields__ if field != "name"]
DAYS = 14
WATCHED = 50  # newest runs that are looked at for changes
OFTEN = 24  # a schedule with more slots a day than this is alive or not, it has no arrivals


def facts(runs: Iterable[dict]) -> list[RunFact]:
    return [RunFact(**run) for run in runs]


def recent_runs(kitchen: Kitchen, recipes: Iterable[str], each: int = DAYS) -> list[RunFact]:
    """Return the newest `each` runs of every recipe ("<domain>/<recipe>"), newest first. One query."""
    return facts(newest_of_each(kitchen, recipes, each).values(*FIELDS))


def seen(kitchen: Kitchen) -> list[tuple[object, ...]]:
    """Return what a change of the home page shows in first: how the newest runs stand. One small query.

    What changes in an older run is seen with the next minute.
    """
    rows = OrderRun.objects.filter(kitchen=kitchen).order_by("-id")
    return list(rows.values_list("id", "status", "tests_total", "tests_failed")[:WATCHED])


def newest(kitchen: Kitchen, limit: int = 10) -> list[RunFact]:
    """Return the newest runs of a kitchen. One query."""
    return facts(OrderRun.objects.filter(kitchen=kitchen).order_by("-id").values(*FIELDS)[:limit])


def needs(recent: Sequence[RunFact]) -> list[Need]:
    """Return what waits for a person, newest first, each with the sentence of its first failing test. One query."""
    found = red_streaks(recent, DAYS)
    findings: dict[int, str] = {}
    red = TestResult.objects.filter(
        run__in=[need.run.pk for need in found], severity=Severity.STOP,
        verdict__in=[Verdict.FAIL, Verdict.ERROR, Verdict.NOT_EVALUATED],
    )  # fmt: skip
    for run, sentence in red.order_by("-id").values_list("run_id", "sentence"):
        findings[run] = sentence
    return [replace(need, sentence=findings.get(need.run.pk) or need.sentence) for need in found]


@lru_cache(maxsize=1024)
def slots_of_day(cron: str, timezone: str, begin: datetime) -> tuple[datetime, ...]:
    """Return the slots of the day that began at `begin`; none for a schedule that fires often. No query."""
    times = first_slots(cron, timezone, begin - timedelta(microseconds=1), limit=OFTEN + 1)
    until = begin + timedelta(days=1)
    today = tuple(time for time in times if time < until)
    return today if len(today) <= OFTEN else ()


def _meant(plan: Schedule, time: datetime) -> bool:
    """Whether a slot without a run lies in the life of a schedule: not before it starts or was made, not after it ends."""
    starts = plan.starts_at or (plan.next_slot if plan.last_slot is None else None)
    return (starts is None or time >= starts) and (plan.ends_at is None or time <= plan.ends_at)


Changes = dict[str, list[tuple[datetime, bool]]]


def _pauses(kitchen: Kitchen, begin: datetime) -> Changes:
    """Return when schedules were paused (True) and resumed (False) since `begin`, in order. One query."""
    entries = AuditEntry.objects.filter(
        at__gte=begin,
        what__in=["schedule.paused", "schedule.resumed"],
        subject__endswith=f" in {kitchen.slug}",
    )
    found: Changes = {}
    for subject, at, what in entries.order_by("at", "id").values_list("subject", "at", "what"):
        found.setdefault(subject, []).append((at, what == "schedule.paused"))
    return found


def arrivals(kitchen: Kitchen, begin: datetime, now: datetime) -> list[Arrival]:
    """Return the slots of the day that began at `begin`, earliest first; those that passed in a pause are left out.

    Two queries, a third where a slot has passed without a run.
    """
    slots = [
        (plan, time)
        for plan in Schedule.objects.filter(kitchen=kitchen, paused=False)
        for time in slots_of_day(plan.cron, plan.timezone, begin)
    ]
    rows = OrderRun.objects.filter(kitchen=kitchen, slot__in={time for _, time in slots})
    runs = {(run.name, run.variation, run.slot): run for run in facts(rows.order_by("id").values(*FIELDS))}
    found, pauses = [], None
    for plan, due in slots:
        name = f"{plan.domain}/{plan.recipe}"
        run = runs.get((name, plan.variation, due))
        if run is None and not _meant(plan, due):
            continue
        if run is None and due < now:
            pauses = _pauses(kitchen, begin) if pauses is None else pauses
            if was_paused(due, pauses.get(f"{plan} in {kitchen.slug}"[:200], [])):
                continue
        pk, ended = (run.pk, run.ended_at) if run else (None, None)
        found.append(Arrival(name, plan.variation, due, arrival_of(due, run, now), pk, ended))
    return sorted(found, key=lambda arrival: (arrival.due, arrival.name))


def last_days(kitchen: Kitchen, begin: datetime) -> list[DayCount]:
    """Return what was counted on each of the last two weeks' days, oldest first, the last began at `begin`.

    One query over the runs of these days. The day is found by comparing with fourteen moments, which both databases
    do themselves; truncating would call back into Python for every row of SQLite.
    """
    first = begin - timedelta(days=DAYS - 1)
    days = Case(
        *(When(started_at__gte=begin - timedelta(days=back), then=DAYS - 1 - back) for back in range(DAYS)),
        output_field=IntegerField(),
    )
    rows = (
        OrderRun.objects.filter(kitchen=kitchen, started_at__gte=first)
        .order_by()
        # Grouped by an expression: SQLite would otherwise read the whole index of statuses instead of these days.
        .values_list(days, Concat("status", Value(""), output_field=CharField()))
        .annotate(runs=Count("id"), tests=Sum("tests_total"), failed=Sum("tests_failed"))
    )
    counted = [DayCount() for _ in range(DAYS)]
    for day, status, runs, tests, failed in rows:
        counted[day].add(status, runs, tests or 0, failed or 0)
    return counted


def strips(days: Sequence[DayCount], query: str) -> list[Strip]:
    """Return the course of the last two weeks: runs, errors, tests. No query."""
    runs, red = sum(d.ended for d in days), sum(d.red for d in days)
    tests, failed = sum(d.tests for d in days), sum(d.failed for d in days)
    return [
        Strip("Runs", words.number(runs), tuple(d.ended for d in days),
              "Runs that ended in the last 14 days.", f"runs/{query}"),
        Strip("Error rate", share(red, runs), tuple(100 * d.red / d.ended if d.ended else None for d in days),
              f"Of {runs} runs that ended in the last 14 days, {red} failed; cancelled ones are left out.",
              f"runs/{query}{'&' if query else '?'}status=red"),
        Strip("Tests judged", words.number(tests), tuple(d.tests for d in days),
              "Verdicts of tests in the last 14 days.", f"tests/{query}"),
        Strip("Tests failed", share(failed, tests), tuple(100 * d.failed / d.tests if d.tests else None for d in days),
              f"Of {tests} verdicts in the last 14 days, {failed} were fail.", f"tests/{query}"),
    ]  # fmt: skip
