"""The branch of a kitchen follows its ledger: what a crash, or another merge, has left between the two is put right."""

from __future__ import annotations

from datetime import UTC, datetime

from django.conf import settings
from django.db import transaction

from kitchens.actions import audit
from kitchens.core.git import MeshRepository
from kitchens.core.git.refs import Healed, heal
from kitchens.core.roles import THE_HUB
from kitchens.models import Kitchen
from kitchens.queries.data import newest

LIVE = ("provisioning", "ready")


def heal_branch(kitchen: Kitchen) -> Healed:
    """Move the kitchen's branch to the newest commit of its ledger, and return what that took.

    A branch that is ahead stays: somebody committed, and the ledger has to follow (`what` is "ahead"). A tip that the
    ledger can never reach, as it went another way meanwhile, is kept as `refs/left/…`, and the audit says so. One query
    where all is well; else the kitchen is held, and three more.
    """
    repository = MeshRepository(settings.MESH_REPOSITORY)
    tip = repository.head(kitchen.branch)
    if kitchen.state not in LIVE or tip == newest(kitchen).commit:
        return Healed("same", tip or "")
    with transaction.atomic():
        Kitchen.objects.select_for_update().get(pk=kitchen.pk)
        healed = heal(repository, kitchen.branch, newest(kitchen).commit)
        if healed.kept_as:
            facts = {"tip": healed.before, "kept_as": healed.kept_as}
            audit.record(THE_HUB, "branch.replaced", kitchen.slug, datetime.now(UTC), **facts)
    return healed
