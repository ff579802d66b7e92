"""Channels: kept with their secret sealed, tried by the process that sends, paused, removed."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction

from hub.common.errors import InvalidError
from kitchens.actions import audit
from kitchens.actions.secrets import put_value
from kitchens.core.names import connection_fault
from kitchens.core.roles import Actor
from kitchens.models import Secret
from kitchens.queries.secrets import OF_CHANNELS
from monitoring.core.incidents.channels import KINDS, check_address, check_email
from monitoring.core.incidents.timing import Habits
from monitoring.models import Channel, Notice
from monitoring.queries.alerts import address_of_hub

GIVEN_AGAIN = ("host", "port", "security", "user")  # another of these could send the password elsewhere
MOST_BUDGET, MOST_DIGEST = 10_000, 24 * 60


@transaction.atomic
def save_channel(
    *,
    name: str,
    kind: str,
    settings: Mapping[str, Any],
    secret: str | None,
    by: Actor,
    now: datetime,
    habits: Habits | None = None,
) -> Channel:
    """Make a channel, or change the one of that name. `secret` is the password of a mail server, or the address itself.

    Without a secret the one kept so far stays; a password only while host, port, security and user stay.
    InvalidError names the field.
    """
    by.require("alert.change")
    there = Channel.objects.select_for_update().filter(name=name).first()
    _check_name(name, kind, there)
    checked = _checked(kind, settings, secret, there)
    channel = there or Channel(name=name, kind=kind, created_at=now)
    channel.settings = checked
    _put_habits(channel, habits or channel.habits)
    if secret:
        channel.secret = put_value(f"{OF_CHANNELS}{name}", secret, None, by, now)
    channel.failures, channel.failing_since, channel.last_error = 0, None, ""
    channel.save()
    shown = {key: value for key, value in checked.items() if key != "to"}
    audit.record(by, "channel.saved", name, now, kind=kind, **shown)
    return channel


def _check_name(name: str, kind: str, there: Channel | None) -> None:
    if fault := connection_fault(name):
        raise InvalidError(fault.replace("connection", "channel"), field="name")
    if kind not in KINDS:
        raise InvalidError(f"A channel is one of {', '.join(KINDS)}.", field="kind")
    if there is not None and there.kind != kind:
        raise InvalidError(
            f"{name} is {KINDS[there.kind]} already.", remedy="Choose another name.", field="name"
        )


def _checked(
    kind: str, settings: Mapping[str, Any], secret: str | None, there: Channel | None
) -> dict[str, Any]:
    if kind == "email":
        checked = check_email(settings)
        kept = there is not None and there.secret_id is not None
        if secret is None and kept and any(there.settings.get(k) != checked[k] for k in GIVEN_AGAIN):
            raise InvalidError(
                "The password has to be given again when the mail server or its user changes.",
                remedy="Type it again; the hub does not send a kept password to another place.",
                field="password",
            )
        return checked
    if secret:
        return {"shown": check_address(kind, secret)}
    if there is None:
        raise InvalidError("The channel needs its address.", field="address")
    return dict(there.settings)


def _put_habits(channel: Channel, habits: Habits) -> None:
    try:
        ZoneInfo(habits.timezone)
    except (KeyError, ValueError, OSError) as wrong:
        raise InvalidError(
            f"There is no time zone {habits.timezone[:40]!r}.",
            remedy="Write it like Europe/Berlin.",
            field="timezone",
        ) from wrong
    if (habits.quiet_from is None) != (habits.quiet_to is None):
        raise InvalidError("Quiet hours have a beginning and an end.", field="quiet_to")
    if not 1 <= habits.budget <= MOST_BUDGET:
        raise InvalidError("The budget is a number from 1 to 10,000 messages a week.", field="budget")
    if not 0 <= habits.digest_minutes <= MOST_DIGEST:
        raise InvalidError("A digest comes every 1 to 1,440 minutes; 0 is none.", field="digest_minutes")
    for fact, value in vars(habits).items():
        setattr(channel, fact, value)


@transaction.atomic
def try_channel(channel: Channel, *, by: Actor, now: datetime) -> Notice:
    """Put a trial into the outbox; the process that sends tries it once, and its page says what came of it."""
    by.require("alert.change")
    to = channel.settings.get("sender", "") if channel.kind == "email" and not channel.settings["to"] else ""
    audit.record(by, "channel.tried", channel.name, now)
    return Notice.objects.create(
        channel=channel,
        kind="trial",
        severity="warn",
        to=to,
        key=f"trial-{channel.pk}-{secrets.token_hex(8)}",
        title="A trial of the DataOps Hub",
        text=f"{by.name} tries the channel {channel.name}. Nothing is wrong.",
        url=address_of_hub(channel.get_absolute_url()),
        created_at=now,
        due_at=now,
    )


@transaction.atomic
def pause_channel(channel: Channel, paused: bool, *, by: Actor, now: datetime) -> Channel:
    """Let nothing go out by a channel, or let it go out again: what waited meanwhile is sent then."""
    by.require("alert.change")
    Channel.objects.filter(pk=channel.pk).update(
        enabled=not paused, failures=0, failing_since=None, last_error=""
    )
    audit.record(by, f"channel.{'paused' if paused else 'resumed'}", channel.name, now)
    channel.refresh_from_db()
    return channel


@transaction.atomic
def delete_channel(channel: Channel, *, by: Actor, now: datetime) -> None:
    """Remove a channel with its secret, its routes and what waits to go out by it."""
    by.require("alert.change")
    name, secret_id = channel.name, channel.secret_id
    channel.delete()
    Secret.objects.filter(pk=secret_id).delete()
    audit.record(by, "channel.deleted", name, now)
