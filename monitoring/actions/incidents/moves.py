"""What people do with an incident. Each asks for the right, makes the move, tells the timeline, and is audited."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from hub.common.errors import ConflictError, InvalidError
from kitchens.actions import audit
from kitchens.core.roles import Actor
from kitchens.core.words import clock
from kitchens.models import Person
from monitoring.actions.alerts.telling import drop_waiting, tell, tell_end
from monitoring.actions.incidents.writing import level_of, locked, note, put, write
from monitoring.core.incidents.states import BY_PEOPLE, REASONS, refusal
from monitoring.models import Episode, Incident

TEXT_LIMIT = 10_000
LONGEST_SNOOZE = timedelta(days=30)
LONGEST_PROMISE = timedelta(days=365)
SAID_WHY = frozenset({"expected", "false_alarm", "test_wrong", "wont_fix"})  # these need a word of why


@transaction.atomic
def acknowledge(incident: Incident, *, by: Actor, now: datetime) -> Incident:
    """Say that somebody has seen it; who says so looks after it, where nobody does. Twice is as good as once."""
    one = _begin(incident, by)
    if one.state == "acknowledged":
        return one
    facts: dict[str, Any] = {"acknowledged_at": now, "due_at": None, "snoozed_until": None}
    if one.assignee is None and by.person_id:
        facts["assignee"] = Person.objects.get(pk=by.person_id)
    put(one, "acknowledge", **facts)
    return _done(one, "acknowledged", "acknowledged it", by, now)


@transaction.atomic
def assign(incident: Incident, username: str, *, by: Actor, now: datetime) -> Incident:
    """Give it to somebody who may see its kitchen; "" takes it from whoever has it."""
    one = _begin(incident, by)
    person = _assignable(username, one) if username else None
    if one.assignee == person:
        return one
    if not one.is_open:
        raise ConflictError("It is resolved: nobody has to look after it.", remedy="Open it again first.")
    write(one, assignee=person)
    said = f"gave it to {person}" if person else "took it from whoever had it"
    return _done(one, "assigned", said, by, now, to=username)


def _assignable(username: str, one: Incident) -> Person:
    person = Person.objects.filter(username=username[:150], is_active=True).first()
    if person is None:
        raise InvalidError(f"There is nobody {username[:60]!r} who signs in here.", field="username")
    if not person.actor().may("mesh.see", one.kitchen.slug):
        raise InvalidError(f"{person} may not see into {one.kitchen}.", field="username")
    return person


@transaction.atomic
def snooze(incident: Incident, until: datetime | None, *, by: Actor, now: datetime) -> Incident:
    """Let it rest until a time, or (None) until it gets worse. Getting worse wakes it in any case."""
    one = _begin(incident, by)
    if until is not None and not now < until <= now + LONGEST_SNOOZE:
        raise InvalidError(
            "A snooze ends in the future, and within 30 days.", remedy="Choose another time.", field="until"
        )
    level = vars(level_of(one))
    put(one, "snooze", snoozed_until=until, due_at=until, snoozed_level=level)
    said = f"snoozed it until {clock(until)}" if until else "snoozed it until it gets worse"
    return _done(one, "snoozed", said, by, now)


@transaction.atomic
def watch(incident: Incident, *, by: Actor, now: datetime) -> Incident:
    """Say that a fix is on its way: the next green run resolves it."""
    one = _begin(incident, by)
    if one.state == "monitoring":
        return one
    put(one, "watch", due_at=None, snoozed_until=None, acknowledged_at=one.acknowledged_at or now)
    return _done(one, "monitoring", "says that a fix is there: it waits for a green run", by, now)


@transaction.atomic
def resolve(
    incident: Incident,
    reason: str,
    *,
    by: Actor,
    now: datetime,
    comment: str = "",
    duplicate_of: int | None = None,
    until: datetime | None = None,
) -> Incident:
    """Close it with a reason. Those who were told are told of it; what was not sent yet is not sent any more.

    A duplicate hands its episodes over. What is said to be fixed but red in a later run opens again.
    """
    one = _begin(incident, by)
    _check_reason(reason, comment, until, now)
    if why := refusal("resolve", one.state):
        raise ConflictError(why, remedy="Open it again first.")
    other = _other(one, duplicate_of) if reason == "duplicate" else None
    put(
        one,
        "resolve",
        reason=reason,
        comment=comment.strip(),
        resolved_at=now,
        snoozed_until=None,
        duplicate_of=other,
        due_at=until if reason == "wont_fix" else None,
    )
    said = f"resolved it: {REASONS[reason]}"
    if other is not None:
        Episode.objects.filter(incident=one).update(incident=other)
        note(other, "joined", f"took over what was red in incident {one.pk}", now, by)
        said = f"resolved it as a duplicate of incident {other.pk}"
    _done(one, "resolved", said, by, now, text=comment.strip(), reason=reason)
    tell_end(one, "resolved", now, REASONS[reason].capitalize())
    return one


def _check_reason(reason: str, comment: str, until: datetime | None, now: datetime) -> None:
    if reason not in BY_PEOPLE:
        raise InvalidError(f"The reason is one of {', '.join(BY_PEOPLE)}.", field="reason")
    if len(comment) > TEXT_LIMIT:
        raise InvalidError(f"A comment has at most {TEXT_LIMIT:,} characters.", field="comment")
    if reason in SAID_WHY and not comment.strip():
        raise InvalidError(f"Say in a word why: {REASONS[reason]}.", field="comment")
    if reason == "wont_fix" and (until is None or not now < until <= now + LONGEST_PROMISE):
        raise InvalidError(
            "Say until when it won’t be fixed: a day within a year. It opens again then, if it is still red.",
            field="until",
        )


def _other(one: Incident, pk: int | None) -> Incident:
    other = Incident.objects.filter(pk=pk, kitchen=one.kitchen_id).first() if pk else None
    if other is None or other.pk == one.pk:
        raise InvalidError(
            "A duplicate names another incident of the same kitchen by its number.", field="duplicate_of"
        )
    if other.reason == "duplicate":
        raise InvalidError(
            f"Incident {other.pk} is a duplicate itself, of {other.duplicate_of_id}.",
            remedy="Name that one.",
            field="duplicate_of",
        )
    return other


@transaction.atomic
def reopen(incident: Incident, *, by: Actor, now: datetime) -> Incident:
    """Open it again by hand: it was not over. Counts no flap, as nothing turned red again."""
    one = _begin(incident, by)
    put(
        one, "reopen", resolved_at=None, reason="", comment="", duplicate_of=None, open_since=now, due_at=None
    )
    _done(one, "reopened", "opened it again", by, now)
    tell(one, "reopened", now)
    return one


def _begin(incident: Incident, by: Actor) -> Incident:
    one = locked(incident.pk)
    by.require("incident.change", one.kitchen.slug)
    return one


def _done(
    one: Incident, what: str, said: str, by: Actor, now: datetime, *, text: str = "", **details: Any
) -> Incident:
    note(one, what, said, now, by, text=text)
    audit.record(by, f"incident.{what}", f"incident {one.pk} in {one.kitchen.slug}", now, **details)
    if what == "acknowledged":
        drop_waiting(one, ("escalated",), "It was acknowledged before this was sent.")
    return one
