"""Tests that the stored versions of a dataset propose, asked for on demand and worked out in a process of its own."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from hub.common.errors import MissingError
from kitchens.core.roles import Actor
from kitchens.core.stores import apart
from kitchens.core.stores.base import StoreError
from kitchens.models import Kitchen, Snapshot
from kitchens.queries.data import history, lineage, resolve_snapshots, store_address, version_of
from kitchens.queries.provision import personal_columns
from recipes.core.proposals.apart import propose
from recipes.core.proposals.seen import Proposal
from recipes.core.proposals.told import back_test
from recipes.core.proposals.trying import Stored
from recipes.core.spec.model import RecipeSpec
from recipes.core.written.scalars import written
from recipes.queries.pages_edit import base_commit, closed
from recipes.queries.pages_recipes import read_spec
from recipes.queries.recipes import get_recipe

DAYS = 60
MOST_VERSIONS = 40
SECONDS = 25.0


@dataclass(frozen=True)
class Offered:
    """One proposal on the page: its keys in the file, and what a form sends to accept it."""

    proposal: Proposal
    entry: dict[str, Any]
    replayed: str

    @property
    def line(self) -> str:
        return written(self.entry)

    @property
    def sent(self) -> str:
        return json.dumps({"name": self.proposal.name, "entry": self.entry})


@dataclass(frozen=True)
class ProposalsPage:
    """A recipe and its datasets, for choosing one; `written` maps datasets to the nodes that write them."""

    kitchen: Kitchen
    version: Any
    commit: str
    closed: str
    written: dict[str, str]
    spec: RecipeSpec | None


@dataclass(frozen=True)
class Proposed:
    """What one dataset proposes; `trouble` says why that cannot be told, `looked` how many versions held something new."""

    dataset: str
    offered: Sequence[Offered] = ()
    looked: int = 0
    versions: int = 0
    kitchen: Kitchen | None = None  # whose versions they are
    trouble: str = field(default="")


def proposals_page(kitchen: Kitchen, domain: str, recipe: str, by: Actor) -> ProposalsPage:
    """Return the recipe with the datasets it writes. Four queries."""
    commit = base_commit(kitchen, "")
    version = get_recipe(kitchen, domain, recipe, commit)
    spec = read_spec(version)
    nodes = {one.dataset: node.name for node in spec.nodes.values() for one in node.writes} if spec else {}
    return ProposalsPage(kitchen, version, commit, closed(kitchen, by), nodes, spec)


def proposed(page: ProposalsPage, dataset: str, *, by: Actor, seconds: float = SECONDS) -> Proposed:
    """Return what the dataset's versions of the last days propose. Needs the right to see rows: proposals hold values.

    MissingError where the recipe does not write it. Some queries; reads data for at most so many seconds.
    """
    if page.spec is None or dataset not in page.written:
        raise MissingError(f"The recipe {page.version} does not write {dataset[:160]}.")
    by.require("data.sample", page.kitchen.slug)
    owner, snapshots = stored_versions(page.kitchen, dataset)
    if owner is not None:
        by.require("data.sample", owner.slug)
    stored = [Stored(one.created_at, version_of(one)) for one in snapshots]
    if len(stored) < 3:
        return Proposed(dataset, versions=len(stored), kitchen=owner)
    personal = {name.lower() for name in personal_columns(page.commit).get(dataset, {})}
    try:
        found = propose(
            store_address(page.kitchen),
            dataset,
            stored,
            taken=_taken(page.spec, dataset),
            personal=frozenset(personal),
            seconds=seconds,
        )
    except (apart.OutOfTimeError, apart.BusyError) as fault:
        return Proposed(
            dataset, versions=len(stored), trouble=f"{fault} What was counted is kept: ask again."
        )
    except StoreError as fault:
        return Proposed(dataset, versions=len(stored), trouble=f"The data store did not answer: {fault}")
    node, names = page.written[dataset], set(page.spec.tests)
    alone = sum(1 for one in page.spec.nodes[node].writes) == 1
    offered = []
    for one in found.proposals:
        entry = {"node": node} | ({} if alone else {"dataset": dataset}) | dict(one.params)
        if one.name not in names and found.first and found.last:
            offered.append(Offered(one, entry, back_test(one, found.first, found.last)))
    return Proposed(dataset, offered, found.looked, len(stored), owner)


def stored_versions(kitchen: Kitchen, dataset: str) -> tuple[Kitchen | None, list[Snapshot]]:
    """Return the versions a kitchen has read a dataset as in the days up to the newest, oldest first, and whose they are.

    The kitchen's own, or those of the parent that it reads from; of a dataset that it was given a copy of, only its own.
    Removed ones are left out. Some queries for each level.
    """
    if dataset not in resolve_snapshots(kitchen, [dataset]):
        return None, []
    for revision in lineage(kitchen):
        changes = history(revision.kitchen, dataset, MOST_VERSIONS)
        found = {
            change.snapshot.pk: change.snapshot
            for change in changes
            if change.snapshot
            and change.revision.number <= revision.number
            and not change.snapshot.collected_at
        }
        if found:
            ordered = sorted(found.values(), key=lambda one: (one.created_at, one.pk))
            since = ordered[-1].created_at - timedelta(days=DAYS)
            return revision.kitchen, [one for one in ordered if one.created_at >= since]
    return None, []


def _taken(spec: RecipeSpec, dataset: str) -> frozenset[tuple[str, str]]:
    """Return (check, column) of the tests there are of a dataset; a kind of row count or set stands for the others."""
    taken = set()
    for test in spec.tests.values():
        if test.dataset != dataset:
            continue
        columns = [str(test.params.get("column") or ""), *test.params.get("columns", [])]
        taken |= {(check, column) for column in columns for check in ALIKE.get(test.check, (test.check,))}
    return frozenset(taken)


ALIKE = {
    "row_count": ("row_count", "row_count_anomaly"),
    "row_count_change": ("row_count", "row_count_anomaly"),
    "row_count_anomaly": ("row_count", "row_count_anomaly"),
    "unique_key": ("unique",),
    "set_within": ("in_set",),
    "not_missing": ("not_missing", "not_null"),
    "freshness_anomaly": ("freshness",),
}
