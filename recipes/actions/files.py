"""Editing recipes: every edit is a commit on the kitchen's branch by the person who made it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.conf import settings
from django.db import transaction

from hub.common.errors import ConflictError, InvalidError
from kitchens.actions import audit, revisions
from kitchens.actions.branches import heal_branch
from kitchens.actions.domains import sync_domains
from kitchens.actions.kitchens import author_of
from kitchens.core.crash import crash_point
from kitchens.core.domains import read_domain
from kitchens.core.git import MeshRepository
from kitchens.core.roles import Actor
from kitchens.models import Kitchen, Revision
from kitchens.queries.data import newest
from recipes.actions.index import index_commit, sync_schedules
from recipes.core.spec.model import Fault
from recipes.queries.recipes import read_folder

Changes = Mapping[str, bytes | None]
SHOWN = 5


class FaultyRecipeError(InvalidError):
    """A change would leave recipes with faults; `faults` maps "<domain>/<recipe>" to all of its faults."""

    title = "The recipe has faults"

    def __init__(self, faults: Mapping[str, Sequence[Fault]]) -> None:
        count = sum(map(len, faults.values()))
        recipe, first = next((name, found[0]) for name, found in faults.items())
        place = f"{first.file} line {first.line}"
        super().__init__(
            f"{count} {'fault' if count == 1 else 'faults'}, the first in {recipe}, {place}: {first.message}",
            remedy=first.remedy or "Mend them, or keep the change as a draft.",
        )
        self.faults = {name: tuple(found) for name, found in faults.items()}


def save_files(
    kitchen: Kitchen,
    changes: Changes,
    *,
    message: str,
    by: Actor,
    now: datetime,
    expected_commit: str | None,
    keep_draft: bool = False,
) -> Revision:
    """Commit changes (path in the repository -> bytes, None to delete) to the kitchen's branch; return its new revision.

    ConflictError, which says who changed what, unless `expected_commit` is the kitchen's newest; FaultyRecipeError
    with every fault where a recipe would not be readable, unless a draft is to be kept. The ledger decides: the
    revision is written first, then the branch is moved; `heal_branch` does what a crash in between has left undone.
    """
    by.require("recipe.change", kitchen.slug)
    check_open(kitchen)
    repository = MeshRepository(settings.MESH_REPOSITORY)
    if heal_branch(kitchen).what == "ahead":
        follow_branch(kitchen, by=by, now=now)
    if not newest(kitchen).commit == repository.head(kitchen.branch) == expected_commit:
        raise _conflict(kitchen, repository, expected_commit, by, now)
    faults = (
        domain_faults(changes)
        if keep_draft
        else find_faults(repository, expected_commit, changes, kitchen.store)
    )
    if faults:
        raise FaultyRecipeError(faults)
    made = repository.prepare(
        expected=expected_commit, changes=changes, author=author_of(by), message=message, at=now
    )
    try:
        return append_commit(kitchen, made, expected=expected_commit, by=by, now=now)
    except ConflictError as error:
        check_open(kitchen)
        raise _conflict(kitchen, repository, expected_commit, by, now) from error


def append_commit(
    kitchen: Kitchen, commit: str, *, expected: str, by: Actor, now: datetime, what: str = "recipe.saved"
) -> Revision:
    """Make a commit the kitchen's newest and move its branch there; return the revision. Whoever edits or pushes ends here.

    The kitchen is held while it is looked at: ConflictError where it is closed by now, or its newest commit is not
    `expected` any more. A crash before the revision is written leaves nothing; after it, a branch that `heal_branch` moves.
    """
    index_commit(commit, now=now)
    crash_point("commit.ledger.before")
    with transaction.atomic():
        number = revisions.next_number(kitchen)  # holds the kitchen
        kitchen.refresh_from_db(fields=["state", "protected"])
        check_open(kitchen)
        if newest(kitchen).commit != expected:
            raise ConflictError("The branch has moved on since you opened it.", remedy="Load the page again.")
        revision = _append(kitchen, commit, by, now, what, number)
    crash_point("commit.ledger.after")
    heal_branch(kitchen)
    crash_point("commit.ref.after")
    return revision


def _append(
    kitchen: Kitchen, commit: str, by: Actor, now: datetime, what: str, number: int | None = None
) -> Revision:
    """Append the revision of a commit and let domains, schedules and the audit follow, in the caller's transaction."""
    title = MeshRepository(settings.MESH_REPOSITORY).log(commit, limit=1)[0].title
    revision = revisions.append(
        kitchen, cause="commit", by=by, at=now, commit=commit, note=title, number=number
    )
    sync_domains(commit, now=now, only_new=not kitchen.is_production)
    sync_schedules(kitchen, now=now)
    audit.record(by, what, kitchen.slug, now, commit=commit, message=title[:200])
    return revision


def follow_branch(kitchen: Kitchen, *, by: Actor, now: datetime) -> Revision:
    """Make the kitchen's newest revision the tip of its branch, where that is ahead of the ledger; return that revision.

    Indexes the commit, appends the revision and lets domains and schedules follow. Does nothing where the ledger is
    there already, or has gone on past the tip by a merge: then the branch follows. Several processes may call it at
    once: one appends, the others find it done.
    """
    by.require("recipe.change", kitchen.slug)
    repository = MeshRepository(settings.MESH_REPOSITORY)
    tip = repository.head(kitchen.branch)
    if tip is None or newest(kitchen).commit == tip:
        return newest(kitchen)
    index_commit(tip, now=now)
    with transaction.atomic():
        Kitchen.objects.select_for_update().get(pk=kitchen.pk)
        there = newest(kitchen)
        if not repository.contains(tip, there.commit) or there.commit == tip:
            return there  # the ledger is ahead, or went another way: it decides, and `heal_branch` moves the branch
        return _append(kitchen, tip, by, now, "recipe.saved")


def find_faults(
    repository: MeshRepository, commit: str | None, changes: Changes, store: str = ""
) -> dict[str, tuple[Fault, ...]]:
    """Return the faults of every recipe and domain file that the changes touch, as they would be afterwards.

    `store` is the kind of store they have to run on.
    """
    trees = repository.recipe_trees(commit) if commit else {}
    faults: dict[str, tuple[Fault, ...]] = {}
    for recipe, inside in _by_recipe(changes).items():
        domain, _, name = recipe.partition("/")
        tree = trees.get(recipe, "")
        if _is_gone(repository, tree, inside):
            continue
        if found := read_folder(repository, (domain, name, tree), inside, store).faults:
            faults[recipe] = found
    return domain_faults(changes) | faults


def _by_recipe(changes: Changes) -> dict[str, dict[str, bytes | None]]:
    found: dict[str, dict[str, bytes | None]] = {}
    for path, content in changes.items():
        parts = path.split("/")
        if len(parts) >= 5 and parts[0] == "domains" and parts[2] == "recipes":
            found.setdefault(f"{parts[1]}/{parts[3]}", {})["/".join(parts[4:])] = content
    return found


def _is_gone(repository: MeshRepository, tree: str, changes: Changes) -> bool:
    """Say whether the changes remove the last file of a recipe."""
    there = {entry.path for entry in repository.entries(tree)} if tree else set()
    return not any(content is not None for content in changes.values()) and there <= changes.keys()


def domain_faults(changes: Changes) -> dict[str, tuple[Fault, ...]]:
    """Return the faults of domains that are touched: name or file. Never kept as a draft, rows are made from them."""
    faults = {}
    for path, content in changes.items():
        parts = path.split("/")
        if len(parts) < 3 or parts[0] != "domains" or content is None:
            continue
        try:
            read_domain(parts[1], content if parts[2:] == ["domain.yaml"] else b"")
        except InvalidError as error:
            fault = Fault(code="bad-domain", message=error.message, remedy=error.remedy, file="domain.yaml")
            faults[parts[1]] = (fault,)
    return faults


def check_open(kitchen: Kitchen) -> None:
    """Raise ConflictError, with the next step, where nothing may be changed in the kitchen by hand. No query."""
    if kitchen.state != "ready":
        closed = "retired" if kitchen.state in ("retired", "gone") else "not ready yet"
        raise ConflictError(f"The kitchen {kitchen.slug} is {closed}.", remedy="Make a new one.")
    if kitchen.merges_only:
        raise ConflictError(
            kitchen.merges_only,
            remedy="Make a kitchen of it, change the recipe there, and merge.",
        )


def _conflict(
    kitchen: Kitchen, repository: MeshRepository, expected: str | None, by: Actor, now: datetime
) -> ConflictError:
    """Say who changed what since; the ledger first catches up with the branch, so that a new look shows it."""
    follow_branch(kitchen, by=by, now=now)
    tip = newest(kitchen).commit  # the branch may follow in a moment
    entry = repository.last_change(tip, since=expected)
    if entry is None:
        return ConflictError("The branch has moved on since you opened it.", remedy="Load the page again.")
    paths = [change.path for change in repository.diff(expected, tip)]
    more = f" and {len(paths) - SHOWN} more" if len(paths) > SHOWN else ""
    return ConflictError(
        f"{entry.author} changed {', '.join(paths[:SHOWN])}{more} at {entry.at:%H:%M on %d %B} ({entry.title}).",
        remedy="Load the files again and make your change on top of that.",
    )
