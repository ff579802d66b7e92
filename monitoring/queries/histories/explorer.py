"""The explorer: every test of a kitchen on one row, with how it stands and how it went."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from urllib.parse import urlencode

from django.db.models import Case, Count, IntegerField, Q, QuerySet, Value, When

from kitchens.core import words
from kitchens.models import Kitchen
from monitoring.core.coverage import Stands
from monitoring.core.history.strip import Strip
from monitoring.core.history.words import share
from monitoring.queries.histories.coverage import stands_at
from monitoring.queries.histories.strips import strips_of
from monitoring.queries.mesh import commit_of
from recipes.core.spec.model import AUTOMATIC
from recipes.core.verdict import NOT_GREEN, Severity, Verdict
from recipes.models import TestSeries
from recipes.queries.pages_lists import PAGE, PERIODS
from recipes.queries.pages_tests import RED, VERDICTS

HUB = "hub"  # stands for the empty source in URLs: tests that stand in recipes
MONITORED = "automatic"  # stands for monitors, which nobody wrote
_RANKS = ((RED, 0), ((Verdict.WARN,), 1), ((Verdict.LEARNING,), 2), ((Verdict.PASS,), 3))
_LAST_RANK = 4
LOOKED_AT = 1000  # tests that are not green, of which it is told whether they were taken out
GONE = "gone"  # of tests that were red or warned when they were taken out: they ask nobody for anything
STANDING: Mapping[str, tuple[str, tuple[str, ...]]] = VERDICTS | {
    "learning": ("learning", (Verdict.LEARNING,)),
    "unjudged": ("not judged", ("", Verdict.SKIPPED)),
    GONE: ("taken out", ()),
}


@dataclass(frozen=True)
class TestFilter:
    """What the explorer is narrowed to; every field is a parameter of the URL."""

    __test__ = False

    kitchen: str = ""
    domain: str = ""
    recipe: str = ""
    dataset: str = ""
    check: str = ""
    verdict: str = ""
    severity: str = ""
    source: str = ""
    test: str = ""
    period: str = ""

    @property
    def narrowed(self) -> bool:
        return any(value for name, value in vars(self).items() if name != "kitchen")

    def as_query(self) -> dict[str, str]:
        return {name: value for name, value in vars(self).items() if value}


@dataclass(frozen=True)
class Row:
    """One test."""

    series: TestSeries
    strip: Strip
    gone: bool  # no recipe of the kitchen's newest revision has it

    @property
    def fail_rate(self) -> str:
        return share(self.series.n_red, self.series.n_results)

    @property
    def reported(self) -> bool:
        """Whether a failure report stands behind its newest result."""
        red = self.series.verdict in NOT_GREEN
        return red and self.series.severity != Severity.LOG and self.series.last_id is not None


@dataclass(frozen=True)
class Choices:
    """What the filters offer: what there is in the kitchen."""

    domains: Sequence[str]
    checks: Sequence[str]
    sources: Sequence[str]


@dataclass(frozen=True)
class Explorer:
    """One page of tests: what is not green first, then by domain, recipe and name."""

    rows: Sequence[Row]
    asked: TestFilter
    choices: Choices
    counted: Mapping[str, int] = field(
        default_factory=dict
    )  # verdict -> tests, whatever verdict is asked for
    next: str = ""  # the place to go on from
    further: bool = False

    @property
    def total(self) -> int:
        return sum(self.counted.values())

    @property
    def sentence(self) -> str:
        """How the tests that fit the filters stand, in words."""
        if not self.total:
            return "No test fits these filters." if self.asked.narrowed else "No test was judged here yet."
        red = sum(self.counted.get(verdict, 0) for verdict in RED)
        warned, learning = self.counted.get(Verdict.WARN, 0), self.counted.get(Verdict.LEARNING, 0)
        told = f"{words.count(red, 'test is', 'tests are')} red" if red else "None is red"
        more = [
            f"{words.number(warned)} warned" if warned else "",
            f"{words.number(learning)} still learning" if learning else "",
        ]
        return f"{', '.join(filter(None, [told, *more]))} of {words.count(self.total, 'test')}."

    @property
    def verdicts(self) -> Sequence[tuple[str, str, int, str]]:
        """The verdicts to choose from: key, words, how many tests, URL."""
        found = []
        for key, (named, verdicts) in STANDING.items():
            keys = (GONE,) if key == GONE else verdicts
            amount = sum(self.counted.get(one, 0) for one in keys) if keys else self.total
            found.append((key, named, amount, self._url(replace(self.asked, verdict=key))))
        return [one for one in found if one[2] or one[0] in ("red", "all", self.asked.verdict)]

    @property
    def shown(self) -> str:
        return self.asked.verdict or "all"

    @property
    def newest_url(self) -> str:
        return self._url(self.asked) if self.further else ""

    @property
    def next_url(self) -> str:
        return f"?{urlencode(self.asked.as_query() | {'after': self.next})}" if self.next else ""

    @staticmethod
    def _url(asked: TestFilter) -> str:
        return f"?{urlencode(asked.as_query())}"


def test_filter(given: Mapping[str, str]) -> TestFilter:
    """Read a filter from the parameters of a URL; what is unknown is left out."""
    long = {"kitchen": 60, "domain": 60, "recipe": 60, "dataset": 160, "check": 40, "source": 40, "test": 120}
    texts = {name: given.get(name, "")[:most] for name, most in long.items()}
    known = {"verdict": STANDING, "severity": set(Severity), "period": PERIODS}
    return TestFilter(**texts, **{n: v for n, of in known.items() if (v := given.get(n, "")) in of})


def explorer(asked: TestFilter, kitchen: Kitchen, now: datetime, after: str = "") -> Explorer:
    """Return a page of tests. Six queries, one more after the first page."""
    rows = _narrowed(asked, kitchen, now)
    stands = stands_at(commit_of(kitchen))
    taken_out = _taken_out(rows, stands)
    gone = list(taken_out)
    counted = Counter(dict(rows.order_by().values_list("verdict").annotate(Count("pk"))))
    counted -= Counter(taken_out.values())
    place = _place(after)
    found = list(_from(_ranked(_of_verdict(rows, asked.verdict, gone), gone), place)[: PAGE + 1])
    shown = found[:PAGE]
    strips = strips_of([one.pk for one in shown]) if shown else {}
    return Explorer(
        rows=[Row(one, strips[one.pk], _gone(one, stands)) for one in shown],
        asked=asked,
        choices=_choices(kitchen),
        counted={**counted, GONE: len(gone)},
        next=f"{shown[-1].rank}-{shown[-1].pk}" if len(found) > PAGE else "",
        further=place is not None,
    )


def _narrowed(asked: TestFilter, kitchen: Kitchen, now: datetime) -> QuerySet[TestSeries]:
    rows = TestSeries.objects.filter(kitchen_id=kitchen.pk)
    equal = {
        "domain": asked.domain,
        "recipe": asked.recipe,
        "check_name": asked.check,
        "severity": asked.severity,
    }
    rows = rows.filter(**{name: value for name, value in equal.items() if value})
    if asked.dataset:
        rows = rows.filter(dataset__icontains=asked.dataset)
    if asked.source == MONITORED:
        rows = rows.filter(source="", test__startswith=AUTOMATIC)
    elif asked.source == HUB:
        rows = rows.filter(source="").exclude(test__startswith=AUTOMATIC)
    elif asked.source:
        rows = rows.filter(source=asked.source)
    if asked.test:
        rows = rows.filter(Q(test__icontains=asked.test) | Q(column__icontains=asked.test))
    if asked.period:
        rows = rows.filter(last_at__gte=now - timedelta(days=PERIODS[asked.period][1]))
    return rows


def _taken_out(rows: QuerySet[TestSeries], stands: Stands) -> dict[int, str]:
    """Return the tests, with their verdicts, that are not green and stand in no recipe any more.

    Of the thousand judged last. One query.
    """
    open_ones = rows.filter(source="", verdict__in=(*RED, Verdict.WARN)).order_by()
    names = ("pk", "verdict", "domain", "recipe", "test")
    found = open_ones.order_by("-last_at", "-pk").values_list(*names)[:LOOKED_AT]
    return {
        pk: verdict for pk, verdict, domain, recipe, test in found if stands.gone(f"{domain}/{recipe}", test)
    }


def _of_verdict(rows: QuerySet[TestSeries], verdict: str, gone: Sequence[int]) -> QuerySet[TestSeries]:
    if verdict == GONE:
        return rows.filter(pk__in=gone)
    wanted = STANDING[verdict][1] if verdict else ()
    return rows.filter(verdict__in=wanted).exclude(pk__in=gone) if wanted else rows


def _ranked(rows: QuerySet[TestSeries], gone: Sequence[int]) -> QuerySet[TestSeries]:
    """Return the rows with a rank, the most urgent first; what was taken out is not urgent, whatever it said last."""
    cases = [When(verdict__in=verdicts, then=Value(rank)) for verdicts, rank in _RANKS]
    rank = Case(
        When(pk__in=gone, then=Value(_LAST_RANK)),
        *cases,
        default=Value(_LAST_RANK),
        output_field=IntegerField(),
    )
    return rows.annotate(rank=rank).order_by("rank", "domain", "recipe", "test", "pk")


def _place(after: str) -> tuple[int, str, str, str, int] | None:
    """Return where a page goes on: the rank the row had when it was shown, and what else it is ordered by. One query."""
    rank, _, pk = after.partition("-")
    if not (rank.isdecimal() and pk.isdecimal() and len(after) < 20):
        return None
    names = TestSeries.objects.filter(pk=int(pk)).values_list("domain", "recipe", "test").first()
    return (int(rank), *names, int(pk)) if names else None


def _from(rows: QuerySet[TestSeries], place: tuple[int, str, str, str, int] | None) -> QuerySet[TestSeries]:
    if place is None:
        return rows
    rank, domain, recipe, test, pk = place
    further = Q(pk__gt=pk)
    for name, value in (("test", test), ("recipe", recipe), ("domain", domain), ("rank", rank)):
        further = (
            Q(**{f"{name}__gt": value}) | Q(**{name: value}) & further
        )  # the rank is long: it stands twice
    return rows.filter(further)


def _gone(one: TestSeries, stands: Stands) -> bool:
    return not one.source and stands.gone(f"{one.domain}/{one.recipe}", one.test)


def _choices(kitchen: Kitchen) -> Choices:
    """Return what there is to choose from. One query over the series of the kitchen."""
    rows = TestSeries.objects.filter(kitchen_id=kitchen.pk).order_by()
    automatic = Case(When(source="", test__startswith=AUTOMATIC, then=True), default=False)
    found = set(rows.values_list("domain", "check_name", "source", automatic).distinct())
    return Choices(
        domains=sorted({domain for domain, *_ in found}),
        checks=sorted({check for _, check, *_ in found if check}),
        sources=sorted({source or (MONITORED if monitor else HUB) for _, _, source, monitor in found}),
    )
