"""Lead an episode to its incident, and the incident to its end: grouped by root, resolved on green, re-opened on red."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q

from kitchens.models import Domain
from monitoring.actions.alerts.telling import tell, tell_end
from monitoring.actions.incidents.writing import ended_at, green_by, level_of, locked, note, put, write
from monitoring.core.incidents import states, text
from monitoring.core.incidents.grouping import Known, Red, choose, fingerprint, suspect_of
from monitoring.core.incidents.states import REOPEN_WITHIN, SAYS_FIXED, Level
from monitoring.models import Episode, Incident
from monitoring.queries.incidents.findings import finding_of
from recipes.actions.runs.statements import lock_kitchen
from recipes.models import OrderRun

NEWS = timedelta(hours=24)  # what turned red longer ago is history: nobody is told of it now
LOOKED_AT = 20


@transaction.atomic
def take_up(pk: int, now: datetime) -> None:
    """Bring an incident up to how an episode stands, once. Some ten queries."""
    lock_kitchen(Episode.objects.values_list("kitchen_id", flat=True).get(pk=pk))
    episode = Episode.objects.select_related("kitchen__owner", "last_result").get(pk=pk)
    if episode.told:
        return
    if episode.kitchen.is_candidate:  # its merge request tells of it
        Episode.objects.filter(pk=pk).update(told=True)
        return
    incident = locked(episode.incident_id) if episode.incident_id else _place(episode, now)
    Episode.objects.filter(pk=pk).update(told=True, incident=incident)
    settle(incident, episode, now)


def _place(episode: Episode, now: datetime) -> Incident:
    """Return the incident an episode belongs to: one there is, one that opens again, or a new one."""
    suspect, root = suspect_of(episode.findings)
    red = _red(episode, suspect)
    found = choose(red, _known(episode, red, root))
    if found is None:
        return _open(episode, red, now)
    incident = locked(found.pk)
    if not found.open:
        return incident if episode.closed_at else _reopen(incident, now, f"{_said(episode)} is red again.")
    note(incident, "joined", f"{_said(episode)} of {episode.domain}/{episode.recipe} is red, too.", now)
    if (
        incident.severity != episode.severity
        and states.worse_severity(incident.severity, episode.severity) == episode.severity
    ):
        write(incident, severity=episode.severity)
        if incident.state != "snoozed":
            tell(incident, "worse", now, "It only warned before; now something is stopped")
    return incident


def _red(episode: Episode, suspect: str) -> Red:
    named = ("domain", "recipe", "node", "test", "source", "dataset", "opened_at")
    return Red(
        kitchen=episode.kitchen_id,
        run=episode.first_run_id,
        suspect=suspect,
        **{name: getattr(episode, name) for name in named},
    )


def _known(episode: Episode, red: Red, root: int | None) -> list[Known]:
    """Return the incidents it may belong to. Five queries at most, each over an index."""
    of_root, shares = _of_root(root), _sharing(episode, red)
    lately = Q(resolved_at__isnull=True) | Q(resolved_at__gte=red.opened_at - REOPEN_WITHIN)
    there = Incident.objects.filter(lately, kitchen=red.kitchen).exclude(reason="duplicate").order_by("-id")
    found = {one.pk: one for one in there.filter(fingerprint=fingerprint(red))[:LOOKED_AT]}
    if red.run:
        found |= {one.pk: one for one in there.filter(run=red.run)[:LOOKED_AT]}
    if named := {*of_root, *shares} - found.keys():
        found |= {one.pk: one for one in there.filter(pk__in=named)}
    return [
        Known(
            one.pk,
            one.run,
            one.suspect,
            one.fingerprint,
            one.is_open,
            one.resolved_at,
            of_suspect=one.pk in of_root,
            shares_dataset=one.pk in shares,
        )
        for one in found.values()
    ]


def _of_root(root: int | None) -> set[int]:
    """Return the incident of the episode that is suspected, if there is one."""
    rows = Episode.objects.filter(pk=root, incident__isnull=False) if root else Episode.objects.none()
    return set(rows.values_list("incident", flat=True))


def _sharing(episode: Episode, red: Red) -> set[int]:
    """Return the incidents of what was red on the same dataset at the same time."""
    if not red.dataset:
        return set()
    overlaps = Q(closed_at__isnull=True) | Q(closed_at__gte=red.opened_at)
    if episode.closed_at:
        overlaps &= Q(opened_at__lte=episode.closed_at)
    same = Episode.objects.filter(overlaps, kitchen=red.kitchen, dataset=red.dataset, incident__isnull=False)
    return set(same.order_by("-id").values_list("incident", flat=True)[:LOOKED_AT])


def _open(episode: Episode, red: Red, now: datetime) -> Incident:
    finding = finding_of(episode)
    kitchen = episode.kitchen
    owner = (
        Domain.objects.filter(slug=episode.domain).select_related("owner").first()
        if kitchen.is_production
        else None
    )
    made: dict[str, Any] = {
        "kitchen": kitchen,
        "domain": episode.domain,
        "title": text.title_of(finding),
        "fingerprint": fingerprint(red),
        "suspect": red.suspect,
        "run": red.run,
        "severity": episode.severity,
        "owner": owner.owner if owner else kitchen.owner if not kitchen.is_production else None,
        "opened_at": episode.opened_at,
        "open_since": now,
        "urgency": states.urgency("open", episode.severity),
    }
    incident = Incident.objects.create(**made)
    note(incident, "opened", f"{incident.title}: the incident is open.", episode.opened_at)
    if episode.closed_at is None and now - episode.opened_at < NEWS:
        tell(incident, "opened", now, first=finding)
    return incident


def _reopen(incident: Incident, now: datetime, why: str) -> Incident:
    put(
        incident,
        "reopen",
        resolved_at=None,
        reason="",
        comment="",
        due_at=None,
        open_since=now,
        acknowledged_at=None,
        flaps=incident.flaps + 1,
    )
    note(incident, "reopened", f"{why} It opens again.", now)
    tell(incident, "reopened", now, "It was resolved before, and is red again")
    return incident


def _said(episode: Episode) -> str:
    return f"“{episode.test}”" if episode.test else episode.named


def settle(incident: Incident, episode: Episode, now: datetime) -> None:
    """Resolve an incident when all is green, open it again when it is not, wake it when it got worse."""
    level = level_of(incident)
    if not level.episodes:
        if incident.is_open:
            _resolve_by_itself(incident, now)
        return
    if not incident.is_open:
        later = incident.resolved_at is not None and episode.last_red_at > incident.resolved_at
        if later and episode.closed_at is None and incident.reason in SAYS_FIXED:
            _reopen(incident, now, f"{_said(episode)} is red in a later run.")
        return
    if incident.state == "snoozed" and states.is_worse(level, Level(**incident.snoozed_level)):
        _wake(incident, level, now)


def _wake(incident: Incident, level: Level, now: datetime) -> None:
    why = text.worse_note(level.episodes, Level(**incident.snoozed_level).episodes)
    put(incident, "wake", snoozed_until=None, due_at=None, open_since=now, severity=level.severity)
    note(incident, "woke", f"{why}.", now)
    tell(incident, "worse", now, why)


def _revision_of(run: OrderRun) -> tuple[int | None, str]:
    return (run.revision.number, run.revision.note) if run.revision else (None, "")


def _resolve_by_itself(incident: Incident, now: datetime) -> None:
    at, green = ended_at(incident)
    reason = "green" if green else "ended"
    put(incident, "resolve", reason=reason, resolved_at=at or now, due_at=None, snoozed_until=None)
    said = "Everything is green again." if green else "What was red is gone."
    by = green_by(incident) if green else None
    where = {"text": f"run {by.pk}", "url": by.get_absolute_url()} if by else {}
    told = text.fixed_by(f"{by.domain}/{by.recipe}", *_revision_of(by)) if by else said
    note(incident, "resolved", f"{told} It is resolved.", at or now, **where)
    tell_end(incident, "recovered", now, "" if green else said)
