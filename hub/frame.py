"""What the frame around every page shows: the rail, the kitchen one is in and the kitchens to switch to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.http import urlencode

from kitchens.models import Kitchen
from kitchens.queries.frame import kitchen_choices

# Label, icon, URL name, and the first parts of the paths that belong to the entry.
RAIL = (
    ("Mesh", "mesh", "home", ("",)),
    ("Inbox", "inbox", "inbox", ("inbox",)),
    ("Domains", "domain", "domain-list", ("domains",)),
    ("Kitchens", "kitchen", "kitchen-list", ("kitchens",)),
    ("Merges", "merge", "merge-list", ("merges",)),
    ("Recipes", "recipe", "recipe-list", ("recipes", "orders")),
    ("Runs", "run-icon", "run-list", ("runs",)),
    ("Tests", "test", "test-list", ("tests",)),
    ("Incidents", "incident", "incident-list", ("incidents",)),
    ("Arrivals", "clock", "arrivals", ("arrivals",)),
    ("Datasets", "dataset", "dataset-list", ("datasets",)),
    ("Lineage", "lineage", "lineage", ("lineage",)),
    ("Events", "event", "event-list", ("events",)),
    ("Measures", "measures", "measures", ("measures",)),
    ("Settings", "settings", "settings", ("settings",)),
)


@dataclass(frozen=True)
class RailEntry:
    """One entry of the left rail; those of pages across kitchens stay in the kitchen one is in."""

    label: str
    icon: str
    url: str
    current: bool
    count_url: str = ""  # asked for how much waits there


COUNTED = {"inbox": "inbox-count"}
ACROSS_KITCHENS = ("inbox", "incident-list")  # a list of these is not narrowed to the kitchen one is in


def frame(request: HttpRequest) -> dict[str, Any]:
    """Context of the frame: one query for the kitchens, made only where a template shows them."""
    choices = SimpleLazyObject(kitchen_choices)
    return {
        "frame_kitchens": choices,
        "kitchen": SimpleLazyObject(lambda: _asked(choices, request.GET.get("kitchen", ""))),
        "now": timezone.now(),
    }


def _asked(choices: list[Kitchen], slug: str) -> Kitchen | None:
    named = [choice for choice in choices if choice.slug == slug] if slug else []
    return next(iter(named or choices), None)


def kitchen_query(kitchen: Any) -> str:
    """Return the query string of links that stay in a kitchen: empty in production."""
    return f"?{urlencode({'kitchen': kitchen.slug})}" if kitchen and not kitchen.is_production else ""


def rail(path: str, kitchen: Any) -> list[RailEntry]:
    """Return the rail for a page."""
    part = path.strip("/").split("/")[0]
    query = kitchen_query(kitchen)
    return [
        RailEntry(
            label,
            icon,
            reverse(name) + ("" if name in ACROSS_KITCHENS else query),
            part in parts,
            reverse(COUNTED[name]) if name in COUNTED else "",
        )
        for label, icon, name, parts in RAIL
    ]
