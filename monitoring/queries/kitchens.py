"""Which kitchen a page across domains looks at."""

from __future__ import annotations

from hub.common.errors import MissingError
from kitchens.models import Kitchen


def asked_kitchen(slug: str) -> Kitchen:
    """Return the kitchen named in the query string, else production. One query; MissingError where there is none."""
    kitchens = Kitchen.objects.select_related("parent").filter(state="ready")
    found = kitchens.filter(slug=slug).first() if slug else kitchens.filter(tier="production").first()
    if found is None:
        raise MissingError(
            f"There is no kitchen {slug!r}." if slug else "This hub has no production kitchen yet.",
            remedy="Choose one from the list of kitchens.",
        )
    return found
