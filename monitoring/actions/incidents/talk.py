"""What people say of an incident, and what they link to it."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlsplit

from django.db import transaction

from hub.common.errors import InvalidError
from kitchens.actions import audit
from kitchens.core.roles import Actor
from monitoring.actions.incidents.moves import TEXT_LIMIT
from monitoring.actions.incidents.writing import note
from monitoring.models import Incident, IncidentEvent


@transaction.atomic
def comment(incident: Incident, text: str, *, by: Actor, now: datetime) -> IncidentEvent:
    """Say something about it. Comments stay in the hub: no notice quotes them."""
    by.require("incident.comment", incident.kitchen.slug)
    text = text.strip()
    if not text or len(text) > TEXT_LIMIT or "\x00" in text:
        raise InvalidError(f"A comment has 1 to {TEXT_LIMIT:,} characters.", field="text")
    audit.record(by, "incident.commented", _named(incident), now)
    return note(incident, "commented", "said", now, by, text=text)


@transaction.atomic
def link(incident: Incident, url: str, title: str = "", *, by: Actor, now: datetime) -> IncidentEvent:
    """Link a ticket, a page or a conversation: http and https only, as others will click on it."""
    by.require("incident.change", incident.kitchen.slug)
    checked = _checked(url)
    audit.record(by, "incident.linked", _named(incident), now)
    return note(incident, "linked", "linked", now, by, text=title.strip()[:200], url=checked)


def _checked(url: str) -> str:
    url = url.strip()
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        host = None
    if not host or parts.scheme not in ("http", "https") or not url.isprintable() or " " in url:
        raise InvalidError("A link begins with https:// or http://.", field="url")
    if len(url) > 500:
        raise InvalidError("A link has at most 500 characters.", field="url")
    if parts.username or parts.password:
        raise InvalidError("The link holds a user or password: everybody would see it.", field="url")
    return url


def _named(incident: Incident) -> str:
    return f"incident {incident.pk} in {incident.kitchen.slug}"
