"""Routes: which incidents are told by which channel."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any
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
    last = Route.objects.aggregate(last=Max("place"))["last"] or 0
    route = Route(
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
    _keep(route)
    audit.record(by, "route.added", f"{route}", now, severity=severity, kitchen=kitchen)
    return route


@transaction.atomic
def change_route(pk: int, *, by: Actor, now: datetime, **facts: Any) -> Route:
    """Change what a rule says, `facts` as `add_route` takes them; its place among the others stays.

    MissingError where there is none, InvalidError names the field.
    """
    by.require("alert.change")
    route = Route.objects.select_for_update().filter(pk=pk).first()
    if route is None:
        raise MissingError(f"There is no route {pk}.", remedy="Settings, Alerts lists all there are.")
    for name, value in facts.items():
        setattr(route, name, value)
    _keep(route)
    audit.record(by, "route.changed", f"{route}", now, severity=route.severity, kitchen=route.kitchen)
    return route


def _keep(route: Route) -> None:
    _check(route.domain, route.severity, route.kitchen, route.timezone)
    if (route.begins is None) != (route.ends is None):
        raise InvalidError("Hours have a beginning and an end.", field="ends")
    if (route.escalate_to is None) != (route.escalate_minutes == 0):
        raise InvalidError("An escalation names a channel and the minutes to wait.", field="escalate_minutes")
    if not 0 <= route.escalate_minutes <= MOST_MINUTES:
        raise InvalidError("An escalation comes within a week.", field="escalate_minutes")
    route.save()


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
