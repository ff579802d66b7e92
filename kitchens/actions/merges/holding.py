"""What a kitchen with masked copies holds back when its pin moves: personal data that was none before."""

from __future__ import annotations

from kitchens.models import Kitchen, Revision
from kitchens.queries.provision import personal_columns


def hold_back(kitchen: Kitchen, before: Revision | None, after: Revision) -> list[str]:
    """Let datasets whose columns became personal between two revisions of the parent be nothing in the kitchen.

    Returns their names. Only where the kitchen has a masked copy; no query else, two looks into git and an update there.
    """
    if "masked" not in kitchen.data_choices.values() or before is None:
        return []
    known = personal_columns(before.commit).keys() | kitchen.data_choices.keys()
    if new := sorted(personal_columns(after.commit).keys() - known):
        kitchen.data_choices = kitchen.data_choices | dict.fromkeys(new, "empty")
        kitchen.save(update_fields=["data_choices"])
    return new
