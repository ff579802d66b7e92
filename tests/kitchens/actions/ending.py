"""A process that retires, brings back or cleans a kitchen, and dies where HUB_CRASH_POINT says; for test_end_by_kill."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime, timedelta

import django

django.setup()

from django.conf import settings  # noqa: E402

from hub.common.tables import bring_tables_up_to_date  # noqa: E402
from kitchens.actions import secrets, upkeep  # noqa: E402
from kitchens.actions.kitchens import create_kitchen, create_production  # noqa: E402
from kitchens.actions.retire import purge_kitchen, restore_kitchen, retire_kitchen  # noqa: E402
from kitchens.actions.tidy import tidy  # noqa: E402
from kitchens.core.branches import archived_slugs, kitchen_branches  # noqa: E402
from kitchens.core.roles import THE_HUB  # noqa: E402
from kitchens.models import Kitchen, Provision, ProvisionStep, Secret  # noqa: E402

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
LATER = NOW + timedelta(days=7)


def prepare() -> None:
    bring_tables_up_to_date()
    create_production(by=THE_HUB, now=NOW)


def make(slug: str) -> None:
    production = Kitchen.objects.get(tier="production")
    kitchen = create_kitchen(
        name=slug, parent=production, ends_on=(NOW + timedelta(days=60)).date(), by=THE_HUB, now=NOW
    )
    secrets.set_secret(name="token", value="a secret value", kitchen=kitchen, by=THE_HUB, now=NOW)


def end(slug: str, what: str) -> None:
    kitchen = Kitchen.objects.get(slug=slug)
    if what == "retire":
        retire_kitchen(kitchen, by=THE_HUB, now=NOW)
    elif what == "restore":
        restore_kitchen(kitchen, by=THE_HUB, now=NOW)
    else:
        purge_kitchen(kitchen, by=THE_HUB, now=LATER)


def recover(slug: str, later: bool) -> None:
    """Do what the hub does by itself once the lease of the dead has run out, and tell what there is then."""
    ProvisionStep.objects.update(lease_until=None)
    now = LATER if later else NOW
    upkeep.work(now)
    tidy(by=THE_HUB, now=now)
    kitchen = Kitchen.objects.get(slug=slug)
    steps = kitchen.provisions.filter(kind="teardown").values_list("steps__state", flat=True)
    facts = {
        "state": kitchen.state,
        "branch": slug in kitchen_branches(settings.MESH_REPOSITORY),
        "archived": slug in archived_slugs(settings.MESH_REPOSITORY),
        "secret": Secret.objects.filter(kitchen=kitchen).exists(),
        "open": Provision.objects.filter(state__in=["creating", "undoing"]).count(),
        "steps": sorted(set(steps)),
        "revisions": kitchen.revisions.count(),
    }
    print(json.dumps(facts))


if __name__ == "__main__":
    what, *rest = sys.argv[1:]
    if what == "prepare":
        prepare()
    elif what == "make":
        make(rest[0])
    elif what == "recover":
        recover(rest[0], rest[1] == "later")
    else:
        end(rest[0], what)
