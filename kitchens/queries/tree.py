"""The tree of all kitchens: each below its parent, with how far it is from it, its last run, owner and end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from django.conf import settings
from django.db.models import Count, F, Q

from hub.common.errors import HubError
from kitchens.core import words
from kitchens.core.git import MeshRepository
from kitchens.core.git.apart import ahead_behind
from kitchens.core.next_step import LastRun
from kitchens.models import Kitchen, Pointer, Revision
from kitchens.ports import ports
from kitchens.queries.kitchens import kitchens
from kitchens.queries.seeing import closed_to

SOON = 3  # days before its end date a kitchen warns
PAGE = 100


@dataclass(frozen=True)
class Distance:
    """How far a kitchen and its parent are apart: each count is of what the other has not."""

    commits: int = 0
    datasets: int = 0  # the kitchen has versions of its own of
    overrides: int = 0
    behind: int = 0  # commits of the parent
    revisions: int = 0  # of the parent since the pin: code, data and settings

    @property
    def ahead_in_words(self) -> str:
        found = ((self.commits, "commit"), (self.datasets, "dataset"), (self.overrides, "override"))
        return ", ".join(words.count(amount, noun) for amount, noun in found if amount)

    @property
    def behind_in_words(self) -> str:
        found = ((self.behind, "commit"), (self.revisions, "revision"))
        return ", ".join(words.count(amount, noun) for amount, noun in found if amount)


@dataclass(frozen=True)
class KitchenRow:
    """A kitchen in the tree; `depth` is how many parents it has above it here."""

    kitchen: Kitchen
    depth: int
    children: int
    ends: str  # in words, "" where there is no end date
    ending: bool  # soon, or past
    closed: bool = False  # to whoever asks: nothing but name and owner is shown
    distance: Distance = field(default_factory=Distance)
    last_run: LastRun | None = None


@dataclass(frozen=True)
class Tree:
    """One page of the tree, in its order."""

    rows: Sequence[KitchenRow]
    total: int
    start: int  # place of the first row, from 0

    @property
    def older(self) -> int | None:
        after = self.start + PAGE
        return after if after < self.total else None

    @property
    def newer(self) -> int | None:
        return max(0, self.start - PAGE) if self.start else None


def days_left(kitchen: Kitchen, today: date) -> int | None:
    """Return how many days a kitchen has left, None where it has no end date."""
    return None if kitchen.ends_on is None else (kitchen.ends_on - today).days


def ends_in_words(kitchen: Kitchen, today: date) -> str:
    """Say when a kitchen ends."""
    left = days_left(kitchen, today)
    if kitchen.state != "ready":
        return "being made" if kitchen.state == "provisioning" else kitchen.state
    if left is None:
        return ""
    if left < 0:
        return f"ended {words.count(-left, 'day')} ago"
    return "ends today" if left == 0 else f"ends in {words.count(left, 'day')}"


def is_ending(kitchen: Kitchen, today: date) -> bool:
    """Say whether it ends soon, or should have ended."""
    left = days_left(kitchen, today)
    return kitchen.state == "ready" and left is not None and left <= SOON


def kitchen_tree(today: date, *, retired: bool = False, owner: int | None = None, start: int = 0) -> Tree:
    """Return a page of the tree of all kitchens, or of those of one owner. Four queries, whatever its size."""
    found = kitchens()
    found = found if retired else found.filter(state__in=("ready", "provisioning", "failed"))
    placed = _placed(list(found.filter(owner=owner) if owner else found))
    start = min(start, max(0, len(placed) - 1)) // PAGE * PAGE
    shown = placed[start : start + PAGE]
    hidden = closed_to()
    apart = distances([kitchen for kitchen, _, _ in shown if kitchen.pk not in hidden])
    runs = ports.last_runs([kitchen.pk for kitchen, _, _ in shown if kitchen.pk not in hidden])
    rows = [
        KitchenRow(
            kitchen=kitchen,
            depth=depth,
            children=children,
            ends=ends_in_words(kitchen, today),
            ending=is_ending(kitchen, today),
            closed=kitchen.pk in hidden,
            distance=apart.get(kitchen.pk, Distance()),
            last_run=runs.get(kitchen.pk),
        )
        for kitchen, depth, children in shown
    ]
    return Tree(rows, len(placed), start)


def _placed(found: Sequence[Kitchen]) -> list[tuple[Kitchen, int, int]]:
    """Return kitchens in the order of the tree, with depth and number of children."""
    below: dict[int | None, list[Kitchen]] = {}
    known = {kitchen.pk for kitchen in found}
    for kitchen in found:
        below.setdefault(kitchen.parent_id if kitchen.parent_id in known else None, []).append(kitchen)
    placed: list[tuple[Kitchen, int, int]] = []
    line = [(kitchen, 0) for kitchen in reversed(below.get(None, []))]
    while line:
        kitchen, depth = line.pop()
        children = below.get(kitchen.pk, [])
        placed.append((kitchen, depth, len(children)))
        line += [(child, depth + 1) for child in reversed(children)]
    return placed


def distances(shown: Sequence[Kitchen]) -> dict[int, Distance]:
    """Return how far kitchens are from their parents. Two queries, and a look into git for each that has moved."""
    ids = {kitchen.pk for kitchen in shown} | {kitchen.parent_id for kitchen in shown if kitchen.parent_id}
    newest = {
        revision.kitchen_id: revision
        for revision in Revision.objects.filter(kitchen__in=ids, number=F("kitchen__head"))
        .select_related("parent_revision")
        .order_by()
    }
    below = [kitchen for kitchen in shown if kitchen.parent_id]
    own = Pointer.objects.filter(kitchen__in=below).order_by().values("kitchen")
    written = dict(own.annotate(count=Count("dataset", distinct=True)).values_list("kitchen", "count"))
    found = {}
    for kitchen in below:
        mine, above = newest.get(kitchen.pk), newest.get(kitchen.parent_id or 0)
        if mine and above:
            found[kitchen.pk] = _distance(kitchen, mine, above, written.get(kitchen.pk, 0))
    return found


def _distance(kitchen: Kitchen, mine: Revision, above: Revision, written: int) -> Distance:
    ahead, behind = commits_apart(mine.commit, above.commit)
    pinned = mine.parent_revision
    follows = kitchen.tier == "canary" or pinned is None
    return Distance(
        commits=ahead,
        datasets=written,
        overrides=len(mine.overrides),
        behind=behind,
        revisions=0 if follows else max(0, above.number - pinned.number),
    )


def commits_apart(mine: str, above: str) -> tuple[int, int]:
    """Return commits ahead and behind; none where git has not (or no longer) got one of them. No query."""
    if mine == above:
        return 0, 0
    try:
        return ahead_behind(MeshRepository(settings.MESH_REPOSITORY), mine, above)
    except (HubError, KeyError, ValueError, OSError):
        return 0, 0


def counts() -> dict[str, int]:
    """Return how many kitchens there are by state. One query."""
    return Kitchen.objects.exclude(tier="candidate").aggregate(
        ready=Count("id", filter=Q(state="ready")), retired=Count("id", filter=Q(state="retired"))
    )
