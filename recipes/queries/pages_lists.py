"""Queries of the lists of runs and recipes: filters from the URL, pages by the id of the last row shown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode

from django.db.models import Q, QuerySet

from kitchens.core import words
from kitchens.models import Kitchen
from kitchens.queries.seeing import seen
from recipes.core.status import LABELS, OPEN, RED, Status
from recipes.models import OrderRun

PAGE = 50
PERIODS = {"day": ("last 24 hours", 1), "week": ("last 7 days", 7), "month": ("last 30 days", 30)}
STATUSES: Mapping[str, tuple[str, frozenset[Status]]] = {
    "open": ("not yet ended", OPEN),
    "red": ("failed", RED),
    "succeeded": ("succeeded", frozenset({Status.SUCCEEDED})),
    "cancelled": ("cancelled", frozenset({Status.CANCELLED})),
}


@dataclass(frozen=True)
class RunFilter:
    """What the list of runs is narrowed to; every field is a parameter of the URL."""

    kitchen: str = ""
    domain: str = ""
    recipe: str = ""
    status: str = ""
    period: str = ""

    @property
    def narrowed(self) -> bool:
        return any((self.domain, self.recipe, self.status, self.period))

    def as_query(self) -> dict[str, str]:
        return {name: value for name, value in vars(self).items() if value}


@dataclass(frozen=True)
class RunList:
    """One page of runs, newest first; `older` is the id to go on from, or None at the end."""

    rows: Sequence[OrderRun]
    older: int | None
    asked: RunFilter
    further: bool = False  # not the newest page

    @property
    def sentence(self) -> str:
        """How the runs of this page stand, in words."""
        if not self.rows:
            return "No runs."
        standing = Counter(LABELS[Status(run.status)] for run in self.rows)
        told = ", ".join(f"{words.number(amount)} {label}" for label, amount in standing.most_common())
        if not self.further and self.older is None:
            return f"{words.count(len(self.rows), 'run')}: {told}."
        return f"{'Of these' if self.further else 'Of the newest'} {len(self.rows)}: {told}."

    @property
    def query(self) -> str:
        return urlencode(self.asked.as_query())

    @property
    def newest_url(self) -> str:
        return f"?{self.query}" if self.further else ""

    @property
    def older_url(self) -> str:
        return f"?{urlencode(self.asked.as_query() | {'before': self.older})}" if self.older else ""

    @property
    def live(self) -> bool:
        return any(run.status in OPEN for run in self.rows)

    @property
    def facts(self) -> tuple[object, ...]:
        """What a change of the list shows in."""
        return tuple((r.pk, r.status, r.done, r.tests_failed, r.tests_warned, r.reason) for r in self.rows)


def run_filter(given: Mapping[str, str]) -> RunFilter:
    """Read a filter from the parameters of a URL; what is unknown is left out."""
    plain = {name: given.get(name, "")[:60] for name in ("kitchen", "domain", "recipe")}
    status, period = given.get("status", ""), given.get("period", "")
    return RunFilter(
        **plain, status=status if status in STATUSES else "", period=period if period in PERIODS else ""
    )


def run_list(asked: RunFilter, kitchen: Kitchen | None, now: datetime, before: int | None = None) -> RunList:
    """Return a page of runs: one query over an index, whatever the number of runs."""
    rows = _narrowed(asked, kitchen, now)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    found = list(rows[: PAGE + 1])
    shown = found[:PAGE]
    older = shown[-1].pk if len(found) > PAGE else None
    return RunList(shown, older, asked, before is not None)


def _shown() -> QuerySet[OrderRun]:
    return (
        OrderRun.objects.select_related("kitchen", "order__placed_by").defer("plan", "writes").order_by("-id")
    )


def _narrowed(asked: RunFilter, kitchen: Kitchen | None, now: datetime) -> QuerySet[OrderRun]:
    narrow = Q() if kitchen is None else Q(kitchen=kitchen)
    if asked.domain:
        narrow &= Q(domain=asked.domain)
    if asked.recipe:
        narrow &= Q(recipe=asked.recipe)
    if asked.status:
        narrow &= Q(status__in=STATUSES[asked.status][1])
    if asked.period:
        narrow &= Q(started_at__gte=now - timedelta(days=PERIODS[asked.period][1]))
    return seen(_shown().filter(narrow)) if kitchen is None else _shown().filter(narrow)
