"""Moving branches after the ledger: forward where git allows, and never losing what stands in the way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from kitchens.core.git.repository import MeshRepository
from kitchens.core.git.words import in_words

LOST = "refs/left/"  # where a tip is kept that the ledger does not know


@dataclass(frozen=True)
class Healed:
    """What became of a branch: nothing was to do, it went forward, it was ahead (the ledger has to follow), or put right."""

    what: Literal["same", "forward", "ahead", "made", "replaced"]
    before: str = ""
    kept_as: str = ""


def heal(repository: MeshRepository, branch: str, commit: str) -> Healed:
    """Bring a branch to the commit the ledger names; the caller holds the kitchen, so that the ledger stands still.

    A tip that has the commit below it is left: somebody committed, and the ledger is about to follow. One that went
    another way is kept as `refs/left/<branch>/<commit>` before the branch is moved.
    """
    git, name = repository.handle, f"refs/heads/{branch}"
    with in_words(), repository.one_at_a_time(branch):
        wanted = repository.commit_object(commit).id
        there = git.references.get(name)
        if there is None:
            git.references.create(name, wanted)
            return Healed("made")
        tip = there.target
        if tip == wanted:
            return Healed("same", str(tip))
        if git.descendant_of(tip, wanted):
            return Healed("ahead", str(tip))
        kept = "" if git.descendant_of(wanted, tip) else _keep(git, branch, tip)
        there.set_target(wanted)  # refused by git where somebody else has moved it since it was read
        return Healed("replaced" if kept else "forward", str(tip), kept)


def _keep(git: Any, branch: str, tip: Any) -> str:
    name = f"{LOST}{branch}/{str(tip)[:12]}"
    git.references.create(name, tip, force=True)
    return name
