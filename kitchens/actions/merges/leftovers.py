"""What merges leave behind: candidates nobody needs any more, and branches that have to follow."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q

from kitchens.actions.branches import heal_branch
from kitchens.core.branches import PREFIX, drop_branch, kitchen_branches
from kitchens.core.git import MeshRepository
from kitchens.core.roles import THE_HUB
from kitchens.models import Kitchen, MergeRequest, RequestEvent, Revision
from kitchens.ports import ports


def retire_candidate(candidate: Kitchen | None, *, now: datetime) -> None:
    """Close a candidate: its runs stop, its branch goes; its revisions stay as facts. Twice is as good as once."""
    if candidate is None or not candidate.is_candidate:
        return
    rows = Kitchen.objects.filter(pk=candidate.pk, state="ready")
    if rows.update(
        state="gone", retired_at=now, gone_at=now, state_note="Its merge request is done with it."
    ):
        ports.stop_runs(candidate.pk, by=THE_HUB, now=now)
    drop_branch(settings.MESH_REPOSITORY, candidate.branch)


def recover(now: datetime) -> int:
    """Put right what crashes have left, and return how much that was: branches behind, candidates nobody needs.

    Three queries where all is well, and a look at every branch.
    """
    candidates = unneeded()
    for candidate in candidates:
        retire_candidate(candidate, now=now)
    left = _branches_of_the_gone()
    for branch in left:
        drop_branch(settings.MESH_REPOSITORY, branch)
    closed = _close_orphans(now)
    healed = [kitchen for kitchen in behind() if heal_branch(kitchen).what != "ahead"]
    return len(candidates) + len(left) + len(healed) + closed


def _close_orphans(now: datetime) -> int:
    """Withdraw the open requests of kitchens that are cleaned and will not come back; return how many. One query."""
    gone = Q(source__state="gone") | Q(target__state="gone")
    orphans = MergeRequest.objects.filter(gone, state="open").select_related("candidate")
    for request in orphans:
        with transaction.atomic():
            held = MergeRequest.objects.select_for_update().get(pk=request.pk)
            if held.state != "open":
                continue
            held.state, held.closed_at, held.merge_when_green = "withdrawn", now, False
            held.save(update_fields=["state", "closed_at", "merge_when_green"])
            said = "It was withdrawn: the kitchen is gone."
            RequestEvent.objects.create(request=held, what="withdrawn", sentence=said, at=now)
        retire_candidate(request.candidate, now=now)
    return len(orphans)


def _branches_of_the_gone() -> list[str]:
    start = f"{PREFIX}candidate-"
    there = [f"{PREFIX}{slug}" for slug in kitchen_branches(settings.MESH_REPOSITORY)]
    hidden = [branch for branch in there if branch.startswith(start)]
    if not hidden:
        return []
    gone = Kitchen.objects.filter(tier="candidate", branch__in=hidden, state="gone")
    return list(gone.values_list("branch", flat=True))


def behind() -> list[Kitchen]:
    """Return the kitchens in use whose branch is not where their ledger is. One query."""
    repository = MeshRepository(settings.MESH_REPOSITORY)
    rows = Revision.objects.filter(kitchen__state="ready", number=F("kitchen__head"))
    return [
        revision.kitchen
        for revision in rows.select_related("kitchen")
        if repository.head(revision.kitchen.branch) != revision.commit
    ]


def unneeded() -> list[Kitchen]:
    """Return the candidates in use that no open request has as its own. One query."""
    wanted = MergeRequest.objects.filter(state="open").exclude(candidate=None).values("candidate")
    return list(Kitchen.objects.filter(tier="candidate", state="ready").exclude(pk__in=wanted))
