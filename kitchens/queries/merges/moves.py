"""Who moved a kitchen on, in a sentence."""

from __future__ import annotations

from kitchens.models import Kitchen, Revision

DID = {
    "merge": "merged",
    "rollback": "rolled back:",
    "publish": "published",
    "override": "set values:",
    "restore": "put data back:",
}


def moved_sentence(kitchen: Kitchen, old: Revision, new: Revision) -> str:
    """Say who moved a kitchen since a revision, by the first change of files or values after it, else by the newest.

    One query where it has moved by more than one revision.
    """
    first = new
    if new.number > old.number + 1:
        since = Revision.objects.filter(kitchen=kitchen, number__gt=old.number).exclude(
            commit=old.commit, overrides=old.overrides
        )
        first = since.select_related("by").order_by("number").first() or new
    who = str(first.by) if first.by_id else "The hub"
    note = f"“{first.note}”" if first.note else f"revision {first.number}"
    when = f"at {first.at:%H:%M on} {first.at.day} {first.at:%B}"
    return f"{who} {DID.get(first.cause, 'changed')} {note} in {kitchen.slug} {when}."
