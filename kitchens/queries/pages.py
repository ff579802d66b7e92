"""Kitchens as their pages show them: the tree, and everything about one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db.models import Count, Q, QuerySet

from kitchens.core import words
from kitchens.core.git import Change, MeshRepository
from kitchens.models import Kitchen, Pointer, Revision
from kitchens.queries.data import newest
from kitchens.queries.end_of_life import EndOfLife, end_of_life
from kitchens.queries.kitchens import get_kitchen, kitchens, revisions

REVISIONS, FILES = 15, 100
SOON = 3  # days before its end date a kitchen warns


@dataclass(frozen=True)
class KitchenRow:
    """A kitchen in the tree; `depth` is how many parents it has."""

    kitchen: Kitchen
    depth: int
    children: int
    ends: str  # in words, "" where there is no end date
    ending: bool  # soon, or past


def days_left(kitchen: Kitchen, today: date) -> int | None:
    """Return how many days a kitchen has left, None where it has no end date."""
    return None if kitchen.ends_on is None else (kitchen.ends_on - today).days


def ends_in_words(kitchen: Kitchen, today: date) -> str:
    """Say when a kitchen ends."""
    left = days_left(kitchen, today)
    if kitchen.state != "ready":
        return kitchen.state
    if left is None:
        return ""
    if left < 0:
        return f"ended {words.count(-left, 'day')} ago"
    return "ends today" if left == 0 else f"ends in {words.count(left, 'day')}"


def kitchen_tree(today: date, *, retired: bool = False) -> list[KitchenRow]:
    """Return all kitchens as a tree, each below its parent. One query."""
    found = list(kitchens("" if retired else "ready"))
    below: dict[int | None, list[Kitchen]] = {}
    known = {kitchen.pk for kitchen in found}
    for kitchen in found:
        below.setdefault(kitchen.parent_id if kitchen.parent_id in known else None, []).append(kitchen)
    rows: list[KitchenRow] = []
    line = [(kitchen, 0) for kitchen in reversed(below.get(None, []))]
    while line:
        kitchen, depth = line.pop()
        children = below.get(kitchen.pk, [])
        left = days_left(kitchen, today)
        ending = kitchen.state == "ready" and left is not None and left <= SOON
        rows.append(KitchenRow(kitchen, depth, len(children), ends_in_words(kitchen, today), ending))
        line += [(child, depth + 1) for child in reversed(children)]
    return rows


@dataclass(frozen=True)
class KitchenPage:
    """What the page of a kitchen shows."""

    kitchen: Kitchen
    revision: Revision
    sentence: str
    ends: str
    ending: bool
    extend_to: date | None
    behind: int  # revisions of the parent since the pinned one
    files: Sequence[Change]  # changed against the pinned parent
    written: Sequence[str]  # datasets the kitchen has written itself
    revisions: Sequence[Revision]
    children: Sequence[Kitchen]
    end: EndOfLife | None = None
    facts: tuple[object, ...] = ()


def kitchen_page(slug: str, now: datetime) -> KitchenPage:
    """Return the page of a kitchen. Five queries and a look into git, whatever the size of the mesh."""
    kitchen = get_kitchen(slug)
    revision = newest(kitchen)
    files = changed_files(kitchen, revision)
    written = written_datasets(kitchen) if not kitchen.is_production else []
    parent, pinned = kitchen.parent, revision.parent_revision
    behind = parent.head - pinned.number if parent and pinned and kitchen.tier != "canary" else 0
    left = days_left(kitchen, now.date())
    return KitchenPage(
        kitchen=kitchen,
        revision=revision,
        sentence=sentence(kitchen, files, written, behind),
        ends=ends_in_words(kitchen, now.date()),
        ending=kitchen.state == "ready" and left is not None and left <= SOON,
        extend_to=now.date() + timedelta(days=7) if kitchen.ends_on else None,
        behind=behind,
        files=files[:FILES],
        written=written,
        revisions=list(revisions(kitchen)[:REVISIONS]),
        children=list(kitchens("ready").filter(parent=kitchen)),
        end=end_of_life(kitchen, now),
    )


def changed_files(kitchen: Kitchen, revision: Revision) -> Sequence[Change]:
    """Return what differs in git from where the kitchen pins its parent. No query."""
    if kitchen.is_production or revision.parent_revision is None or kitchen.state == "gone":
        return ()
    base = revision.parent_revision.commit
    return (
        ()
        if base == revision.commit
        else MeshRepository(settings.MESH_REPOSITORY).diff(base, revision.commit)
    )


def written_datasets(kitchen: Kitchen) -> list[str]:
    """Return the datasets that the kitchen has versions of its own of. One query."""
    names: QuerySet[Pointer] = Pointer.objects.filter(kitchen=kitchen).order_by("dataset__name")
    return list(names.values_list("dataset__name", flat=True).distinct())


def sentence(kitchen: Kitchen, files: Sequence[Change], written: Sequence[str], behind: int) -> str:
    """Say what a kitchen is up to."""
    if kitchen.is_production:
        return "What everyone sees. Every other kitchen is made of it."
    if kitchen.state == "retired":
        return "This kitchen is retired: nothing runs or changes here any more."
    changes = [
        words.count(len(files), "file") + " changed" if files else "",
        words.count(len(written), "dataset") + " of its own" if written else "",
    ]
    said = ", ".join(filter(None, changes)) or "It is the same as its parent so far"
    late = f"; {kitchen.parent} has moved on by {words.count(behind, 'revision')}" if behind else ""
    return f"{said[0].upper()}{said[1:]}{late}."


def counts() -> dict[str, int]:
    """Return how many kitchens there are by state. One query."""
    return Kitchen.objects.aggregate(
        ready=Count("id", filter=Q(state="ready")), retired=Count("id", filter=Q(state="retired"))
    )
