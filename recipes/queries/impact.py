"""What a merge request would do: asked of git, of the schemas in the target, and of what runs have read."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import lru_cache

from django.conf import settings
from django.db.models import Max

from kitchens.core.git.rough import merge_roughly, tree_of
from kitchens.core.impact import Impact
from kitchens.models import Kitchen, MergeRequest, Pointer, Revision, Snapshot
from kitchens.queries.data import newest, resolve_ids
from kitchens.queries.merges.looks import preview_of
from recipes.core.candidates import CandidatePlan
from recipes.core.impact import work_out
from recipes.core.sql.columns import Schemas
from recipes.models import DatasetAccess
from recipes.queries.folders import side_of

RECENT = 50_000  # of the newest accesses: who has read a dataset lately
MOST_DATASETS = 300  # whose readers are looked up among the accesses


@dataclass(frozen=True)
class _Key:
    """All that an impact is made from; equal keys, equal impact."""

    repository: str
    old_commit: str
    new_tree: str
    target: int
    target_head: int
    candidate: int
    candidate_head: int
    conflicts: tuple[str, ...] = ()
    as_then: bool = False  # of a merge that is done: the schemas are those from before it


def impact_of(request_id: int) -> Impact:
    """Return what the request would do to its target as both are now, or did where it is merged; nothing needs to have run.

    What its candidate has built is taken into account. Kept in the process until source, target or candidate move:
    then four queries; else about ten. MergeRequest.DoesNotExist for an unknown request.
    """
    related = ("source", "target", "candidate", "candidate_target", "merged_revision")
    request = MergeRequest.objects.select_related(*related).get(pk=request_id)
    if request.merged_revision and request.candidate_target:
        return _impact(_done(request, request.candidate_target, request.merged_revision))
    target = newest(request.target)
    tree, conflicts = _merged(request, newest(request.source).commit, target.commit)
    candidate = request.candidate if request.candidate_state in ("building", "green", "red") else None
    key = _Key(
        str(settings.MESH_REPOSITORY),
        target.commit,
        tree,
        request.target_id,
        target.number,
        candidate.pk if candidate else 0,
        candidate.head if candidate else 0,
        conflicts,
    )
    return _with_proofs(_impact(key), request)


def _done(request: MergeRequest, before: Revision, after: Revision) -> _Key:
    """Return what a merge that is done was made from: later revisions change nothing about it."""
    where = str(settings.MESH_REPOSITORY)
    tree = tree_of(settings.MESH_REPOSITORY, after.commit)
    candidate = request.candidate
    built = (candidate.pk, candidate.head) if candidate else (0, 0)
    return _Key(where, before.commit, tree, request.target_id, before.number, *built, as_then=True)


def _with_proofs(found: Impact, request: MergeRequest) -> Impact:
    """Take what ran green in the candidate off the things that are certain to break: it did not."""
    if request.candidate_state != "green" or not found.breaking:
        return found
    steps = CandidatePlan.from_dict(request.candidate_plan).steps
    proven = {(s.recipe, one.node) for s in steps for one in s.nodes if one.does == "runs" or one.judged}
    return replace(
        found,
        findings=tuple(
            replace(one, certain=False, sentence=f"{one.sentence} It ran green in the candidate.")
            if one.certain and (one.recipe, one.node) in proven
            else one
            for one in found.findings
        ),
    )


def impact_between(old_commit: str, new_tree: str, target: Kitchen) -> Impact:
    """Return what it means for a kitchen to go from a commit to another state of the files. About ten queries."""
    head = newest(target).number
    return _impact(_Key(str(settings.MESH_REPOSITORY), old_commit, new_tree, target.pk, head, 0, 0))


def _merged(request: MergeRequest, source: str, target: str) -> tuple[str, tuple[str, ...]]:
    """Return the tree of the merged state and the files still in conflict; while there are any, as the source has them."""
    seen = preview_of(request.target, source, target, request.resolutions)
    if seen.tree:
        return seen.tree, ()
    return _rough(str(settings.MESH_REPOSITORY), target, source), tuple(one.path for one in seen.open)


@lru_cache(maxsize=256)
def _rough(where: str, target: str, source: str) -> str:
    return merge_roughly(settings.MESH_REPOSITORY, target, source)


@lru_cache(maxsize=128)
def _impact(key: _Key) -> Impact:
    target = Kitchen.objects.select_related("parent").get(pk=key.target)
    built = _built(key.candidate)
    old = side_of(tree_of(settings.MESH_REPOSITORY, key.old_commit))
    then = target.revisions.get(number=key.target_head) if key.as_then else None
    found = work_out(old, side_of(key.new_tree), _schemas_of(target, then), _seen_readers(target), built)
    return replace(found, old_commit=key.old_commit, new_tree=key.new_tree, conflicts=key.conflicts)


def _schemas_of(target: Kitchen, at: Revision | None) -> Callable[[set[str]], Schemas]:
    def schemas_of(names: set[str]) -> Schemas:
        ids = [pk for pk in resolve_ids(target, names, at=at).values() if pk is not None] if names else []
        rows = Snapshot.objects.filter(pk__in=ids).values_list("dataset__name", "columns")
        return {name: {column["name"]: column["type"] for column in columns} for name, columns in rows}

    return schemas_of


def _built(candidate: int) -> Schemas:
    """Return the columns of what a candidate has written itself. One query."""
    if not candidate:
        return {}
    rows = Pointer.objects.filter(kitchen=candidate, snapshot__isnull=False).order_by("number")
    found = rows.values_list("dataset__name", "snapshot__columns")
    return {name: {column["name"]: column["type"] for column in columns} for name, columns in found}


def _seen_readers(target: Kitchen) -> Callable[[set[str]], Iterable[tuple[str, str, str]]]:
    def seen_readers(names: set[str]) -> list[tuple[str, str, str]]:
        last = DatasetAccess.objects.aggregate(last=Max("id"))["last"] or 0
        rows = DatasetAccess.objects.filter(
            dataset__name__in=sorted(names)[:MOST_DATASETS],
            writes=False,
            pk__gt=last - RECENT,
            run__kitchen=target,
        )
        fields = ("dataset__name", "run__domain", "run__recipe", "node_run__node")
        found = rows.order_by().values_list(*fields).distinct()
        return [(dataset, f"{domain}/{recipe}", node) for dataset, domain, recipe, node in found]

    return seen_readers
