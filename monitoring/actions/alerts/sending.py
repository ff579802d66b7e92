"""Send what is in the outbox: claimed under a lease, delivered, written down. At least once, with a key that stays.

Only for a process of its own (`manage.py alerts`): it waits for the network.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q

from kitchens.core.crash import crash_point
from kitchens.core.secrets import VaultError
from monitoring.core.delivery import DeliveryError, Parcel, deliver
from monitoring.core.incidents import text
from monitoring.core.incidents.channels import without_parts
from monitoring.core.incidents.timing import next_try, over_budget
from monitoring.models import Channel, Notice
from monitoring.queries.alerts import address_of_hub, secret_of, sent_in_week, to_send

LEASE = timedelta(seconds=90)  # longer than any delivery takes
MOST_IN_DIGEST = 50


def send_due(clock: Callable[[], datetime]) -> int:
    """Send everything that is due and return how many messages were taken. A channel that fails is left alone."""
    done, tired = 0, set[int]()
    while (first := to_send(clock()).exclude(channel__in=tired).first()) is not None:
        batch = _claim(first, clock())
        if not batch:
            continue
        if fault := _deliver(batch):
            tired.add(first.channel_id)
            _failed(batch, fault, clock())
        else:
            crash_point("alert.delivered")
            _sent(batch, clock())
            done += 1
    return done


@transaction.atomic
def _claim(first: Notice, now: datetime) -> list[Notice]:
    """Take a notice, with those that go out in the same message; none where it was put off, or another was quicker."""
    if not first.batch and _put_off(first, now):
        return []
    batch = first.batch or f"notice-{first.pk}"
    facts = {"state": "sending", "batch": batch, "leased_until": now + LEASE, "tries": F("tries") + 1}
    mine = Notice.objects.filter(pk=first.pk, tries=first.tries, state__in=("waiting", "sending"))
    if not mine.update(**facts):
        return []
    with_it = Q(batch=batch, state__in=("waiting", "sending"))
    if first.digest and not first.batch:
        with_it |= Q(batch="", digest=True, state="waiting", due_at__lte=now)
    others = Notice.objects.filter(with_it, channel=first.channel_id, to=first.to).exclude(pk=first.pk)
    ids = list(others.order_by("id").values_list("pk", flat=True)[: MOST_IN_DIGEST - 1])
    Notice.objects.filter(pk__in=ids).update(**facts)
    rows = Notice.objects.filter(pk__in=[first.pk, *ids]).select_related("channel__secret", "incident")
    return list(rows.order_by("id"))


def _put_off(first: Notice, now: datetime) -> bool:
    channel = first.channel
    sent = sent_in_week(channel.pk, now)
    later = over_budget(first.kind, sent, channel.habits, now, held=first.waits == "budget")
    if later is None:
        return False
    Notice.objects.filter(pk=first.pk, state="waiting").update(
        due_at=later.due_at, digest=True, waits=later.waits
    )
    return True


def _deliver(batch: Sequence[Notice]) -> str:
    """Deliver one message and return why it was not taken, "" where it was. Holds no transaction meanwhile."""
    channel = batch[0].channel
    secret = ""
    try:
        secret = secret_of(channel)
        deliver(
            channel.kind,
            channel.settings,
            secret,
            parcel_of(batch),
            allow_private=settings.ALERT_ALLOW_PRIVATE,
        )
    except (DeliveryError, VaultError) as wrong:
        return without_parts(secret, str(wrong))[:300] or "It was not taken."
    except Exception as wrong:  # noqa: BLE001 - a library may fail in ways of its own; the channel is to blame
        return f"It could not be sent ({type(wrong).__name__})."
    return ""


def parcel_of(batch: Sequence[Notice]) -> Parcel:
    """Return the message of one notice, or of many in a digest."""
    first = batch[0]
    to = (first.to,) if first.to else ()
    if len(batch) == 1:
        facts = {"kind": first.kind, "severity": first.severity, "incident": first.incident_id}
        thread = f"incident-{first.incident_id}" if first.incident_id else ""
        return Parcel(first.key, first.title, first.text, first.url, to, facts, thread)
    said = text.digest(
        [(one.title, one.url) for one in batch], address_of_hub("/incidents/"), batch[-1].waits
    )
    incidents = sorted({one.incident_id for one in batch if one.incident_id})
    return Parcel(
        f"digest-{first.batch}",
        said.title,
        said.text,
        said.url,
        to,
        {"kind": "digest", "incidents": incidents},
    )


@transaction.atomic
def _sent(batch: Sequence[Notice], now: datetime) -> None:
    Notice.objects.filter(pk__in=[one.pk for one in batch]).update(
        state="sent", sent_at=now, error="", leased_until=None
    )
    Channel.objects.filter(pk=batch[0].channel_id).update(
        failures=0, failing_since=None, last_error="", last_sent_at=now
    )


@transaction.atomic
def _failed(batch: Sequence[Notice], fault: str, now: datetime) -> None:
    """Write down the failure and when it is tried again; the rest of the channel waits as long."""
    channel = Channel.objects.select_for_update().get(pk=batch[0].channel_id)
    channel.failures += 1
    channel.failing_since, channel.last_error = channel.failing_since or now, fault
    channel.save(update_fields=["failures", "failing_since", "last_error"])
    trial = batch[0].kind == "trial"
    again = None if trial else next_try(max(one.tries for one in batch), now)
    Notice.objects.filter(pk__in=[one.pk for one in batch]).update(
        state="waiting" if again else "failed", due_at=again or now, error=fault, leased_until=None
    )
    if again:
        Notice.objects.filter(channel=channel, state="waiting", due_at__lt=again).exclude(
            kind="trial"
        ).update(due_at=again)
