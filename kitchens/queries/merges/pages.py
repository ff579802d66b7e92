"""The page of one merge request: what it changes, what stands in its way, who said what, what comes next."""

from __future__ import annotations

from datetime import datetime

from kitchens.core.gates import Gate, gates
from kitchens.core.impact import Impact
from kitchens.core.roles import Actor
from kitchens.core.words import count
from kitchens.models import Change, Dataset, MergeRequest, Snapshot
from kitchens.ports import ports
from kitchens.queries.data import newest, own_ids, resolve_ids
from kitchens.queries.merges.facts import facts_of, policy, words
from kitchens.queries.merges.looks import Look, digest_of, is_down, look, preview_between
from kitchens.queries.merges.moves import moved_sentence
from kitchens.queries.merges.rights import rights_of
from kitchens.queries.merges.shown import DatasetChange, RequestPage, Said

STAGES = (
    ("First commit", "first_commit_at"),
    ("First green run", "first_green_run_at"),
    ("Requested", "requested_at"),
    ("First review", "first_review_at"),
    ("Approved", "approved_at"),
    ("Candidate green", "candidate_green_at"),
    ("Merged", "merged_at"),
    ("First green run in the target", "first_green_target_run_at"),
)


def request_page(request: MergeRequest, reader: Actor) -> RequestPage:
    """Return the page of a request as things stand now. About thirty queries for any number of files and datasets.

    Nothing is written: what moved since it was last looked at is told in `moved`, and counted in the gates.
    """
    seen = seen_of(request)
    impact = ports.impact(request.pk) if request.state == "open" else Impact()
    found = gates(facts_of(request, seen, impact)) if request.state == "open" else ()
    datasets = dataset_changes(request)
    files = len({one.path for one in (*seen.preview.changes, *seen.preview.conflicts)})
    return RequestPage(
        request=request,
        summary=_summary(files, datasets, impact, found),
        gates=found,
        next=next((gate for gate in found if not gate.passes), None),
        files=files,
        conflicts=seen.preview.conflicts,
        datasets=datasets,
        impact=impact,
        said=_said(request, seen),
        events=tuple(request.events.select_related("person")),
        comments=tuple(request.comments.select_related("person")),
        rights=rights_of(request, seen, found, reader),
        moved=_moved(request, seen),
        lead=_lead(request),
        digest=seen.digest,
    )


def seen_of(request: MergeRequest) -> Look:
    """Return the request as it is now, or, once it is closed, as it was last looked at."""
    if request.state == "open":
        return look(request)
    source, target = request.source_revision, request.target_revision
    found = preview_between(source.commit, target.commit, request.resolutions)
    return Look(source, target, found, digest_of(request, source, target))


def _summary(files: int, datasets: tuple[DatasetChange, ...], impact: Impact, found: tuple[Gate, ...]) -> str:
    moving = sum(one.what != "same" for one in datasets) if datasets else len(_touched(impact))
    readers = len({(one.recipe, one.node) for one in impact.consumers})
    said = [count(files, "file"), f"{count(moving, 'dataset')} {'changes' if moving == 1 else 'change'}"]
    if readers:
        said.append(f"{count(readers, 'consumer')} affected")
    if found:
        said.append(f"{sum(gate.passes for gate in found)} of {count(len(found), 'gate')} open")
    return ", ".join(said)


def _touched(impact: Impact) -> set[str]:
    return {one.dataset for one in impact.touched}


def dataset_changes(request: MergeRequest) -> tuple[DatasetChange, ...]:
    """Return what the candidate's data would change in the target, by name; nothing before it is built. Six queries."""
    candidate, on = request.candidate, request.candidate_target
    if candidate is None or on is None or request.candidate_state in ("", "void"):
        return ()
    own = own_ids(newest(candidate))
    names = dict(_names(own))
    at = on if request.state == "merged" else None
    before = resolve_ids(request.target, names.values(), at=at)
    wanted = {pk for pk in (*own.values(), *before.values()) if pk}
    known = {
        pk: (rows, digest)
        for pk, rows, digest in Snapshot.objects.filter(pk__in=wanted).values_list("pk", "rows", "digest")
    }
    found = [
        _dataset(names[dataset], before.get(names[dataset]), after, known) for dataset, after in own.items()
    ]
    return tuple(sorted(found, key=lambda one: one.name))


def _names(own: dict[int, int | None]) -> list[tuple[int, str]]:
    return list(Dataset.objects.filter(pk__in=list(own)).values_list("pk", "name"))


def _dataset(
    name: str, before: int | None, after: int | None, known: dict[int, tuple[int, str]]
) -> DatasetChange:
    old = known.get(before) if before else None
    new = known.get(after) if after else None
    return DatasetChange(
        name=name,
        before=before,
        after=after,
        rows_before=old[0] if old else None,
        rows_after=new[0] if new else None,
        same=bool(old and new and old[1] == new[1]),
    )


def _said(request: MergeRequest, seen: Look) -> tuple[Said, ...]:
    """Return every approval and wish for changes, oldest first, and why it counts no longer where it does not."""
    counted = {word.person: word for word in words(request, seen.source, seen.target)}
    told = []
    every = list(request.approvals.select_related("person").order_by("id"))
    last = {one.person_id: one.pk for one in every}
    for one in every:
        word = counted.get(str(one.person))
        void = ""
        if last[one.person_id] != one.pk:
            void = f"{one.person} has said something else since."
        elif one.digest != seen.digest:
            void = "It was about an earlier state."
        elif word is not None and not word.counts:
            role = policy(request.target).approver_role
            void = f"{one.person} wrote or opened it, or has not the role {role} in {request.target.slug}."
        told.append(Said(one, void))
    return tuple(told)


def _moved(request: MergeRequest, seen: Look) -> str:
    if request.state != "open":
        return ""
    said = []
    if request.source_revision_id != seen.source.pk:
        said.append(moved_sentence(request.source, request.source_revision, seen.source))
    if request.target_revision_id != seen.target.pk:
        said.append(moved_sentence(request.target, request.target_revision, seen.target))
    return " ".join(said)


def _lead(request: MergeRequest) -> tuple[tuple[str, datetime | None], ...]:
    if is_down(request):
        return ()
    change = Change.objects.filter(request=request).first()
    return tuple((title, getattr(change, name) if change else None) for title, name in STAGES)
