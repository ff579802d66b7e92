"""Routes: which incidents are told by which channel."""

from __future__ import annotations

from datetime import datetime, time
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Max

from hub.common.errors import InvalidError, MissingError
from kitchens.actions import audit
from kitchens.core.roles import Actor
from kitchens.models import Domain, Kitchen, Person
from monitoring.core.incidents.states import SEVERITIES
from monitoring.models import Channel, Route

MOST_MINUTES = 7 * 24 * 60


@transaction.atomic
def add_route(
    *,
    channel: Channel,
    by: Actor,
    now: datetime,
    domain: str = "",
    owner: Person | None = None,
    severity: str = "",
    kitchen: str = "production",
    begins: time | None = None,
    ends: time | None = None,
    weekdays_only: bool = False,
    timezone: str = "UTC",
    escalate_to: Channel | None = None,
    escalate_minutes: int = 0,
) -> Route:
    """Add a rule after those there are; what is left empty matches all. InvalidError names the field."""
    by.require("alert.change")
    _check(domain, severity, kitchen, timezone)
    if (begins is None) != (ends is None):
        raise InvalidError("Hours have a beginning and an end.", field="ends")
    if (escalate_to is None) != (escalate_minutes == 0):
        raise InvalidError("An escalation names a channel and the minutes to wait.", field="escalate_minutes")
    if not 0 <= escalate_minutes <= MOST_MINUTES:
        raise InvalidError("An escalation comes within a week.", field="escalate_minutes")
    last = Route.objects.aggregate(last=Max("place"))["last"] or 0
    route = Route.objects.create(
        place=last + 1,
        channel=channel,
        domain=domain,
        owner=owner,
        severity=severity,
        kitchen=kitchen,
        begins=begins,
        ends=ends,
        weekdays_only=weekdays_only,
        timezone=timezone,
        escalate_to=escalate_to,
        escalate_minutes=escalate_minutes,
    )
    audit.record(by, "route.added", f"{route}", now, severity=severity, kitchen=kitchen)
    return route


def _check(domain: str, severity: str, kitchen: str, timezone: str) -> None:
    if domain and not Domain.objects.filter(slug=domain).exists():
        raise InvalidError(f"There is no domain {domain[:60]!r}.", field="domain")
    if severity and severity not in SEVERITIES:
        raise InvalidError(f"A severity is one of {', '.join(SEVERITIES)}.", field="severity")
    if not Kitchen.objects.filter(slug=kitchen, tier__in=("production", "canary")).exists():
        raise InvalidError(
            "A route is for production or a canary: other kitchens tell their own user only.", field="kitchen"
        )
    try:
        ZoneInfo(timezone)
    except (KeyError, ValueError, OSError) as wrong:
        raise InvalidError(f"There is no time zone {timezone[:40]!r}.", field="timezone") from wrong


@transaction.atomic
def delete_route(pk: int, *, by: Actor, now: datetime) -> None:
    """Remove a rule; MissingError where there is none."""
    by.require("alert.change")
    route = Route.objects.select_related("channel").filter(pk=pk).first()
    if route is None:
        raise MissingError(f"There is no route {pk}.")
    said = str(route)
    route.delete()
    audit.record(by, "route.deleted", said, now)
