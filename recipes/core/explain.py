"""How the tests of a run would be answered if it ran now: planned on the data there are, nothing is read.

It happens in a process of its own, as all that opens a data store for a page. What nodes of the run will write is
not there yet: its newest version stands in for it, with only what the writer of a part knows of it.
"""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from kitchens.core.stores import open_store
from kitchens.core.stores.apart import ask
from kitchens.core.stores.base import DataStore, Part, StoreAddress, StoreError, Version
from recipes.core.checks import CheckContext, Planner, Thrift, datasets_read
from recipes.core.checks.planner.plan import Plan
from recipes.core.nodes.keeping import is_our_code
from recipes.core.plan import Plan as RunPlan
from recipes.core.spec.model import NodeSpec, TestSpec, WriteSpec


@dataclass(frozen=True)
class Explained:
    """The tests of one node: how they would be answered, how many are about datasets without a version, and monitors."""

    node: str
    plan: Plan
    unseen: int = 0
    monitors: int = 0


def explain(
    address: StoreAddress,
    plan: RunPlan,
    manifest: Mapping[str, Version],
    files: Mapping[str, str],
    *,
    seconds: float,
) -> list[Explained]:
    """Return the nodes that have tests, in the order of the run.

    `manifest` are the newest versions of the datasets that nodes and tests name. OutOfTimeError, BusyError, or
    StoreError in the store's words.
    """
    question = {
        "plan": plan.model_dump(mode="json"),
        "manifest": {name: version.as_dict() for name, version in manifest.items()},
        "files": dict(files),
    }
    told = ask(address, question, seconds, "recipes.core.explain")
    return [Explained(**{**one, "plan": Plan(**one["plan"])}) for one in told["nodes"]]


def explain_here(
    store: DataStore, plan: RunPlan, manifest: Mapping[str, Version], files: Mapping[str, str]
) -> list[Explained]:
    """Return the same from this process; StoreError where the store refuses."""
    new = {
        write.dataset: _new_parts(write, manifest[write.dataset])
        for node in plan.nodes
        for write in node.writes
        if write.dataset in manifest
    }
    context = CheckContext(
        as_of=datetime.fromisoformat(str(plan.values["as_of"].value)),
        dialect=plan.dialect,
        datasets=tuple(sorted(manifest)),
        files=files,
        values={name: {"type": one.type, "value": one.value} for name, one in plan.values.items()},
        written=new,
    )
    found = []
    with store.session(dict(manifest), "explain") as session:
        for node in plan.nodes:
            if asked := _asked_of(node, plan.tests.get(node.name, ())):
                seen = [test for test in asked if datasets_read(test) <= manifest.keys()]
                names = frozenset(part.name for parts in new.values() for part in parts)
                thrift = Thrift(keep=is_our_code(node.kind, asked), as_new=names)
                planned = Planner(seen, session, context, thrift).plan
                monitors = sum(test.automatic for test in seen)
                found.append(Explained(node.name, planned, len(asked) - len(seen), monitors))
    return found


def _asked_of(node: NodeSpec, tests: Sequence[TestSpec]) -> list[TestSpec]:
    """Return the tests of a node; monitors watch only what it writes."""
    written = {write.dataset for write in node.writes}
    return [test for test in tests if not test.automatic or test.dataset in written]


def _new_parts(write: WriteSpec, version: Version) -> tuple[Part, ...]:
    """Return the parts that stand for what the node will write: the last where it adds one, else all."""
    return version.parts[-1:] if write.mode == "append" else version.parts


def main() -> None:
    """Be the process: answer one question, or end by the clock should nobody be left to stop it."""
    raw: dict[str, Any] = json.load(sys.stdin)
    signal.alarm(int(raw["seconds"]) + 5)
    manifest = {name: Version.from_dict(one) for name, one in raw["manifest"].items()}
    plan = RunPlan.model_validate(raw["plan"])
    try:
        store = open_store(StoreAddress(**raw["address"]))
        told: dict[str, Any] = {
            "nodes": [asdict(one) for one in explain_here(store, plan, manifest, raw["files"])]
        }
    except StoreError as refusal:
        told = {"refused": str(refusal)}
    json.dump(told, sys.stdout)


if __name__ == "__main__":
    main()
