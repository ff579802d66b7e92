"""A push, as git's hooks ask about it: first whether it may be, then the branches are moved through the ledger."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from django.conf import settings

from hub.common.errors import ConflictError, HubError, InvalidError, MissingError
from kitchens.actions.branches import heal_branch
from kitchens.core.git import MeshRepository
from kitchens.core.git.pushed import look_at
from kitchens.core.roles import Actor
from kitchens.models import Kitchen
from recipes.actions.files import FaultyRecipeError, append_commit, check_open, domain_faults, follow_branch
from recipes.core.spec.model import Fault
from recipes.queries.recipes import read_folder

HEADS = "refs/heads/"
NOTHING = "0" * 40
MOST_BRANCHES, FAULTS_SHOWN = 20, 50


class Push:
    """One push of one person. `answer` is what the hooks are told: `say <text>`, `ok <ref>`, `no <ref> <reason>`."""

    def __init__(self, *, by: Actor, now: datetime) -> None:
        self._by = by
        self._now = now
        self._checked: dict[tuple[str, str, str], Kitchen] = {}

    def answer(self, question: str, objects: Path | None, commands: Sequence[str]) -> list[str]:
        """Answer `check` (all the objects lie in the folder `objects`) or `take`; a command is `<old> <new> <ref>`."""
        split = [tuple(command.split(" ", 2)) for command in commands]
        if len(split) > MOST_BRANCHES:
            return [f"say More than {MOST_BRANCHES} branches at once are not taken."]
        told = self._check if question == "check" else self._take
        return [line for old, new, ref in split for line in told(old, new, ref, objects)]

    def _check(self, old: str, new: str, ref: str, objects: Path | None) -> Iterator[str]:
        """Yield why a branch may not be moved, with every fault; or that it may."""
        try:
            kitchen = self._kitchen(old, new, ref)
            repository = MeshRepository(settings.MESH_REPOSITORY, objects)
            self._check_base(kitchen, repository, old, new)
            if faults := pushed_faults(repository, old, new):
                raise FaultyRecipeError(faults)
        except FaultyRecipeError as error:
            yield from _fault_lines(error.faults)
            yield f"say {_line(ref.removeprefix(HEADS))}: nothing was taken in. Mend the faults, commit, and push again."
        except HubError as error:
            yield f"say {_line(ref.removeprefix(HEADS))}: {_line(str(error))}"
        else:
            self._checked[old, new, ref] = kitchen
            yield f"ok {ref}"

    def _kitchen(self, old: str, new: str, ref: str) -> Kitchen:
        branch = ref.removeprefix(HEADS)
        if branch == ref:
            raise InvalidError(
                f"{ref} is no branch.", remedy="Push the branch of a kitchen; tags stay with you."
            )
        kitchen = Kitchen.objects.filter(branch=branch).exclude(tier="candidate").first()
        if kitchen is None or not self._by.may("mesh.see", kitchen.slug):
            raise MissingError(
                "There is no kitchen with this branch.",
                remedy="Make the kitchen in the hub first; its page shows what to fetch and push.",
            )
        self._by.require("recipe.change", kitchen.slug)
        check_open(kitchen)
        if new == NOTHING:
            raise InvalidError(
                "The branch of a kitchen cannot be deleted by a push.",
                remedy="Retire the kitchen on its page.",
            )
        if old == NOTHING:
            raise ConflictError("The branch of this kitchen is there already.", remedy="Fetch it first.")
        return kitchen

    def _check_base(self, kitchen: Kitchen, repository: MeshRepository, old: str, new: str) -> None:
        heal_branch(kitchen)
        now = follow_branch(kitchen, by=self._by, now=self._now)
        if now.commit != old:
            who = f"{now.by} was faster: " if now.by else ""
            raise ConflictError(
                f"{who}{now.note or 'the kitchen has moved on'} ({now.commit[:10]}).",
                remedy="git pull --rebase, and push again.",
            )
        if not repository.contains(new, old):
            raise ConflictError(
                "A forced push would throw away what others may build on.",
                remedy="Bring your change on top: git pull --rebase, or git revert, and push again.",
            )

    def _take(self, old: str, new: str, ref: str, objects: Path | None) -> Iterator[str]:
        """Move one branch that was checked; the ledger has the last word."""
        kitchen = self._checked.get((old, new, ref))
        if kitchen is None:
            yield f"no {ref} it was not checked"
            return
        try:
            revision = append_commit(
                kitchen, new, expected=old, by=self._by, now=self._now, what="recipe.pushed"
            )
        except HubError as error:
            yield f"no {ref} {_line(str(error))}"
        else:
            yield f"say {kitchen.slug} is at revision {revision.number}."
            yield f"ok {ref}"


def pushed_faults(repository: MeshRepository, old: str, new: str) -> Mapping[str, Sequence[Fault]]:
    """Return the faults of every recipe and domain that differs between two commits; InvalidError for what git must not hold.

    No query. Recipes that were faulty before and are not touched stand in nobody's way.
    """
    changes = look_at(repository, old, new).changes
    touched = {
        path: None if blob is None else repository.read_blob(blob) if path.endswith("/domain.yaml") else b""
        for path, blob in changes.items()
    }
    before = repository.recipe_trees(old)
    faults = dict(domain_faults(touched))
    for recipe, tree in repository.recipe_trees(new).items():
        domain, _, name = recipe.partition("/")
        if before.get(recipe) != tree and (found := read_folder(repository, (domain, name, tree)).faults):
            faults[recipe] = found
    return faults


def _fault_lines(faults: Mapping[str, Sequence[Fault]]) -> Iterator[str]:
    lines = [
        f"say {_place(recipe)}{fault.file}:{fault.line}:{fault.column}: {_line(f'{fault.message} {fault.remedy}')}"
        for recipe, found in faults.items()
        for fault in found
    ]
    yield from lines[:FAULTS_SHOWN]
    if len(lines) > FAULTS_SHOWN:
        yield f"say and {len(lines) - FAULTS_SHOWN} more faults."


def _place(recipe: str) -> str:
    domain, _, name = recipe.partition("/")
    return _line(f"domains/{domain}/recipes/{name}/" if name else f"domains/{domain}/")


def _line(text: str) -> str:
    """Return the text as one line that a terminal can show."""
    return "".join(c if c.isprintable() else " " for c in text).strip()[:1000]
