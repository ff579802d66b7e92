"""Kitchens: made and extended. Git and database cannot commit together, so the ledger decides."""

from __future__ import annotations

from datetime import date, datetime

from django.conf import settings
from django.db import IntegrityError, transaction

from hub.common.errors import ConflictError, InvalidError
from kitchens.actions import audit, provision, revisions
from kitchens.actions.provision.checks import check_day
from kitchens.core.git import Author, MeshRepository
from kitchens.core.provision import Choices
from kitchens.core.roles import Actor
from kitchens.models import Kitchen, Person
from kitchens.queries.data import newest

FIRST_FILES = {
    "README.md": b"# The mesh\n\nOne folder for each domain below `domains/`: `domain.yaml` and `recipes/<recipe>/`.\n"
}


def create_production(*, by: Actor, now: datetime) -> Kitchen:
    """Return the root kitchen, made with its repository, first commit and revision 1 where there is none yet.

    Whatever an earlier attempt left (a repository, a first commit) is used, so it may be called again after a crash.
    """
    by.require("production.create")
    if there := Kitchen.objects.filter(tier="production").first():
        return there
    repository = MeshRepository.create(settings.MESH_REPOSITORY)
    commit = repository.head("main") or _lay_out(repository, by, now)
    kitchen = Kitchen(
        slug="production",
        title="Production",
        tier="production",
        branch="main",
        store=settings.DEFAULT_STORE,
        owner_id=by.person_id,
        created_at=now,
    )
    try:
        with transaction.atomic():
            kitchen.save()
            revisions.append(
                kitchen, cause="created", by=by, at=now, commit=commit, note="The mesh was laid out."
            )
            audit.record(by, "kitchen.created", kitchen.slug, now, tier="production")
    except IntegrityError:  # someone else was first
        return Kitchen.objects.get(tier="production")
    return kitchen


def create_kitchen(
    *,
    name: str,
    parent: Kitchen,
    ends_on: date | None,
    by: Actor,
    now: datetime,
    tier: str = "development",
    title: str = "",
    description: str = "",
    store: str | None = None,
) -> Kitchen:
    """Make a kitchen that sees everything its parent has: one row, one branch, revision 1 pinned to the parent's newest.

    Costs the same at any amount of data. InvalidError names the field at fault; ConflictError where the name is taken,
    or where it could not be made: everything is undone then. It goes through the same journal as the wizard's.
    """
    by.require("kitchen.create")
    if store not in (None, "", parent.store):
        raise InvalidError(
            f"{parent.slug} keeps its data in the store {parent.store}; a kitchen made from it reads that data and"
            " keeps its own there too.",
            field="store",
        )
    choices = Choices(
        name=name,
        parent=parent.slug,
        parent_revision=newest(parent).number,
        tier=tier,
        title=title,
        description=description,
        ends_on=str(ends_on or ""),
        days=0,
    )
    made = provision.create(choices, by=by, now=now)
    if made.state == "failed":
        raise ConflictError(f"The kitchen {name} could not be made. {made.state_note}")
    return made


@transaction.atomic
def extend_kitchen(kitchen: Kitchen, *, ends_on: date, by: Actor, now: datetime) -> Kitchen:
    """Move the end date, at most 90 days from today. ConflictError for a retired kitchen."""
    by.require("kitchen.change", kitchen.slug)
    kitchen = Kitchen.objects.select_for_update().get(pk=kitchen.pk)
    _check_below_production(kitchen, "has no end date")
    _check_ready(kitchen)
    check_day(ends_on, kitchen.tier, now)
    before, kitchen.ends_on = kitchen.ends_on, ends_on
    kitchen.warned_at, kitchen.state_note = None, ""
    kitchen.save(update_fields=["ends_on", "warned_at", "state_note"])
    audit.record(by, "kitchen.extended", kitchen.slug, now, before=str(before or ""), after=str(ends_on))
    return kitchen


def _lay_out(repository: MeshRepository, by: Actor, now: datetime) -> str:
    """Write the first commit, or return the one that somebody else just wrote."""
    try:
        return repository.commit(
            "main",
            expected=None,
            changes=FIRST_FILES,
            author=author_of(by),
            message="Lay out the mesh",
            at=now,
        )
    except ConflictError:
        if there := repository.head("main"):
            return there
        raise


def author_of(by: Actor) -> Author:
    """Return who a commit is by, as git wants it. One query for a person, none for the hub."""
    person = Person.objects.filter(pk=by.person_id).first() if by.person_id else None
    if person is None:
        return Author(by.name, "hub@localhost")
    return Author(str(person), person.email or f"{person.username}@localhost")


def _check_below_production(kitchen: Kitchen, what: str) -> None:
    if kitchen.is_production:
        raise InvalidError(f"Production {what}: it is the root of all kitchens.")


def _check_ready(kitchen: Kitchen) -> None:
    if kitchen.state != "ready":
        raise ConflictError(
            f"The kitchen {kitchen.slug} is retired.", remedy="Make a new one from its parent."
        )
