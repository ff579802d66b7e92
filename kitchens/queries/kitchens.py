"""Reading domains, kitchens, revisions and snapshots."""

from __future__ import annotations

from datetime import date

from django.db.models import Exists, OuterRef, QuerySet

from hub.common.errors import MissingError
from kitchens.models import Dataset, Domain, Kitchen, Pointer, Revision, Snapshot
from kitchens.queries.seeing import closed_to, see


def kitchens(state: str = "") -> QuerySet[Kitchen]:
    """Return kitchens with parent and owner, oldest first: all, or those in one state; no candidates. One query."""
    rows = Kitchen.objects.exclude(tier="candidate").select_related("parent", "owner").order_by("id")
    return rows.filter(state=state) if state else rows


def get_kitchen(slug: str) -> Kitchen:
    """Return a kitchen, also a retired one or a candidate. One query.

    MissingError where there is none of that name, NotAllowedError where it is closed to whoever asks.
    """
    kitchen = Kitchen.objects.select_related("parent", "owner").filter(slug=slug).first()
    if kitchen is None:
        raise MissingError(f"There is no kitchen {slug[:60]!r}.", remedy="Kitchens lists all there are.")
    return see(kitchen)


def due_to_end(today: date) -> QuerySet[Kitchen]:
    """Return the kitchens whose end date has passed. One query."""
    return kitchens("ready").filter(ends_on__lt=today)


def revisions(kitchen: Kitchen) -> QuerySet[Revision]:
    """Return what the kitchen has been, newest first, with who made it so. One query."""
    return (
        Revision.objects.filter(kitchen=kitchen)
        .select_related("by", "parent_revision__kitchen")
        .order_by("-number")
    )


def domains() -> QuerySet[Domain]:
    """Return all domains with their owner, by name. One query."""
    return Domain.objects.select_related("owner").order_by("slug")


def get_domain(slug: str) -> Domain:
    """Return a domain; MissingError where there is none. One query."""
    domain = domains().filter(slug=slug).first()
    if domain is None:
        raise MissingError(f"There is no domain {slug[:60]!r}.", remedy="Domains lists all there are.")
    return domain


def datasets(domain: str = "") -> QuerySet[Dataset]:
    """Return datasets by name: all, or those of one domain. One query."""
    rows = Dataset.objects.select_related("domain").order_by("name")
    return rows.filter(domain__slug=domain) if domain else rows


def get_dataset(name: str) -> Dataset:
    """Return a dataset; MissingError where there is none. One query."""
    dataset = datasets().filter(name=name).first()
    if dataset is None:
        raise MissingError(
            f"There is no dataset {name[:160]!r}.", remedy="A dataset is named <domain>.<table>."
        )
    return dataset


def snapshots(dataset: Dataset) -> QuerySet[Snapshot]:
    """Return all versions of a dataset in any kitchen that may be seen, newest first, without their parts. One query."""
    rows = Snapshot.objects.filter(dataset=dataset).defer("parts").order_by("-id")
    if hidden := closed_to():  # published where it may be seen, too
        rows = rows.filter(
            Exists(Pointer.objects.filter(snapshot=OuterRef("pk")).exclude(kitchen__in=hidden))
        )
    return rows
