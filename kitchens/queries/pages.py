"""Everything the page of a kitchen shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet, Sum

from kitchens.core import words
from kitchens.core.git import Change, LogEntry, MeshRepository
from kitchens.core.git.apart import log_beyond
from kitchens.core.lifetime import kept_until
from kitchens.core.next_step import Facts, LastRun, NextStep, next_step
from kitchens.core.policies import Policy, policy_of
from kitchens.core.roles import Actor
from kitchens.models import Kitchen, MergeRequest, Pointer, Revision, Snapshot
from kitchens.ports import ports
from kitchens.queries.data import newest
from kitchens.queries.end_of_life import EndOfLife, end_of_life
from kitchens.queries.kitchens import get_kitchen, kitchens, revisions
from kitchens.queries.members import Member, members
from kitchens.queries.tree import commits_apart, ends_in_words, is_ending

REVISIONS, FILES, COMMITS, DATASETS, CHILDREN = 8, 100, 20, 200, 50


@dataclass(frozen=True)
class Cost:
    """What a kitchen has used of its own: data that only it wrote, and the time of its runs."""

    bytes: int
    rows: int
    runs: int
    seconds: float


@dataclass(frozen=True)
class KitchenPage:
    """What the page of a kitchen shows."""

    kitchen: Kitchen
    revision: Revision
    sentence: str
    next: NextStep
    ends: str
    ending: bool
    extend_to: date | None
    behind: int  # commits of the parent
    behind_revisions: int  # of the parent since the pinned one
    files: Sequence[Change]  # changed against the pinned parent
    file_count: int
    commits: Sequence[LogEntry]
    written: Sequence[str]  # datasets the kitchen has written itself
    overrides: Sequence[str]  # keys of its own
    people: Sequence[Member]
    requests: Sequence[MergeRequest]  # open, out of it or into it
    revisions: Sequence[Revision]
    children: Sequence[Kitchen]
    last_run: LastRun | None
    cost: Cost | None
    policy: Policy
    end: EndOfLife | None = None


def kitchen_page(slug: str, now: datetime, by: Actor, kitchen: Kitchen | None = None) -> KitchenPage:
    """Return the page of a kitchen, looked up by its name unless it is given.

    Eleven queries and a look into git, whatever the size of the mesh.
    """
    kitchen = kitchen or get_kitchen(slug)
    revision = newest(kitchen)
    files = changed_files(kitchen, revision)
    written = written_datasets(kitchen) if kitchen.parent else []
    requests = open_requests(kitchen)
    last_run = ports.last_runs([kitchen.pk]).get(kitchen.pk)
    commits, behind, moved = _apart(kitchen, revision)
    facts = _facts(kitchen, revision, len(files), behind, requests, last_run, by)
    return KitchenPage(
        kitchen=kitchen,
        revision=revision,
        sentence=sentence(kitchen, files, written, moved),
        next=next_step(facts),
        ends=ends_in_words(kitchen, now.date()),
        ending=is_ending(kitchen, now.date()),
        extend_to=kept_until(kitchen.ends_on, now.date()) if kitchen.ends_on else None,
        behind=behind,
        behind_revisions=moved,
        files=files[:FILES],
        file_count=len(files),
        commits=commits,
        written=written[:DATASETS],
        overrides=sorted(revision.overrides),
        people=members(kitchen),
        requests=requests,
        revisions=list(revisions(kitchen)[:REVISIONS]),
        children=list(kitchens("ready").filter(parent=kitchen)[:CHILDREN]),
        last_run=last_run,
        cost=_cost(kitchen) if kitchen.parent else None,
        policy=policy_of(kitchen.policy, guarded=kitchen.is_guarded),
        end=end_of_life(kitchen, now),
    )


def _apart(kitchen: Kitchen, revision: Revision) -> tuple[Sequence[LogEntry], int, int]:
    """Return own commits, and how many commits and revisions the parent as it is now has had since. One query."""
    parent, pinned = kitchen.parent, revision.parent_revision
    if parent is None or pinned is None:
        return (), 0, 0
    above = newest(parent).commit
    ahead, behind = commits_apart(revision.commit, above)
    repository = MeshRepository(settings.MESH_REPOSITORY)
    own = log_beyond(repository, revision.commit, above, COMMITS) if ahead else ()
    return own, behind, 0 if kitchen.tier == "canary" else max(0, parent.head - pinned.number)


def _facts(
    kitchen: Kitchen,
    revision: Revision,
    files: int,
    behind: int,
    requests: Sequence[MergeRequest],
    last_run: LastRun | None,
    by: Actor,
) -> Facts:
    out = [one for one in requests if one.source_id == kitchen.pk and one.target_id == kitchen.parent_id]
    return Facts(
        slug=kitchen.slug,
        parent=str(kitchen.parent) if kitchen.parent else "",
        state=kitchen.state,
        tier=kitchen.tier,
        files=files,
        overrides=len(revision.overrides),
        changed_since_run=last_run is not None and _changed_since(kitchen, revision, last_run),
        last_run=last_run,
        behind=behind,
        request=out[0].pk if out else None,
        request_title=out[0].title if out else "",
        waiting=sum(one.target_id == kitchen.pk for one in requests),
        may_change=by.may("kitchen.change", kitchen.slug) if kitchen.parent else by.may("kitchen.create"),
    )


def _changed_since(kitchen: Kitchen, revision: Revision, run: LastRun) -> bool:
    """Say whether the code, or an override, is another than that of a run. At most one query."""
    if run.commit != revision.commit:
        return True
    if not revision.overrides or run.number is None:
        return False
    later = Revision.objects.filter(kitchen=kitchen, number__gt=run.number, cause="override")
    return later.exists()


def _cost(kitchen: Kitchen) -> Cost:
    """Return what the kitchen has used of its own. Two queries."""
    mine = Pointer.objects.filter(kitchen=kitchen, snapshot=OuterRef("pk"))
    others = Pointer.objects.filter(snapshot=OuterRef("pk")).exclude(kitchen=kitchen)
    data = Snapshot.objects.filter(Exists(mine) & ~Exists(others)).aggregate(
        rows=Sum("rows"), bytes=Sum("bytes")
    )
    runs, seconds = ports.run_cost(kitchen.pk)
    return Cost(data["bytes"] or 0, data["rows"] or 0, runs, seconds)


def open_requests(kitchen: Kitchen) -> list[MergeRequest]:
    """Return the open merge requests out of a kitchen and into it, newest first. One query."""
    mine = Q(source=kitchen) | Q(target=kitchen)
    rows = MergeRequest.objects.filter(mine, state="open").select_related("source", "target", "opened_by")
    return list(rows.defer("candidate_plan", "resolutions")[:CHILDREN])


def changed_files(kitchen: Kitchen, revision: Revision) -> Sequence[Change]:
    """Return what differs in git from where the kitchen pins its parent. No query."""
    if kitchen.is_production or revision.parent_revision is None or kitchen.state == "gone":
        return ()
    base = revision.parent_revision.commit
    if base == revision.commit:
        return ()
    return MeshRepository(settings.MESH_REPOSITORY).diff(base, revision.commit)


def written_datasets(kitchen: Kitchen) -> list[str]:
    """Return the datasets that the kitchen has versions of its own of. One query."""
    names: QuerySet[Pointer] = Pointer.objects.filter(kitchen=kitchen).order_by("dataset__name")
    return list(names.values_list("dataset__name", flat=True).distinct())


def sentence(kitchen: Kitchen, files: Sequence[Change], written: Sequence[str], behind: int) -> str:
    """Say what a kitchen is up to."""
    if kitchen.is_production:
        return "What everyone sees. Every other kitchen is made of it."
    if kitchen.state == "retired":
        return "This kitchen is retired: nothing runs or changes here any more."
    changes = [
        words.count(len(files), "file") + " changed" if files else "",
        words.count(len(written), "dataset") + " of its own" if written else "",
    ]
    said = ", ".join(filter(None, changes)) or "It is the same as its parent so far"
    late = f"; {kitchen.parent} has moved on by {words.count(behind, 'revision')}" if behind else ""
    return f"{said[0].upper()}{said[1:]}{late}."
