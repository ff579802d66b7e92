"""The branch of a kitchen follows its ledger: what a crash between the two leaves is made good."""

from __future__ import annotations

from collections.abc import Iterable

from django.conf import settings

from hub.common.errors import ConflictError, MissingError
from kitchens.core.git import MeshRepository
from kitchens.models import Kitchen
from kitchens.queries.data import newest


def heal_branch(kitchen: Kitchen) -> bool:
    """Move the branch forward to the ledger's newest commit where it is behind; return whether it was moved.

    A branch that is ahead, or elsewhere, is left alone: `follow_branch` looks after the first. One query.
    """
    repository = MeshRepository(settings.MESH_REPOSITORY)
    ledger, tip = newest(kitchen).commit, repository.head(kitchen.branch)
    if tip in (None, ledger):
        return False
    try:
        if not repository.contains(ledger, tip):
            return False
        repository.move(kitchen.branch, expected=tip, to=ledger)
    except (ConflictError, MissingError):  # somebody else was faster, or the commit is not there
        return False
    return True


def heal_branches(kitchens: Iterable[int]) -> int:
    """Heal the branches of kitchens by their ids; return how many were moved. Two queries for each, none for none."""
    wanted = list(kitchens)
    return sum(heal_branch(kitchen) for kitchen in Kitchen.objects.filter(pk__in=wanted)) if wanted else 0
