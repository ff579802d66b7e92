"""What stands around an episode: its history, its siblings, the same test elsewhere, and who has read the bad version."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kitchens.models import Domain, Kitchen
from kitchens.queries.seeing import seen
from monitoring.core.history.points import Point
from monitoring.core.mesh import Mesh
from monitoring.models import Episode
from monitoring.queries.histories.points import points_of
from recipes.models import DatasetAccess, TestResult, TestSeries

POINTS, SIBLINGS, EARLIER, READERS = 60, 40, 8, 100


def history(episode: Episode) -> list[Point]:
    """Return the evaluations of the test up to its end, at most sixty, oldest first. One query."""
    if episode.series_id is None:
        return []
    end = episode.fixed_result_id + 1 if episode.fixed_result_id else None
    return points_of(episode.series_id, POINTS, before=end)


def siblings(episode: Episode) -> list[TestResult]:
    """Return the other results of the first red run about the same node or dataset. One query."""
    if episode.first_run_id is None:
        return []
    rows = TestResult.objects.filter(run=episode.first_run_id, counts=True).select_related("node_run")
    rows = rows.defer("evidence", "sql", "details", "node_run__outcome").order_by("pk")
    found = [
        row
        for row in rows
        if row.pk != episode.first_result_id
        and (
            (row.node_run and row.node_run.node == episode.node)
            or (row.dataset and row.dataset == episode.dataset)
        )
    ]
    return found[:SIBLINGS]


@dataclass(frozen=True)
class Elsewhere:
    """The same test in another kitchen, as it stands there."""

    kitchen: Kitchen
    series: TestSeries


def elsewhere(one: Episode | TestSeries) -> list[Elsewhere]:
    """Return the same test in other kitchens that whoever asks may see. Two queries, one where there is none.

    By kitchen, so that each costs a look-up in the index, however many tests there are.
    """
    if not one.test:
        return []
    there = Kitchen.objects.exclude(tier="candidate").exclude(state="gone").exclude(pk=one.kitchen_id)
    rows = TestSeries.objects.filter(
        kitchen_id__in=there.values("pk"),
        domain=one.domain,
        recipe=one.recipe,
        test=one.test,
        source=one.source,
    )
    rows = seen(rows).select_related("last").defer("last__evidence", "last__sql", "last__details")
    found = list(rows.order_by("-last_at")[:20])
    kitchens = Kitchen.objects.in_bulk([row.kitchen_id for row in found]) if found else {}
    return [Elsewhere(kitchens[row.kitchen_id], row) for row in found]


def others(episode: Episode) -> Sequence[Episode]:
    """Return the other episodes of the test or node, newest first. One query."""
    rows = Episode.objects.exclude(pk=episode.pk).defer("findings").select_related("incident")
    if episode.series_id:
        rows = rows.filter(series=episode.series_id)
    else:
        rows = rows.filter(
            series=None,
            kitchen=episode.kitchen_id,
            domain=episode.domain,
            recipe=episode.recipe,
            node=episode.node,
        )
    return list(rows.order_by("-pk")[:EARLIER])


@dataclass(frozen=True)
class Reader:
    """A run that has read the bad version."""

    run: int
    node: str
    domain: str
    recipe: str
    kitchen: str
    dataset: str
    at: datetime


@dataclass(frozen=True)
class Reached:
    """A dataset that is made from the bad one, in so many steps; `read` says whether a run has used the bad version."""

    dataset: str
    recipe: str
    domain: str
    owner: str
    depth: int
    read: bool


@dataclass(frozen=True)
class Blast:
    """Whom it hurts: who has read the bad version, and who would, had the gate not held it."""

    published: bool
    readers: Sequence[Reader]
    reached: Sequence[Reached]

    @property
    def sentence(self) -> str:
        domains = len({one.domain for one in self.reached})
        if not self.reached and not self.readers:
            return "Nothing is made from it."
        below = (
            f"{len(self.reached):,} {'dataset is' if len(self.reached) == 1 else 'datasets are'} made from it"
        )
        where = f" in {domains:,} {'domain' if domains == 1 else 'domains'}" if self.reached else ""
        if self.readers:
            runs = len({one.run for one in self.readers})
            return f"{runs:,} {'run has' if runs == 1 else 'runs have'} read the bad version already; {below}{where}."
        if self.published:
            return f"The bad version is published, and nobody has read it yet; {below}{where}."
        return (
            f"The gate holds it: nothing of the red run was published, so nobody has read it; {below}{where}."
        )


def blast(episode: Episode, mesh: Mesh, written: Sequence[str], published: bool) -> Blast:
    """Return whom an episode hurts. Two queries, of which the first is over what the red runs wrote."""
    readers = _readers(episode) if episode.first_run_id else []
    read = {one.recipe and f"{one.domain}/{one.recipe}" for one in readers}
    owners = {
        domain.slug: str(domain.owner or "")
        for domain in Domain.objects.select_related("owner").order_by("slug")
    }
    start = {episode.dataset} if episode.dataset else set(written)
    depth = dict.fromkeys(start, 0)
    frontier = sorted(start)
    reached: list[Reached] = []
    while frontier:
        name = frontier.pop(0)
        for below in sorted(mesh.made_into(name)):
            if below in depth:
                continue
            depth[below] = depth[name] + 1
            frontier.append(below)
            recipe = mesh.writers.get(below, "")
            domain = below.split(".", 1)[0]
            reached.append(
                Reached(below, recipe, domain, owners.get(domain, ""), depth[below], recipe in read)
            )
    return Blast(published, readers, sorted(reached, key=lambda one: (not one.read, one.depth, one.dataset)))


def _readers(episode: Episode) -> list[Reader]:
    """Return who read, after they were written, the snapshots that the red runs wrote and published."""
    bad: dict[str, Any] = {"run__gte": episode.first_run_id, "run__lte": episode.last_run_id}
    wrote = DatasetAccess.objects.filter(
        run__kitchen=episode.kitchen_id,
        run__domain=episode.domain,
        run__recipe=episode.recipe,
        writes=True,
        **bad,
    )
    if episode.dataset:
        wrote = wrote.filter(dataset__name=episode.dataset)
    rows = DatasetAccess.objects.filter(snapshot__in=wrote.values("snapshot"), writes=False)
    rows = rows.exclude(run__domain=episode.domain, run__recipe=episode.recipe)
    rows = seen(rows, "run__kitchen_id")
    wanted = (
        "run_id", "node_run__node", "run__domain", "run__recipe", "run__kitchen__slug", "dataset__name", "at",
    )  # fmt: skip
    return [Reader(*row) for row in rows.order_by("-id").values_list(*wanted)[:READERS]]
