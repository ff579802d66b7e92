"""What is near the end of kitchens: which end soon, what keeps one from ending, and what the end has left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from hub.common.errors import MissingError
from kitchens.core import words
from kitchens.core.lifetime import RECOVERABLE, WARNINGS, ends_in_words, recoverable_until
from kitchens.models import Kitchen, MergeRequest, Provision, ProvisionStep


def what_keeps(kitchen: Kitchen) -> str:
    """Say what keeps a kitchen from ending, as the rest of a sentence; "" where nothing does. Two queries."""
    children = kitchen.children.filter(state__in=("ready", "provisioning")).exclude(tier="candidate")
    if names := list(children.order_by("id").values_list("slug", flat=True)[:5]):
        return f"other kitchens stand on it: {', '.join(names)}."
    request = open_requests().filter(Q(source=kitchen) | Q(target=kitchen)).first()
    if request is not None:
        return f"the merge request {request.pk} ({request.title}) is open."
    return ""


def open_requests() -> QuerySet[MergeRequest]:
    """Return the merge requests that are not settled."""
    return MergeRequest.objects.filter(state="open")


def past_their_end(now: datetime) -> QuerySet[Kitchen]:
    """Return the kitchens whose last day is over. One query."""
    return Kitchen.objects.filter(state="ready", parent__isnull=False, ends_on__lt=now.date()).exclude(
        tier="candidate"
    )


def ending_soon(now: datetime, owner: int | None = None) -> list[Kitchen]:
    """Return the kitchens that end within three days or should have ended, the next first. One query."""
    until = (now + max(WARNINGS)).date()
    rows = Kitchen.objects.filter(state="ready", ends_on__lt=until, parent__isnull=False).exclude(
        tier="candidate"
    )
    return list((rows.filter(owner=owner) if owner else rows).order_by("ends_on", "id")[:50])


@dataclass(frozen=True)
class Ending:
    """A kitchen that ends soon, as the home page says it."""

    kitchen: Kitchen
    sentence: str


def endings_of(person: int | None, now: datetime) -> list[Ending]:
    """Return the kitchens of a person that end soon or are kept past their end, each in a sentence. One query."""
    rows = ending_soon(now, person) if person else []
    return [
        Ending(kitchen, f"{kitchen} {ends_in_words(kitchen.ends_on, now)}. {kitchen.state_note}")
        for kitchen in rows
    ]


def to_purge(now: datetime) -> list[Kitchen]:
    """Return the retired kitchens whose week is over and whose children are gone, the youngest first. One query.

    One that is still being archived has to wait: `open_journals` has it.
    """
    children = Kitchen.objects.filter(parent=OuterRef("pk")).exclude(state__in=("gone", "failed"))
    archived = Provision.objects.filter(
        kitchen=OuterRef("pk"), kind="teardown", digest="retire", state="creating"
    )
    due = Kitchen.objects.filter(state="retired", retired_at__lte=now - RECOVERABLE)
    return list(due.filter(~Exists(children), ~Exists(archived)).order_by("-id")[:20])


def open_journals() -> list[Provision]:
    """Return the ends of kitchens that are under way. One query."""
    rows = Provision.objects.filter(kind="teardown", state="creating").select_related("kitchen")
    return list(rows.order_by("id")[:20])


@dataclass(frozen=True)
class EndOfLife:
    """How a kitchen ended: in a sentence, with what was done, step by step."""

    sentence: str
    steps: Sequence[ProvisionStep]
    left: Sequence[ProvisionStep]
    may_restore: bool
    under_way: bool


def end_of_life(kitchen: Kitchen, now: datetime) -> EndOfLife | None:
    """Return how a retired or gone kitchen ended, None for one that lives. One query, none for a living one."""
    if kitchen.state not in ("retired", "gone"):
        return None
    rows = ProvisionStep.objects.filter(provision__kitchen=kitchen, provision__kind="teardown")
    steps = list(rows.select_related("provision").order_by("provision", "place"))
    left = [step for step in steps if step.state == "left_over"]
    under_way = any(step.provision.state == "creating" for step in steps)
    purging = any(step.provision.digest == "purge" for step in steps)
    until = recoverable_until(kitchen.retired_at) if kitchen.retired_at else now
    restore = kitchen.state == "retired" and now < until and not purging
    return EndOfLife(_sentence(kitchen, until, now, len(left), restore), steps, left, restore, under_way)


def _sentence(kitchen: Kitchen, until: datetime, now: datetime, left: int, restore: bool) -> str:
    still = (
        f" {words.count(left, 'thing')} could not be removed and {'is' if left == 1 else 'are'} listed below."
        if left
        else ""
    )
    if kitchen.state == "gone":
        return f"This kitchen is gone. Its revisions, runs and test results stay as facts, and its name stays taken.{still}"
    if restore:
        return f"This kitchen is retired. It can be brought back until {until:%-d %B, %H:%M} UTC; then it is cleaned.{still}"
    return f"This kitchen is retired and is being cleaned.{still}"


def left_over(kitchen: Kitchen) -> list[Provision]:
    """Return the ends of the kitchen that have left something; MissingError where there is nothing. One query."""
    rows = kitchen.provisions.filter(kind="teardown", state="left_over").select_related("kitchen")
    if found := list(rows.order_by("id")):
        return found
    raise MissingError(f"Nothing of {kitchen} is left over.")
