"""What all nodes of one run share, read once by each worker: plan, kitchen, pinned revision, files."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from django.conf import settings

from kitchens.core.git import MeshRepository
from kitchens.core.stores.base import StoreAddress, Version
from kitchens.models import Kitchen, Revision, Snapshot
from kitchens.queries.data import resolve, store_address, version_of
from kitchens.queries.provision import personal_columns
from kitchens.queries.secrets import values_for_kitchen
from recipes.core.checks import datasets_read
from recipes.core.fingerprints import fingerprints
from recipes.core.plan import Plan
from recipes.core.spec.model import NodeSpec
from recipes.models import OrderRun

MOST_KEPT = 8  # runs: a worker stays with one run as long as it can


@dataclass(frozen=True)
class RunContext:
    """A run as its nodes see it; nothing of it changes once the run is admitted."""

    run_id: int
    chain: int
    kitchen: Kitchen
    revision: Revision
    plan: Plan
    nodes: Mapping[str, NodeSpec]
    writers: Mapping[str, str]  # dataset -> the node that writes it
    files: Mapping[str, str]
    fingerprints: Mapping[str, str]
    address: StoreAddress
    heads: Mapping[str, int | None]  # what some datasets were put on since: their newer snapshots
    named: frozenset[str]  # every dataset that a node or test of the plan names
    began: datetime  # by the run's clock
    on_demand: bool  # no schedule meant it
    published: dict[str, Version | None] = field(default_factory=dict)  # as pinned, or newer by `heads`

    @cached_property
    def secrets(self) -> dict[str, str]:
        """Return the secrets of the kitchen, for the pipes to node processes and nothing else. One query a run."""
        return values_for_kitchen(self.kitchen)

    @cached_property
    def personal(self) -> dict[str, dict[str, str]]:
        """Return dataset -> its personal columns, as the domains' files of the run's revision say. Reads git."""
        return personal_columns(self.revision.commit)

    def versions(self, names: set[str]) -> dict[str, Version]:
        """Return the pinned versions of these datasets. Asks once for all that the plan names."""
        if not names <= self.published.keys():
            unknown = (names | self.named) - self.published.keys()
            found = resolve(self.kitchen, unknown - self.heads.keys(), at=self.revision)
            found |= _snapshots(pk for name, pk in self.heads.items() if name in unknown)
            self.published.update({name: found.get(name) for name in unknown})
        return {name: version for name in names if (version := self.published[name]) is not None}


_kept: OrderedDict[tuple[int, tuple[str, ...]], RunContext] = OrderedDict()


def run_context(run_id: int, face: tuple[str, ...]) -> RunContext:
    """Return what the run's nodes share; costs three queries and a read of its files at a worker's first node.

    `face` tells a run before a change of its heads from itself afterwards, and from another of that number in a
    database that was put back.
    """
    key = (run_id, face)
    if key not in _kept:
        _kept[key] = _read(run_id)
        while len(_kept) > MOST_KEPT:
            _kept.popitem(last=False)
    _kept.move_to_end(key)
    return _kept[key]


def forget_contexts() -> None:
    """Forget what was read: the next node reads it again."""
    _kept.clear()


def _snapshots(ids: Iterable[int | None]) -> dict[str, Version]:
    wanted = [pk for pk in ids if pk is not None]
    found = Snapshot.objects.filter(pk__in=wanted).select_related("dataset") if wanted else []
    return {snapshot.dataset.name: version_of(snapshot) for snapshot in found}


def _read(run_id: int) -> RunContext:
    run = OrderRun.objects.select_related("kitchen__parent", "revision").get(pk=run_id)
    plan = Plan.model_validate(run.plan)
    files = read_files(plan.tree)
    return RunContext(
        run_id=run.pk,
        chain=run.chain or run.pk,
        kitchen=run.kitchen,
        revision=run.revision,
        plan=plan,
        nodes={node.name: node for node in plan.nodes},
        writers={write.dataset: node.name for node in plan.nodes for write in node.writes},
        files=files,
        fingerprints=fingerprints(plan, files),
        address=store_address(run.kitchen),
        heads=run.heads,
        named=named_by(plan),
        began=run.started_at or run.placed_at,
        on_demand=run.slot is None,
    )


def named_by(plan: Plan) -> frozenset[str]:
    """Return every dataset that a node or test of the plan names."""
    names = {name for node in plan.nodes for name in node.reads} | set(plan.writes())
    return frozenset(names.union(*(datasets_read(test) for tests in plan.tests.values() for test in tests)))


def read_files(tree: str) -> dict[str, str]:
    """Return the text files of a recipe folder by path; what is no text is left out. No query."""
    if not tree:
        return {}
    texts = {}
    for path, content in MeshRepository(settings.MESH_REPOSITORY).read_tree(tree).items():
        try:
            texts[path] = content.decode()
        except UnicodeDecodeError:
            continue
    return texts
