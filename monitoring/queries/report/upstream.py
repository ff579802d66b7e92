"""What is red upstream of a run: walked over the snapshots which that run really read, not over today's recipes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from django.db.models import Q

from kitchens.queries.data import lineage
from monitoring.core.causes import Upstream
from monitoring.models import Episode
from monitoring.queries.report.sides import Side
from recipes.core.spec.model import AUTOMATIC
from recipes.models import DatasetAccess, NodeRun, OrderRun

LEVELS = 5
MOST = 20


def upstream_of(red: Side, since: datetime | None, own: int) -> Iterator[Upstream]:
    """Yield episodes that were open when the run started, of recipes that made what it read, the nearest first.

    `since` is the last green run's start: what began after it is new. Three queries for each level that there is.
    """
    run = red.run
    at = run.ended_at or run.placed_at
    kitchens = (
        [revision.kitchen_id for revision in lineage(run.kitchen, run.revision)] if run.revision else []
    )
    inputs = {one.dataset: one.snapshot for one in red.moved if not one.writes and one.snapshot}
    makers = {one.made_by_node_run: name for name, one in inputs.items() if one.made_by_node_run}
    seen: set[tuple[str, str]] = {(run.domain, run.recipe)}
    for level in range(1, LEVELS + 1):
        recipes = _recipes(makers)
        recipes = {key: name for key, name in recipes.items() if key not in seen}
        if not recipes:
            return
        seen |= recipes.keys()
        for episode in _episodes(kitchens or [run.kitchen_id], recipes, at):
            if episode.pk != own:
                yield _told(episode, recipes[episode.domain, episode.recipe], level, since)
        makers = _before(makers)


def _recipes(makers: dict[int, str]) -> dict[tuple[str, str], str]:
    rows = OrderRun.objects.filter(node_runs__in=makers).values_list("node_runs", "domain", "recipe")
    return {(domain, recipe): makers[pk] for pk, domain, recipe in rows.order_by("-pk")}


def _before(makers: dict[int, str]) -> dict[int, str]:
    """Return the node runs that made what the runs of these node runs read. Two queries."""
    runs = NodeRun.objects.filter(pk__in=makers).values("run")
    rows = DatasetAccess.objects.filter(run__in=runs, writes=False, snapshot__made_by_node_run__isnull=False)
    return dict(rows.values_list("snapshot__made_by_node_run", "dataset__name")[:500])


def _episodes(kitchens: Iterable[int], recipes: dict[tuple[str, str], str], at: datetime) -> list[Episode]:
    named = Q(pk__in=[])
    for domain, recipe in sorted(recipes):
        named |= Q(domain=domain, recipe=recipe)
    open_then = Q(closed_at__isnull=True) | Q(closed_at__gt=at)
    found = Episode.objects.filter(named, open_then, kitchen__in=list(kitchens), opened_at__lte=at)
    return list(found.defer("findings").order_by("opened_at")[:MOST])


def _told(episode: Episode, dataset: str, level: int, since: datetime | None) -> Upstream:
    return Upstream(
        name=f"{episode.domain}/{episode.recipe}",
        what=f"“{episode.test}”" if episode.test else episode.named,
        sentence=episode.sentence,
        dataset=dataset,
        level=level,
        began=since is None or episode.opened_at >= since,
        episode=episode.pk,
        run=episode.first_run_id,
        automatic=episode.test.startswith(AUTOMATIC) and not episode.source,
    )
