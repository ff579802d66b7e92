"""Drafts of kitchens: begun, changed step by step, and made into a kitchen."""

from __future__ import annotations

from datetime import datetime

from hub.common.errors import ConflictError, InvalidError, NotAllowedError
from kitchens.actions.provision import create
from kitchens.core.provision import TEMPLATES, Choices
from kitchens.core.provision.choices import LAST_GREEN
from kitchens.core.provision.plan import Agreed
from kitchens.core.provision.templates import USUAL, suggested_name
from kitchens.core.roles import Actor
from kitchens.models import Kitchen, KitchenDraft, Person
from kitchens.queries.provision import taken_slugs

KEPT = 20  # drafts of one person


def begin_draft(
    *,
    by: Actor,
    now: datetime,
    purpose: str = USUAL,
    parent: str = "production",
    revision: int = LAST_GREEN,
    run: int = 0,
) -> KitchenDraft:
    """Begin a draft of the acting person's, with all that can be said for them; the oldest beyond twenty go.

    `revision` is the number of the parent's revision to begin at, by default its last green one; `run` one of the
    parent's whose data are to be read as it left them.
    """
    by.require("kitchen.create")
    if by.person_id is None:
        raise NotAllowedError("The hub itself has no drafts.", remedy="Sign in as a person.")
    template = TEMPLATES.get(purpose)
    if template is None:
        raise InvalidError(f"There is no purpose {purpose[:40]!r}.", remedy=f"Use {', '.join(TEMPLATES)}.")
    name = own_name(template.key, by.person_id)
    choices = template.choices(name, parent).but(parent_revision=revision, run=run)
    draft = KitchenDraft.objects.create(
        person_id=by.person_id, choices=choices.as_dict(), created_at=now, updated_at=now
    )
    old = KitchenDraft.objects.filter(person=by.person_id).order_by("-pk").values_list("pk", flat=True)[KEPT:]
    KitchenDraft.objects.filter(pk__in=list(old)).delete()
    return draft


def own_name(purpose: str, person_id: int) -> str:
    """Return a free name for a kitchen of somebody's for a purpose. Two queries."""
    username = Person.objects.values_list("username", flat=True).get(pk=person_id)
    return suggested_name(TEMPLATES[purpose], username, taken_slugs())


def save_draft(draft: KitchenDraft, choices: Choices, *, now: datetime) -> KitchenDraft:
    """Keep what was chosen. ConflictError where a kitchen was made of the draft meanwhile."""
    changed = KitchenDraft.objects.filter(pk=draft.pk, kitchen=None).update(
        choices=choices.as_dict(), updated_at=now
    )
    if not changed:
        raise ConflictError("A kitchen was made of this draft already.", remedy="Begin another one.")
    draft.choices = choices.as_dict()
    return draft


def make_of_draft(draft: KitchenDraft, digest: str, *, by: Actor, now: datetime) -> Kitchen:
    """Make the kitchen of a draft whose plan was shown; sent twice, the kitchen it made the first time is returned."""
    if draft.kitchen is not None:
        return draft.kitchen
    choices = Choices.from_dict(draft.choices)
    if agreed := Agreed.read(digest):  # what was shown is what is made, also where the parent has moved since
        choices = choices.but(parent_revision=agreed.parent_revision)
    kitchen = create(choices, by=by, now=now, digest=digest)
    # What was typed in as a secret is in the kitchen now and nowhere else.
    kept = {**draft.choices, "secrets": {}}
    KitchenDraft.objects.filter(pk=draft.pk).update(kitchen=kitchen, choices=kept, updated_at=now)
    return kitchen
