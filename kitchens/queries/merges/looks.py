"""What a merge would give, as things stand now: worked out once for each pair of commits, and kept a while."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings

from kitchens.core.gates import digest
from kitchens.core.git import MeshRepository
from kitchens.core.git.history import LogEntry
from kitchens.core.git.merging import brought, common_base, preview, tree_of
from kitchens.core.merging import Preview, Resolution
from kitchens.models import Kitchen, MergeRequest, Revision
from kitchens.queries.data import newest

MOVE_FILES = ("created", "commit", "merge", "rollback")  # causes of revisions with a commit of their own


@dataclass(frozen=True)
class Look:
    """A request seen at the newest revisions of its two kitchens."""

    source: Revision
    target: Revision
    preview: Preview
    digest: str  # what an approval of this is bound to


def is_down(request: MergeRequest) -> bool:
    """Say whether the request brings a parent's changes down into its child."""
    return request.target.parent_id == request.source_id


def look(request: MergeRequest) -> Look:
    """Return the request as it stands now. Four queries, and the merge in memory where this pair was not seen lately."""
    source, target = newest(request.source), newest(request.target)
    return Look(
        source=source,
        target=target,
        preview=preview_of(request.target, source.commit, target.commit, request.resolutions),
        digest=digest_of(request, source, target),
    )


def bare(resolutions: Mapping[str, Any]) -> dict[str, Any]:
    """Return resolutions without who made them and when: what the merge is made of."""
    return {
        path: {key: value for key, value in given.items() if key not in ("by", "person", "at")}
        for path, given in resolutions.items()
    }


def digest_of(request: MergeRequest, source: Revision, target: Revision) -> str:
    """Return what an approval is bound to at these revisions. No query."""
    return digest(source.pk, target.commit, target.overrides, bare(request.resolutions))


def preview_of(
    kitchen: Kitchen, source: str, target: str, resolutions: Mapping[str, Any] | None = None
) -> Preview:
    """Return what merging the commit `source` into the commit `target` of a kitchen gives. One query, or two."""
    return preview_between(source, target, resolutions, rolled_back_base(kitchen, source, target))


def preview_between(
    source: str, target: str, resolutions: Mapping[str, Any] | None = None, base: str | None = None
) -> Preview:
    """Return what merging one commit into another gives. No query."""
    told = json.dumps(bare(resolutions or {}), sort_keys=True)
    return _preview(settings.MESH_REPOSITORY, target, source, base, told)


@lru_cache(maxsize=32)
def _preview(path: Path, target: str, source: str, base: str | None, told: str) -> Preview:
    resolutions = {name: Resolution.from_dict(given) for name, given in json.loads(told).items()}
    return preview(MeshRepository(path), target=target, source=source, base=base, resolutions=resolutions)


@lru_cache(maxsize=64)
def _brought(path: Path, source: str, target: str) -> tuple[LogEntry, ...]:
    return brought(MeshRepository(path), source=source, target=target)


def commits_brought(source: str, target: str) -> tuple[LogEntry, ...]:
    """Return the commits that the commit `source` has and `target` has not, newest first. No query."""
    return _brought(settings.MESH_REPOSITORY, source, target)


def rolled_back_base(kitchen: Kitchen, source: str, target: str) -> str | None:
    """Return the commit to compare with where the target was rolled back and the source has what was taken out.

    Git takes what is in the history of both for merged, also what a roll-back has undone: the source would then bring
    nothing of it back. Compared with the rolled back state, all of it is brought again. None in all other cases.
    """
    last = Revision.objects.filter(kitchen=kitchen, cause="rollback").order_by("-number").first()
    if last is None:
        return None
    repository = MeshRepository(settings.MESH_REPOSITORY)
    if repository.contains(source, last.commit) or not repository.contains(target, last.commit):
        return None
    back_to = _back_to(repository, last)
    began = common_base(repository, source, target)
    if not back_to or not began or began == back_to or not repository.contains(began, back_to):
        return None
    return last.commit


def _back_to(repository: MeshRepository, rollback: Revision) -> str:
    """Return the commit whose files a roll-back has put back, "" where it is not found."""
    wanted = tree_of(repository, rollback.commit)
    before = Revision.objects.filter(
        kitchen=rollback.kitchen_id, number__lt=rollback.number, cause__in=MOVE_FILES
    )
    commits = before.order_by("-number").values_list("commit", flat=True)[:500]
    return next((commit for commit in commits if tree_of(repository, commit) == wanted), "")


def domains_of(found: Preview) -> list[str]:
    """Return the domains whose files a merge changes."""
    parts = (change.path.split("/") for change in found.changes)
    return sorted({part[1] for part in parts if len(part) > 2 and part[0] == "domains"})
