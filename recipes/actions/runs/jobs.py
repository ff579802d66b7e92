"""Make the job of a claimed node: everything its process needs, and nothing it may not have."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings

from hub.common import env
from kitchens.core.stores import open_store
from kitchens.core.stores.base import Staged, Version
from kitchens.core.stores.room import check_free
from kitchens.queries import connections
from recipes.actions.runs.claim import Claim, log_path
from recipes.actions.runs.context import RunContext, run_context
from recipes.actions.runs.history import moment_of, pasts
from recipes.actions.runs.told import told_to_tests
from recipes.core.checks import datasets_read
from recipes.core.clock import fact_time
from recipes.core.nodes.base import Job, JobLimits
from recipes.core.spec.model import NodeSpec, TestSpec
from recipes.models import NodeRun

PROCESS_KINDS_WITH_SECRETS = frozenset({"python", "shell"})


@dataclass(frozen=True)
class Prepared:
    """A claimed node with all that its finish needs to know; `job` holds secrets and is never stored."""

    claim: Claim
    context: RunContext
    node: NodeSpec
    tests: tuple[TestSpec, ...]
    manifest: Mapping[str, Version]
    job: Job | None = None
    rebased: tuple[Staged, ...] = ()  # what was staged before, put on the newest head

    @property
    def fingerprint(self) -> str:
        return self.context.fingerprints[self.node.name]


def prepare(claim: Claim) -> Prepared:
    """Return the claimed node as its run's plan has it, without a job yet."""
    context = run_context(claim.run, claim.face)
    node = context.nodes[claim.node]
    return Prepared(claim, context, node, context.plan.tests.get(node.name, ()), {})


def with_job(prepared: Prepared, now: datetime) -> Prepared:
    """Add manifest and job, at this real time.

    HubError where a connection, a secret, the data store or room on the disk is not to be had.
    """
    claim, context, node = prepared.claim, prepared.context, prepared.node
    _check_disks(context)
    manifest = _manifest(prepared)
    if claim.rebase:
        prepared = replace(prepared, rebased=_rebased(prepared, manifest))
        manifest |= {one.dataset: one.version for one in prepared.rebased}
        node = node.model_copy(update={"kind": "synchronise", "writes": ()})
    names = {node.connection, *(context.plan.sources[name].connection for name in _sources(prepared))} - {""}
    job = Job(
        attempt=claim.name,
        idempotency_key=f"{context.chain}/{node.name}",
        node=node,
        dialect=context.plan.dialect,
        files=dict(context.files),
        values=_values(context),
        as_of=str(context.plan.values["as_of"].value),
        kitchen=context.kitchen.slug,
        store=asdict(context.address),
        manifest={name: version.as_dict() for name, version in manifest.items()},
        sources={name: context.plan.sources[name] for name in _sources(prepared)},
        source_roots=_source_roots(),
        connections=connections.for_kitchen(context.kitchen, names) if names else {},
        secrets=_secrets(prepared),
        tests=prepared.tests,
        slot=moment_of(context).isoformat(),
        on_demand=context.on_demand,
        added={one.dataset: tuple(part.name for part in one.added) for one in prepared.rebased},
        began=context.began.isoformat(),
        clock_shift=claim.shift,
        past=_pasts(prepared),
        told=told_to_tests(prepared.context, prepared.tests, fact_time(now, claim.shift)),
        personal=_personal(prepared, manifest),
        limits=_limits(node),
        log=str(Path(settings.LOG_ROOT) / log_path(claim)),
    )
    return replace(prepared, manifest=manifest, job=job)


def _pasts(prepared: Prepared) -> dict[str, dict[str, Any]]:
    """Return the past of the tests that read it; with fixtures there is none, as these are no part of any history."""
    if prepared.context.plan.fixtures:
        return {}
    return {name: past.as_dict() for name, past in pasts(prepared.context, prepared.tests).items()}


def _personal(prepared: Prepared, manifest: Mapping[str, Version]) -> dict[str, dict[str, str]]:
    seen = {*manifest, *(write.dataset for write in prepared.node.writes)}
    return {name: columns for name, columns in prepared.context.personal.items() if name in seen}


def _limits(node: NodeSpec) -> JobLimits:
    return JobLimits(
        seconds=node.timeout,
        memory_mb=node.memory_mb,
        cpu_seconds=node.cpu_seconds,
        disk_mb=node.disk_mb or settings.NODE_DISK_MB,
    )


def _check_disks(context: RunContext) -> None:
    """StoreError where a disk this node will write to is nearly full: better no work than half a work."""
    folders = [settings.LOG_ROOT]
    if context.address.kind == "embedded":
        folders.append(context.address.location)
    for folder in folders:
        check_free(Path(folder), settings.DISK_FREE_MB)


def _rebased(prepared: Prepared, manifest: Mapping[str, Version]) -> tuple[Staged, ...]:
    """Put what an earlier try of this node staged on the newest heads, where those are others."""
    outcome = NodeRun.objects.values_list("outcome", flat=True).get(pk=prepared.claim.node_run)
    store = open_store(prepared.context.address)
    before = [Staged.from_dict(raw) for raw in outcome.get("staged", ())]
    return tuple(
        store.rebase(one, manifest.get(one.dataset)) if one.dataset in prepared.context.heads else one
        for one in before
    )


def _sources(prepared: Prepared) -> list[str]:
    return [name for name in prepared.node.sources if name in prepared.context.plan.sources]


def _values(context: RunContext) -> dict[str, dict[str, Any]]:
    """Return the values of the plan; the number of the run was not known yet when it was planned.

    A resumed run keeps the number of the first of its chain: what was made from it stays as it was.
    """
    values = {
        value.name: {"type": value.type, "value": value.value} for value in context.plan.values.values()
    }
    return values | {"run": {"type": "text", "value": str(context.chain)}}


def _source_roots() -> tuple[str, ...]:
    """Return the folders that files may be read from; by default the drop folder of the hub."""
    roots = env.text("HUB_SOURCE_ROOTS", str(Path(settings.HUB_HOME) / "drop"))
    return tuple(root for root in roots.split(os.pathsep) if root)


def _secrets(prepared: Prepared) -> dict[str, str]:
    if prepared.node.kind not in PROCESS_KINDS_WITH_SECRETS:
        return {}
    return prepared.context.secrets


def _manifest(prepared: Prepared) -> dict[str, Version]:
    """Return the version that each dataset the node or its tests name means: staged by this run, else as pinned."""
    node, context = prepared.node, prepared.context
    names = {*node.reads, *(write.dataset for write in node.writes)}
    for test in prepared.tests:
        names |= datasets_read(test)
    staged_by = {context.writers[name] for name in names if name in context.writers} - {node.name}
    return context.versions(names) | {
        name: version for name, version in staged(context.run_id, staged_by).items() if name in names
    }


def staged(run_id: int, nodes: set[str]) -> dict[str, Version]:
    """Return what these nodes of a run have staged, with the ids of the snapshots. At most one query."""
    if not nodes:
        return {}
    found: dict[str, Version] = {}
    rows = NodeRun.objects.filter(run_id=run_id, node__in=nodes, status="succeeded")
    for outcome in rows.values_list("outcome", flat=True):
        snapshots = outcome.get("snapshots", {})
        for raw in outcome.get("staged", ()):
            one = Staged.from_dict(raw)
            found[one.dataset] = replace(one.version, snapshot_id=snapshots.get(one.dataset))
    return found
