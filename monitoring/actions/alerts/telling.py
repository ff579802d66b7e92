"""Write notices into the outbox, in the transaction of the change they tell of: both are there, or neither."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F

from kitchens.models import Person
from monitoring.actions.incidents.writing import note as write_event
from monitoring.core.incidents import text
from monitoring.core.incidents.routing import About, Rule, matching
from monitoring.core.incidents.timing import escalations, when
from monitoring.models import Channel, Incident, Notice, Route
from monitoring.queries.alerts import address_of_hub
from monitoring.queries.incidents.findings import told_of


@dataclass(frozen=True)
class Target:
    """Where a notice goes: to all whom a channel reaches, or by it to one person."""

    channel: Channel
    to: str = ""
    person: Person | None = None


def tell(
    incident: Incident, kind: str, now: datetime, note: str = "", *, first: text.Finding | None = None
) -> int:
    """Tell whoever the routes name, and whoever looks after it; return how many notices that makes.

    Four queries and one for the event. `first` is the finding where it is known already.
    """
    channels = {one.pk: one for one in Channel.objects.filter(enabled=True)}
    rules = [route.rule for route in Route.objects.filter(channel__in=channels)] if channels else []
    rules = matching(rules, _about(incident), now)
    targets = _targets(incident, channels, rules)
    findings = [text.told(first)] if first else told_of(incident)
    incident.turns += 1
    incident.due_at = _next_escalation(rules, now, now) if incident.state == "open" else incident.due_at
    Incident.objects.filter(pk=incident.pk).update(turns=F("turns") + 1, due_at=incident.due_at)
    return _write(incident, kind, targets, findings, now, note)


def _about(incident: Incident) -> About:
    kitchen = incident.kitchen
    return About(incident.domain, incident.owner_id, incident.severity, kitchen.slug, kitchen.tier)


def _targets(incident: Incident, channels: dict[int, Channel], rules: Sequence[Rule]) -> list[Target]:
    """Return where it goes. In production and in canaries by the routes and to whoever looks after it; elsewhere to
    the kitchen's owner alone."""
    found = [Target(channels[rule.channel]) for rule in rules if _reaches(channels[rule.channel])]
    person = incident.looked_after_by if incident.kitchen.tier != "development" else incident.kitchen.owner
    mail = next((one for one in channels.values() if one.settings.get("people")), None)
    if mail is None or person is None or not person.is_active or not person.email:
        return found
    told = {address for target in found for address in target.channel.settings.get("to", [])}
    return found if person.email in told else [*found, Target(mail, person.email, person)]


def _reaches(channel: Channel) -> bool:
    return channel.kind != "email" or bool(channel.settings.get("to"))


def _next_escalation(rules: Sequence[Rule], since: datetime, now: datetime) -> datetime | None:
    return escalations([rule.escalate_minutes for rule in rules if rule.escalate_to], since, now)[1]


def escalate(incident: Incident, now: datetime) -> None:
    """Tell those whom the routes name for when nobody answers; each once, until it opens again."""
    rules = matching([route.rule for route in Route.objects.all()], _about(incident), now)
    since = incident.open_since or incident.opened_at
    over, ahead = escalations([rule.escalate_minutes for rule in rules if rule.escalate_to], since, now)
    wanted = {rule.escalate_to for rule in rules if rule.escalate_minutes in over}
    targets = [Target(one) for one in Channel.objects.filter(pk__in=wanted - {None}, enabled=True)]
    Incident.objects.filter(pk=incident.pk).update(due_at=ahead)
    if over and targets:
        said = text.escalation_note(max(over), since)
        _write(
            incident,
            "escalated",
            [one for one in targets if _reaches(one.channel)],
            told_of(incident),
            now,
            said,
        )


def tell_end(incident: Incident, kind: str, now: datetime, note: str = "") -> int:
    """Tell everybody who was told that it is over; who was not told yet is not told any more. Three queries or more."""
    begun = incident.open_since or incident.opened_at
    since = Notice.objects.filter(incident=incident, created_at__gte=begun).exclude(
        kind__in=("recovered", "resolved")
    )
    told = since.filter(state__in=("sent", "sending")).select_related("channel", "person").order_by("id")
    targets = {(one.channel_id, one.to): Target(one.channel, one.to, one.person) for one in told}
    drop_waiting(incident, (), "It was over before this was sent.")
    if not targets:
        return 0
    findings = told_of(incident, still_red=False)
    return _write(incident, kind, targets.values(), findings, now, note, red_for=_red_for(incident, now))


def _red_for(incident: Incident, now: datetime) -> float:
    return max(((incident.resolved_at or now) - incident.opened_at).total_seconds(), 0)


def drop_waiting(incident: Incident, kinds: Sequence[str], why: str) -> int:
    """Take back notices that were not sent yet: all, or those of some kinds. One query."""
    waiting = Notice.objects.filter(incident=incident, state="waiting")
    waiting = waiting.filter(kind__in=kinds) if kinds else waiting
    return waiting.update(state="dropped", error=why)


def _write(
    incident: Incident,
    kind: str,
    targets: Iterable[Target],
    findings: Sequence[str],
    now: datetime,
    note: str = "",
    red_for: float | None = None,
) -> int:
    targets = list(targets)
    if not targets:
        return 0
    owner = str(incident.looked_after_by or "")
    kitchen = "" if incident.kitchen.is_production else str(incident.kitchen)
    link = address_of_hub(incident.get_absolute_url())
    said = text.message(
        kind, incident.title, findings, owner, link, kitchen=kitchen, red_for=red_for, note=note
    )
    rows = [_notice(incident, kind, target, said, now) for target in targets]
    Notice.objects.bulk_create(rows, ignore_conflicts=True)
    write_event(
        incident, "told", f"Told {text.who([_named(one) for one in rows])}: {text.KINDS[kind].lower()}.", now
    )
    return len(rows)


def _notice(incident: Incident, kind: str, target: Target, said: text.Message, now: datetime) -> Notice:
    due = when(kind, incident.severity, target.channel.habits, now)
    whom = hashlib.blake2b(target.to.encode(), digest_size=6).hexdigest() if target.to else "all"
    return Notice(
        incident=incident,
        channel=target.channel,
        kind=kind,
        severity=incident.severity,
        to=target.to,
        person=target.person,
        key=f"incident-{incident.pk}-{incident.turns}-{kind}-{target.channel.pk}-{whom}",
        title=said.title,
        text=said.text,
        url=said.url,
        created_at=now,
        due_at=due.due_at,
        digest=due.digest,
        waits=due.waits,
    )


def _named(one: Notice) -> str:
    return f"{one.person} by {one.channel}" if one.person else str(one.channel)
