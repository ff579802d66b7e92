"""Queries of the frame around every page."""

from __future__ import annotations

from kitchens.models import Kitchen
from kitchens.queries.seeing import seen

SHOWN = 100  # kitchens offered in the switcher; the list page has them all


def kitchen_choices() -> list[Kitchen]:
    """Return the kitchens one can switch to, production first; they know each other as parents. One query.

    A parent that is not among them costs one more where it is shown.
    """
    ready = Kitchen.objects.filter(state="ready").exclude(tier="candidate")
    choices = list(seen(ready, "pk").order_by("id")[:SHOWN])
    listed = {choice.pk: choice for choice in choices}
    for choice in choices:
        if parent := listed.get(choice.parent_id):
            choice.parent = parent
    return choices
