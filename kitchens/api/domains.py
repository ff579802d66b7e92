"""Domains: the teams' areas."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Path, Router, Schema
from pydantic import Field

from kitchens.api.access import may
from kitchens.api.paging import AfterName, Limit, Page, page
from kitchens.models import Domain
from kitchens.queries import kitchens as queries

router = Router(tags=["Domains"])
Slug = Path(max_length=60, description="Name of the domain", examples=["flights"])


class DomainOut(Schema):
    slug: str = Field(examples=["flights"])
    title: str = Field(examples=["Flights"])
    description: str
    owner: str | None = Field(description="Sign-in name", examples=["ada"])
    created_at: datetime

    @staticmethod
    def resolve_owner(domain: Domain) -> str | None:
        return domain.owner.username if domain.owner else None


@router.get("/domains", response=Page[DomainOut], summary="List the domains", **may("mesh.see"))
def list_domains(
    request: HttpRequest, response: HttpResponse, limit: Limit = 50, after: AfterName = None
) -> dict[str, Any]:
    """All domains of the mesh, by name."""
    rows = queries.domains().filter(slug__gt=after) if after else queries.domains()
    return page(request, response, rows, limit, key=lambda domain: domain.slug)


@router.get("/domains/{slug}", response=DomainOut, summary="Get a domain", **may("mesh.see"))
def get_domain(request: HttpRequest, slug: str = Slug) -> Domain:
    """One domain: its title, purpose and owner, as production's `domain.yaml` says."""
    return queries.get_domain(slug)
