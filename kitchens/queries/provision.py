"""Reading what a plan is made of, and how the making of a kitchen goes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from statistics import median

from django.conf import settings
from django.db.models import Exists, OuterRef, Q

from hub.common.errors import MissingError
from kitchens.core.branches import domain_files
from kitchens.core.domains import read_domain
from kitchens.core.provision import RecipeFacts
from kitchens.models import Dataset, Kitchen, KitchenDraft, Pointer, Provision, ProvisionStep, Revision
from kitchens.ports import ports
from kitchens.queries.data import lineage, newest

GREEN = ("publish", "merge", "restore", "rollback")  # what only a green run, or data that once was, can make
HISTORY = 300  # newest steps that expectations are made from
OPEN_STATES = ("provisioning", "ready")


def last_green(kitchen: Kitchen) -> Revision:
    """Return the newest revision that a green run published; before the first, the newest of all. Two queries at most."""
    green = Revision.objects.filter(kitchen=kitchen, cause__in=GREEN).order_by("-number").first()
    return green or newest(kitchen)


def revision_of(kitchen: Kitchen, number: int) -> Revision:
    """Return a revision by number, the last green one for 0; MissingError where there is none. Two queries at most."""
    if not number:
        return last_green(kitchen)
    found = Revision.objects.filter(kitchen=kitchen, number=number).first()
    if found is None:
        raise MissingError(f"{kitchen.slug} has no revision {number}.", field="parent_revision")
    return found


def count_datasets(kitchen: Kitchen, at: Revision) -> int:
    """Return how many datasets are seen at a revision. One query, and one for each level above."""
    seen = Q()
    for revision in lineage(kitchen, at):
        seen |= Q(kitchen=revision.kitchen_id, number__lte=revision.number)
    written = Pointer.objects.filter(seen, dataset=OuterRef("pk"), snapshot__isnull=False)
    return Dataset.objects.filter(Exists(written)).count()


def personal_columns(commit: str) -> dict[str, dict[str, str]]:
    """Return dataset -> column -> mask, as the domains' files of a commit say. No query; reads git."""
    found = {}
    for slug, content in domain_files(settings.MESH_REPOSITORY, commit).items():
        if b"personal" in content:
            for table, columns in read_domain(slug, content).personal.items():
                found[f"{slug}.{table}"] = dict(columns)
    return found


def recipes_of(commit: str) -> list[RecipeFacts]:
    """Return what is known of the recipes of a commit, by path."""
    return sorted(ports.recipe_facts(commit), key=lambda recipe: recipe.path)


def expectations() -> dict[str, tuple[float, str]]:
    """Return kind of step -> (median seconds, how that is known) of the steps done last. One query."""
    rows = ProvisionStep.objects.filter(state="done", started_at__isnull=False).order_by("-pk")
    took: dict[str, list[float]] = {}
    for kind, started, ended in rows.values_list("kind", "started_at", "ended_at")[:HISTORY]:
        took.setdefault(kind, []).append((ended - started).total_seconds())
    return {
        kind: (median(seconds[:20]), f"median of the last {len(seconds[:20])}")
        for kind, seconds in took.items()
    }


def open_kitchens(person_id: int | None) -> int:
    """Return how many kitchens of a person are in use. One query; the hub itself is not counted."""
    if person_id is None:
        return 0
    return (
        Kitchen.objects.filter(owner=person_id, state__in=OPEN_STATES)
        .exclude(tier__in=("candidate", "production"))
        .count()
    )


def taken_slugs(slugs: Iterable[str] | None = None) -> set[str]:
    """Return the names no new kitchen may have: all, or those among `slugs`. One query.

    The name of one whose making was undone without a trace is free again.
    """
    rows = Kitchen.objects.exclude(state="failed", provisions__state="undone")
    rows = rows if slugs is None else rows.filter(slug__in=list(slugs))
    return set(rows.values_list("slug", flat=True))


def get_draft(pk: int, person_id: int | None) -> KitchenDraft:
    """Return somebody's own draft; MissingError for another person's. One query."""
    draft = KitchenDraft.objects.select_related("kitchen").filter(pk=pk, person=person_id).first()
    if draft is None:
        raise MissingError(
            f"You have no draft {pk} of a kitchen.", remedy="Begin one: Kitchens, New kitchen."
        )
    return draft


def latest_provision(kitchen: Kitchen) -> Provision:
    """Return how the kitchen was, or is being, made; MissingError where it was made without a plan. One query."""
    found = (
        Provision.objects.filter(kitchen=kitchen, kind="create")
        .select_related("kitchen__parent", "by")
        .order_by("-pk")
        .first()
    )
    if found is None:
        raise MissingError(f"Nothing tells how {kitchen.slug} was made: it is older than that.")
    return found


def due_provisions(real_now: datetime) -> list[int]:
    """Return the ids of what is being made or undone and that no living process works on. One query."""
    held = ProvisionStep.objects.filter(provision=OuterRef("pk"), lease_until__gt=real_now)
    rows = Provision.objects.filter(~Exists(held), kind="create", state__in=("creating", "undoing")).order_by(
        "pk"
    )
    return list(rows.values_list("pk", flat=True)[:20])
