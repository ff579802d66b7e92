"""Which branches of the mesh somebody may see, and whether they stand where the ledger says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import F

from kitchens.core.roles import Actor
from kitchens.models import Revision


@dataclass(frozen=True)
class Branches:
    """Branches that may be seen, those there are besides, and those whose ledger is elsewhere (kitchen id by branch)."""

    seen: tuple[str, ...]
    hidden: tuple[str, ...]
    astray: Mapping[str, int]

    def hides_for_fetch(self) -> list[str]:
        """Return what git is told to hide: everything but what may be seen."""
        shown = [f"!refs/heads/{branch}" for branch in self.seen]
        return ["refs", *(["HEAD"] if "main" not in self.seen else []), *shown]

    def hides_for_push(self) -> list[str]:
        """Return what git is told to hide; a branch that is not there at all is refused by us, in words."""
        return ["refs/hub", *(f"refs/heads/{branch}" for branch in self.hidden)]


def branches(heads: Mapping[str, str], by: Actor) -> Branches:
    """Sort the branches of the repository (name -> commit) by whether this person may see them. One query."""
    rows = Revision.objects.filter(number=F("kitchen__head")).values_list(
        "kitchen_id", "kitchen__slug", "kitchen__branch", "kitchen__tier", "commit"
    )
    seen, astray = [], {}
    for kitchen, slug, branch, tier, commit in rows:
        if tier == "candidate" or branch not in heads:
            continue
        if by.may("mesh.see", slug):
            seen.append(branch)
        if heads[branch] != commit:
            astray[branch] = kitchen
    hidden = tuple(branch for branch in heads if branch not in seen)
    return Branches(tuple(sorted(seen)), hidden, astray)
