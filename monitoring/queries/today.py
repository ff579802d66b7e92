"""Facts of the home page: the day, what needs somebody, arrivals, the course of the last two weeks."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db.models import Count, Q, Sum
from django.db.models.functions import TruncDate

from kitchens.core import words
from kitchens.models import Kitchen
from monitoring.core.today import Arrival, Need, RunFact, Strip, arrival_of, red_streaks, share
from monitoring.queries.mesh import TERMS
from recipes.core.cron import slots_between
from recipes.core.status import RED, Status
from recipes.core.verdict import Severity, Verdict
from recipes.models import OrderRun, Schedule, TestResult

FIELDS = [field for field in RunFact.__dataclass_fields__ if field != "name"]
DAYS = 14
OFTEN = 24  # a schedule with more slots a day than this is alive or not, it has no arrivals


def facts(runs: Iterable[dict]) -> list[RunFact]:
    return [RunFact(**run) for run in runs]


def recent_runs(kitchen: Kitchen, recipes: Iterable[str], each: int = DAYS) -> list[RunFact]:
    """Return the newest `each` runs of every recipe ("<domain>/<recipe>"), newest first.

    Two queries for up to 200 recipes, each an index look-up a recipe.
    """
    ids: list[int] = []
    names = sorted(recipes)
    for start in range(0, len(names), TERMS):
        picks = []
        for name in names[start : start + TERMS]:
            domain, recipe = name.split("/", 1)
            rows = OrderRun.objects.filter(kitchen=kitchen, domain=domain, recipe=recipe)
            newest = rows.order_by("-id").values("id")[:each]
            picks.append(OrderRun.objects.filter(pk__in=newest).order_by().values_list("id", flat=True))
        ids += picks[0].union(*picks[1:], all=True) if len(picks) > 1 else picks[0]
    return facts(OrderRun.objects.filter(pk__in=ids).order_by("-id").values(*FIELDS))


def counts_of_day(kitchen: Kitchen, begin: datetime, until: datetime) -> dict[str, int]:
    """Return status -> number of runs placed for that time or still open. One query."""
    day = Q(started_at__gte=begin, started_at__lt=until)
    rows = (
        OrderRun.objects.filter(day, kitchen=kitchen).order_by().values_list("status").annotate(n=Count("id"))
    )
    return dict(rows)


def newest(kitchen: Kitchen, limit: int = 10) -> list[RunFact]:
    """Return the newest runs of a kitchen. One query."""
    return facts(OrderRun.objects.filter(kitchen=kitchen).order_by("-id").values(*FIELDS)[:limit])


def needs(recent: Sequence[RunFact]) -> list[Need]:
    """Return what waits for a person, newest first, each with the sentence of its first failing test. One query."""
    streaks = red_streaks(recent)
    findings: dict[int, str] = {}
    red = TestResult.objects.filter(
        run__in=[run.pk for run, _, _ in streaks], severity=Severity.STOP,
        verdict__in=[Verdict.FAIL, Verdict.ERROR, Verdict.NOT_EVALUATED],
    )  # fmt: skip
    for run, sentence in red.order_by("-id").values_list("run_id", "sentence"):
        findings[run] = sentence
    return [Need(run, findings.get(run.pk) or run.reason, streak, since) for run, streak, since in streaks]


def arrivals(kitchen: Kitchen, begin: datetime, now: datetime) -> list[Arrival]:
    """Return the slots of the day that began at `begin`, earliest first. Two queries."""
    until = begin + timedelta(days=1)
    slots = []
    for plan in Schedule.objects.filter(kitchen=kitchen, paused=False):
        times = slots_between(
            plan.cron, plan.timezone, begin - timedelta(microseconds=1), until, limit=OFTEN + 1
        )
        if len(times) <= OFTEN:
            slots += [(f"{plan.domain}/{plan.recipe}", plan.variation, time) for time in times]
    rows = OrderRun.objects.filter(kitchen=kitchen, slot__in={time for _, _, time in slots})
    runs = {(run.name, run.variation, run.slot): run for run in facts(rows.order_by("id").values(*FIELDS))}
    found = [
        Arrival(name, variation, due, arrival_of(due, run, now), run.pk if run else None)
        for name, variation, due in slots
        for run in [runs.get((name, variation, due))]
    ]
    return sorted(found, key=lambda arrival: (arrival.due, arrival.name))


def strips(kitchen: Kitchen, begin: datetime, query: str) -> list[Strip]:
    """Return the course of the last two weeks: runs, errors, tests, on time. One query over the days' runs."""
    since = begin - timedelta(days=DAYS - 1)
    rows = (
        OrderRun.objects.filter(kitchen=kitchen, started_at__gte=since)
        .order_by()
        .annotate(day=TruncDate("started_at"))
        .values("day", "status")
        .annotate(runs=Count("id"), tests=Sum("tests_total"), failed=Sum("tests_failed"))
    )
    by_day: dict[str, Counter[str]] = defaultdict(Counter)
    for row in rows:
        day = by_day[row["day"].isoformat()]
        ended = row["status"] in RED or row["status"] == Status.SUCCEEDED
        day["ended"] += row["runs"] if ended else 0
        day["red"] += row["runs"] if row["status"] in RED else 0
        day["tests"] += row["tests"] or 0
        day["failed"] += row["failed"] or 0
    days = [by_day[(since + timedelta(days=n)).date().isoformat()] for n in range(DAYS)]
    return _strips(days, query)


def _strips(days: Sequence[Counter[str]], query: str) -> list[Strip]:
    total = sum(days, Counter())
    return [
        Strip("Runs", words.number(total["ended"]), tuple(d["ended"] for d in days),
              "Runs that ended in the last 14 days.", f"runs/{query}"),
        Strip("Error rate", share(total["red"], total["ended"]),
              tuple(100 * d["red"] / d["ended"] if d["ended"] else None for d in days),
              f"Of {total['ended']} runs that ended in the last 14 days, {total['red']} failed; cancelled ones are left out.",
              f"runs/{query}{'&' if query else '?'}status=red"),
        Strip("Tests judged", words.number(total["tests"]), tuple(d["tests"] for d in days),
              "Verdicts of tests in the last 14 days.", f"tests/{query}"),
        Strip("Tests failed", share(total["failed"], total["tests"]),
              tuple(100 * d["failed"] / d["tests"] if d["tests"] else None for d in days),
              f"Of {total['tests']} verdicts in the last 14 days, {total['failed']} were fail.", f"tests/{query}"),
    ]  # fmt: skip
