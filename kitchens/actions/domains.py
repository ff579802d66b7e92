"""Domains follow the files: `domains/<slug>/domain.yaml` in the mesh repository."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import transaction

from kitchens.core.branches import domain_files
from kitchens.core.domains import DomainFile, read_domain
from kitchens.models import Domain, Person


def sync_domains(commit: str, *, now: datetime, only_new: bool = False) -> dict[str, Domain]:
    """Make the domains' rows say what the files of the commit say; return them by slug.

    A folder without a `domain.yaml` is a domain all the same. A domain whose folder is gone keeps its row: its
    datasets and runs remain. With `only_new` (a kitchen's commit, not production's) titles and owners of known
    domains stay as they are. InvalidError for the first file that is not valid; nothing is changed then.
    Four queries, and one for each domain that changed.
    """
    files = domain_files(settings.MESH_REPOSITORY, commit)
    found = [read_domain(slug, content) for slug, content in files.items()]
    with transaction.atomic():
        known = Domain.objects.in_bulk([domain.slug for domain in found], field_name="slug")
        owners = dict(Person.objects.filter(username__in=_owners(found)).values_list("username", "pk"))
        fresh = [_row(domain, owners, now) for domain in found if domain.slug not in known]
        Domain.objects.bulk_create(fresh, ignore_conflicts=True)
        if not only_new:
            for domain in found:
                if row := known.get(domain.slug):
                    _update(row, domain, owners)
        return Domain.objects.in_bulk([domain.slug for domain in found], field_name="slug")


def _owners(found: list[DomainFile]) -> set[str]:
    return {domain.owner for domain in found if domain.owner}


def _row(domain: DomainFile, owners: dict[str, int], now: datetime) -> Domain:
    return Domain(
        slug=domain.slug,
        title=domain.title,
        description=domain.description,
        owner_id=owners.get(domain.owner),
        created_at=now,
    )


def _update(row: Domain, domain: DomainFile, owners: dict[str, int]) -> None:
    """Write the row where the file says something else."""
    said = (domain.title, domain.description, owners.get(domain.owner))
    if (row.title, row.description, row.owner_id) != said:
        row.title, row.description, row.owner_id = said
        row.save(update_fields=["title", "description", "owner"])
