"""What must hold after the kills: no half kitchen, no half merge, no leftover that is not listed, ledger and git agree."""

from __future__ import annotations

from collections.abc import Iterator

from django.conf import settings

from kitchens.core.branches import archived_slugs, kitchen_branches
from kitchens.core.git import MeshRepository
from kitchens.core.stores.base import StoreError
from kitchens.models import (
    Change,
    Kitchen,
    Membership,
    MergeRequest,
    Pointer,
    Provision,
    ProvisionStep,
    Revision,
)
from kitchens.queries.data import newest, open_kitchen_store, version_of
from recipes.core.status import OPEN
from recipes.models import OrderRun, RunLock

LIVE = ("provisioning", "ready")


def counts() -> dict[str, int]:
    """Return how much there was to go wrong."""
    kitchens = Kitchen.objects.exclude(tier="candidate")
    return {
        "kitchens": kitchens.count(),
        "kitchens failed": kitchens.filter(state="failed").count(),
        "kitchens gone": kitchens.filter(state="gone").count(),
        "candidates": Kitchen.objects.filter(tier="candidate").count(),
        "revisions": Revision.objects.count(),
        "merges": MergeRequest.objects.filter(state="merged").count(),
        "rollbacks": Revision.objects.filter(cause="rollback").count(),
        "runs": OrderRun.objects.count(),
    }


def violations() -> list[str]:
    """Return every violation as a sentence."""
    return [
        *_numbers(),
        *_kitchens(),
        *_branches(),
        *_commits(),
        *_files(),
        *_steps(),
        *_requests(),
        *_changes(),
    ]


def _numbers() -> Iterator[str]:
    for kitchen in Kitchen.objects.exclude(state="failed"):
        found = list(kitchen.revisions.order_by("number").values_list("number", flat=True))
        if found != list(range(1, kitchen.head + 1)):
            yield f"{kitchen.slug} has the revisions {found} and the head {kitchen.head}."


def _kitchens() -> Iterator[str]:
    """A kitchen is whole, or it is failed and nothing of it is there but what is listed."""
    for kitchen in Kitchen.objects.filter(state="ready"):
        made = kitchen.provisions.filter(kind="create").first()
        if made and made.state != "ready":
            yield f"{kitchen.slug} is ready, but its making is {made.state}."
        if made and made.steps.exclude(state__in=("done", "skipped")).exists():
            yield f"{kitchen.slug} is ready, but a step of its making is not done."
    for kitchen in Kitchen.objects.filter(state="failed"):
        listed = kitchen.provisions.filter(state="left_over").exists()
        there = [rows.objects.filter(kitchen=kitchen).exists() for rows in (Revision, Pointer, Membership)]
        if any(there) and not listed:
            yield f"{kitchen.slug} failed, and something of it is there that nobody lists."


def _branches() -> Iterator[str]:
    """Every branch has its kitchen and stands where the ledger is, and every archive its reason."""
    repository = MeshRepository(settings.MESH_REPOSITORY)
    for kitchen in Kitchen.objects.filter(state="ready"):
        if repository.head(kitchen.branch) != newest(kitchen).commit:
            yield f"{kitchen.slug}: branch and ledger differ."
    live = set(Kitchen.objects.filter(state__in=LIVE).values_list("slug", flat=True))
    retired = set(Kitchen.objects.filter(state="retired").values_list("slug", flat=True))
    branches, archived = (
        set(kitchen_branches(settings.MESH_REPOSITORY)),
        set(archived_slugs(settings.MESH_REPOSITORY)),
    )
    yield from (f"The branch {slug} has no kitchen in use." for slug in sorted(branches - live))
    yield from (f"The archive of {slug} has no retired kitchen." for slug in sorted(archived - retired))
    yield from (f"{slug} is retired without an archive." for slug in sorted(retired - archived))


def _commits() -> Iterator[str]:
    """Each revision's commit is in git, and the history of a kitchen in use never leaves a commit behind."""
    repository = MeshRepository(settings.MESH_REPOSITORY)
    for kitchen in Kitchen.objects.filter(state__in=("ready", "retired")):
        tip = newest(kitchen).commit
        for commit in set(kitchen.revisions.values_list("commit", flat=True)):
            if commit != tip and not repository.contains(tip, commit):
                yield f"{kitchen.slug}: the commit {commit[:7]} is not in the history of its newest revision."


def _files() -> Iterator[str]:
    """Whatever a kitchen that can be used, or brought back, points at can be read."""
    seen: set[int] = set()
    rows = Pointer.objects.filter(kitchen__state__in=("ready", "retired"), snapshot__isnull=False)
    for pointer in rows.select_related("kitchen", "snapshot__dataset"):
        if pointer.snapshot is None or pointer.snapshot_id in seen:
            continue
        seen.add(pointer.snapshot.pk)
        try:
            open_kitchen_store(pointer.kitchen).sample(version_of(pointer.snapshot), 1)
        except StoreError as fault:
            yield f"{pointer.kitchen.slug} points at data that cannot be read: {fault}"


def _steps() -> Iterator[str]:
    for step in ProvisionStep.objects.filter(state__in=("running", "undoing")).select_related(
        "provision__kitchen"
    ):
        yield f"A step ({step.kind}) of {step.provision.kitchen.slug} was left {step.state}."
    for made in Provision.objects.filter(state__in=("creating", "undoing")).select_related("kitchen"):
        yield f"The {made.kind} of {made.kitchen.slug} was left {made.state}."
    gone = OrderRun.objects.filter(status__in=OPEN, kitchen__state__in=("retired", "gone"))
    yield from (f"Run {run.pk} is open in a kitchen that has ended." for run in gone)
    for ticket in RunLock.objects.select_related("run__kitchen"):
        run = ticket.run
        yield f"Run {run.pk} in {run.kitchen.slug} ({run.status}) never gave a ticket to write back."


def _requests() -> Iterator[str]:
    """An open request has kitchens and a candidate that are in use; a merged one is a revision, whole, of its target."""
    repository = MeshRepository(settings.MESH_REPOSITORY)
    rows = MergeRequest.objects.select_related("source", "target", "candidate", "merged_revision")
    for request in rows:
        name, candidate = f"Request {request.pk}", request.candidate
        if request.state == "open" and not request.source.state == request.target.state == "ready":
            yield f"{name} is open, but {request.source.slug} is {request.source.state}."
        if (
            request.state == "open"
            and request.candidate_state in ("building", "green")
            and (
                candidate is None
                or candidate.state != "ready"
                or newest(candidate).commit != request.candidate_commit
            )
        ):
            yield f"{name} has a {request.candidate_state} candidate that is not there."
        if request.state != "open" and candidate and candidate.state != "gone":
            yield f"{name} is {request.state}, but its candidate is {candidate.state}."
        if request.state != "merged":
            continue
        revision = request.merged_revision
        if revision is None or revision.kitchen_id != request.target_id or revision.cause != "merge":
            yield f"{name} is merged without a revision."
        elif revision.commit != request.candidate_commit:
            yield f"{name} was merged as another commit than its candidate."
        elif not repository.contains(newest(request.target).commit, revision.commit):
            yield f"{name} is merged, but not in the history of {request.target.slug}."
    merged = Revision.objects.filter(cause="merge", kitchen__tier="production", merged_by_request=None)
    yield from (f"Revision {revision.number} of production is a merge of no request." for revision in merged)


def _changes() -> Iterator[str]:
    for change in Change.objects.filter(state="merged").select_related("request"):
        if change.request is None or change.request.state != "merged" or change.merged_at is None:
            yield f"Change {change.pk} counts as merged without a request that is."
    noted = Change.objects.filter(request__isnull=False).values("request")
    for request in MergeRequest.objects.filter(state="merged", target__tier="production").exclude(
        pk__in=noted
    ):
        yield f"Request {request.pk} was merged, and no change tells of it."
