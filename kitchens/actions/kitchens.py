"""Kitchens: made and extended. Git and database cannot commit together, so the ledger decides."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction

from hub.common.errors import ConflictError, InvalidError
from kitchens.actions import audit, revisions
from kitchens.core.branches import PREFIX, put_branch
from kitchens.core.git import Author, MeshRepository
from kitchens.core.names import slug_fault
from kitchens.core.roles import Actor
from kitchens.models import Kitchen, Person, Revision

LONGEST_LIFE = timedelta(days=90)
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

    Costs the same at any amount of data. InvalidError names the field at fault; ConflictError where the name is taken.

    The row is written first and holds the name; the branch is made before the transaction commits. A crash in
    between leaves at most a branch without a row, which the next kitchen of that name, or `tidy`, takes over.
    """
    by.require("kitchen.create")
    _check(name, parent, tier, store)
    _check_end(ends_on, tier, now)
    kitchen = Kitchen(
        slug=name,
        title=title.strip()[:120] or name,
        description=description.strip()[:2000],
        parent=parent,
        tier=tier,
        branch=f"{PREFIX}{name}",
        store=parent.store,
        owner_id=by.person_id,
        created_at=now,
        ends_on=ends_on,
    )
    try:
        _make(kitchen, parent, by, now)
    except IntegrityError as error:
        raise ConflictError(slug_fault(name, {name}), field="name") from error
    return kitchen


@transaction.atomic
def _make(kitchen: Kitchen, parent: Kitchen, by: Actor, now: datetime) -> None:
    """Write row, revision and audit, then the branch; all or nothing but for a branch nobody stands behind."""
    kitchen.save()
    _check_parent(parent)  # once more: whoever retires it waits for our row, or we for theirs
    pinned = Revision.objects.filter(kitchen=parent).latest("number")
    revisions.append(
        kitchen,
        cause="created",
        by=by,
        at=now,
        commit=pinned.commit,
        parent_revision=pinned,
        note=f"Made from {parent.slug} at revision {pinned.number}.",
    )
    facts = {"parent": parent.slug, "tier": kitchen.tier, "ends_on": str(kitchen.ends_on or "")}
    audit.record(by, "kitchen.created", kitchen.slug, now, **facts)
    # Not an outside call: one small file. The unique name makes rivals for this branch wait for us.
    put_branch(settings.MESH_REPOSITORY, kitchen.branch, pinned.commit)


@transaction.atomic
def extend_kitchen(kitchen: Kitchen, *, ends_on: date, by: Actor, now: datetime) -> Kitchen:
    """Move the end date, at most 90 days from today. ConflictError for a retired kitchen."""
    by.require("kitchen.change", kitchen.slug)
    kitchen = Kitchen.objects.select_for_update().get(pk=kitchen.pk)
    _check_below_production(kitchen, "has no end date")
    _check_ready(kitchen)
    _check_end(ends_on, kitchen.tier, now)
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


def _check(name: str, parent: Kitchen, tier: str, store: str | None) -> None:
    if fault := slug_fault(name, set(Kitchen.objects.filter(slug=name).values_list("slug", flat=True))):
        raise InvalidError(fault, field="name")
    if tier not in ("development", "canary"):
        raise InvalidError(
            f"A kitchen cannot have the tier {tier[:40]!r}.",
            remedy="Use development or canary.",
            field="tier",
        )
    if parent.state != "ready":
        raise ConflictError(
            f"{parent.slug} is retired; nothing can stand on it.",
            remedy="Choose another parent.",
            field="parent",
        )
    if store not in (None, "", parent.store):
        raise InvalidError(
            f"{parent.slug} keeps its data in the store {parent.store}; a kitchen made from it reads that data and"
            " keeps its own there too.",
            field="store",
        )


def _check_parent(parent: Kitchen) -> None:
    if not Kitchen.objects.filter(pk=parent.pk, state="ready").exists():
        raise ConflictError(
            f"{parent.slug} is retired; nothing can stand on it.",
            remedy="Choose another parent.",
            field="parent",
        )


def _check_end(ends_on: date | None, tier: str, now: datetime) -> None:
    if ends_on is None:
        if tier == "development":
            raise InvalidError(
                "A development kitchen has an end date.",
                remedy="Give a day within 90 days; it can be extended later.",
                field="ends_on",
            )
        return
    if not timedelta(days=1) <= ends_on - now.date() <= LONGEST_LIFE:
        raise InvalidError(
            f"A kitchen ends between tomorrow and {now.date() + LONGEST_LIFE}; {ends_on} is not.",
            remedy="It can be extended later.",
            field="ends_on",
        )


def _check_below_production(kitchen: Kitchen, what: str) -> None:
    if kitchen.is_production:
        raise InvalidError(f"Production {what}: it is the root of all kitchens.")


def _check_ready(kitchen: Kitchen) -> None:
    if kitchen.state != "ready":
        raise ConflictError(
            f"The kitchen {kitchen.slug} is retired.", remedy="Make a new one from its parent."
        )
