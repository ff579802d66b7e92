"""What needs a person now: incidents of theirs, merge requests that wait for their word, kitchens that end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from kitchens.core import words
from kitchens.models import Domain, Kitchen
from kitchens.queries.end_of_life import Ending, endings_of
from kitchens.queries.merges.waiting import Waiting, waiting_for
from kitchens.queries.seeing import seen
from monitoring.models import Incident
from monitoring.queries.incidents.lists import IncidentRow, counted

PAGE = 30
MOST_COUNTED = 100
WAITING, ENDING = 2.5, 0.5  # urgency of merge requests and of kitchens that end, among that of incidents


def mine(person: int) -> QuerySet[Incident]:
    """Return what waits for a person, most urgent first: what was given to them, and what nobody has of theirs.

    Theirs is what they own: kitchens, and domains in production. What rests or is over does not wait.
    """
    domains = Domain.objects.filter(owner=person).values("slug")
    production = Kitchen.objects.filter(tier="production").values(
        "pk"
    )  # no join: the index has the order already
    theirs = Q(owner=person) | Q(domain__in=domains, kitchen__in=production)
    rows = Incident.objects.filter(
        Q(assignee=person) | Q(theirs, assignee__isnull=True), resolved_at__isnull=True, urgency__gt=0
    )
    return seen(rows).order_by("-urgency", "-id")


def count_for(person: int) -> int:
    """Return how many incidents wait for a person, counted up to 100. One query over what is not resolved."""
    return mine(person)[:MOST_COUNTED].count()


@dataclass(frozen=True)
class Item:
    """One thing that waits: an incident, a merge request, or a kitchen that ends."""

    urgency: float
    row: IncidentRow | None = None
    waiting: Waiting | None = None
    ending: Ending | None = None


@dataclass(frozen=True)
class Inbox:
    """A page of the inbox."""

    items: Sequence[Item]
    older: str
    further: bool

    @property
    def sentence(self) -> str:
        if not self.items:
            return "Nothing waits for you."
        more = " or more" if self.older else ""
        stopped = sum(item.urgency == 4 for item in self.items)
        said = f"{words.count(len(self.items), 'thing')}{more} {'waits' if len(self.items) == 1 else 'wait'} for you"
        if not stopped:
            return f"{said}."
        return f"{said}; {words.number(stopped)} of them nobody has acknowledged, and it stops something."

    @property
    def older_url(self) -> str:
        return f"?before={self.older}" if self.older else ""


def _loaded(pks: Sequence[int]) -> list[Incident]:
    """Return these incidents, in this order, with what their rows show. One query."""
    there = Incident.objects.select_related("kitchen", "assignee", "owner").in_bulk(pks)
    return [there[pk] for pk in pks if pk in there]


def inbox(person: int, now: datetime, before: str = "") -> Inbox:
    """Return a page of what waits for a person, most urgent first. Six queries at most, three further back.

    `before` is the urgency and the number of the last incident seen, "3.120".
    """
    urgency, _, pk = before.partition(".")
    rows = mine(person)
    further = urgency.isdecimal() and pk.isdecimal() and len(pk) < 18 and len(urgency) < 3
    if further:
        rows = rows.filter(Q(urgency__lt=int(urgency)) | Q(urgency=int(urgency), pk__lt=int(pk)))
    found = _loaded(list(rows.values_list("pk", flat=True)[: PAGE + 1]))
    items = [Item(row.incident.urgency, row=row) for row in counted(found[:PAGE])]
    if not further:
        items += [Item(WAITING, waiting=one) for one in waiting_for()]
        items += [Item(ENDING, ending=one) for one in endings_of(person, now)]
    last = found[PAGE - 1] if len(found) > PAGE else None
    return Inbox(
        sorted(items, key=lambda item: -item.urgency),
        f"{last.urgency}.{last.pk}" if last else "",
        further,
    )
