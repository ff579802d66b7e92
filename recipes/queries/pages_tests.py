"""Queries of the list of test results: what was not green lately, over all recipes of a kitchen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode

from django.db.models import QuerySet

from kitchens.core import words
from kitchens.models import Kitchen
from recipes.core.verdict import Verdict
from recipes.models import TestResult
from recipes.queries.pages_lists import PAGE, PERIODS

RED = ("fail", "error", "not_evaluated")  # as in the index `result_red`, so that the database may use it
VERDICTS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "red": ("not green", RED),
    "warn": ("warned", (Verdict.WARN,)),
    "pass": ("passed", (Verdict.PASS,)),
    "all": ("all", ()),
}


@dataclass(frozen=True)
class ResultFilter:
    """What the list is narrowed to; every field is a parameter of the URL."""

    kitchen: str = ""
    domain: str = ""
    test: str = ""
    verdict: str = "red"
    period: str = ""

    def as_query(self) -> dict[str, str]:
        return {name: value for name, value in vars(self).items() if value}


@dataclass(frozen=True)
class ResultList:
    """One page of test results, newest first."""

    rows: Sequence[TestResult]
    older: int | None
    asked: ResultFilter
    further: bool

    @property
    def sentence(self) -> str:
        if not self.rows:
            return "Nothing to show with these filters."
        tests = Counter((row.domain, row.recipe, row.test) for row in self.rows)
        (domain, recipe, test), most = tests.most_common(1)[0]
        told = f"{words.count(len(self.rows), 'result')} of {words.count(len(tests), 'test')}"
        often = f", most often “{test}” of {domain}/{recipe} ({words.number(most)})" if most > 1 else ""
        return f"{'The newest ' if self.older else ''}{told}{often}."

    @property
    def newest_url(self) -> str:
        return f"?{urlencode(self.asked.as_query())}" if self.further else ""

    @property
    def older_url(self) -> str:
        return f"?{urlencode(self.asked.as_query() | {'before': self.older})}" if self.older else ""


def result_filter(given: Mapping[str, str]) -> ResultFilter:
    """Read a filter from the parameters of a URL; what is unknown is left out."""
    verdict, period = given.get("verdict", ""), given.get("period", "")
    return ResultFilter(
        kitchen=given.get("kitchen", "")[:60],
        domain=given.get("domain", "")[:60],
        test=given.get("test", "")[:120],
        verdict=verdict if verdict in VERDICTS else "red",
        period=period if period in PERIODS else "",
    )


def result_list(
    asked: ResultFilter, kitchen: Kitchen, now: datetime, before: int | None = None
) -> ResultList:
    """Return a page of results. One query, over the index of red ones where those are asked for."""
    rows = _narrowed(asked, kitchen, now)
    found = list((rows.filter(pk__lt=before) if before is not None else rows)[: PAGE + 1])
    older = found[PAGE - 1].pk if len(found) > PAGE else None
    return ResultList(found[:PAGE], older, asked, before is not None)


def _narrowed(asked: ResultFilter, kitchen: Kitchen, now: datetime) -> QuerySet[TestResult]:
    rows = TestResult.objects.filter(kitchen_id=kitchen.pk).select_related("node_run")
    rows = rows.defer("evidence", "sql", "details", "node_run__outcome").order_by("-id")
    if verdicts := VERDICTS[asked.verdict][1]:
        rows = rows.filter(verdict__in=verdicts)
    if asked.domain:
        rows = rows.filter(domain=asked.domain)
    if asked.test:
        rows = rows.filter(test__icontains=asked.test)
    if asked.period:
        rows = rows.filter(at__gte=now - timedelta(days=PERIODS[asked.period][1]))
    return rows
