"""What goes on by itself: requests that moved are looked at, candidates built anew, and merges done once nothing blocks."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from itertools import groupby

from django.db import transaction
from django.db.models import F, Q

from hub.common.errors import ConflictError, HubError, InvalidError
from kitchens.actions import audit
from kitchens.actions.merges.candidates import start_candidate
from kitchens.actions.merges.looking import refresh
from kitchens.actions.merges.publishing import merge
from kitchens.actions.merges.requests import hold, tell
from kitchens.core.gates import Gate, gates
from kitchens.core.roles import THE_HUB, Actor
from kitchens.models import MergeRequest
from kitchens.ports import ports
from kitchens.queries.merges.facts import facts_of
from kitchens.queries.merges.looks import is_down, look

BY_ITSELF = ("candidate", "canary")  # gates that the hub opens


def merge_when_green(request: MergeRequest, wanted: bool, *, by: Actor, now: datetime) -> MergeRequest:
    """Let the request be merged by the hub, in the person's name, as soon as nothing blocks it; or no longer so."""
    by.require("merge.publish", request.target.slug)
    if is_down(request):
        raise InvalidError("A merge down is done at once.", remedy="Merge it.")
    with transaction.atomic():
        held = hold(request)
        if held.merge_when_green == wanted:
            return held
        held.merge_when_green = wanted
        held.save(update_fields=["merge_when_green"])
        what = "when_green" if wanted else "not_when_green"
        said = "merged as soon as nothing blocks it" if wanted else "merged by hand only"
        tell(held, what, f"{by.name} wants it {said}.", now=now, by=by)
        audit.record(by, f"merge.{what}", held.target.slug, now, request=held.pk)
    return held


def go_on(now: datetime) -> int:
    """Bring open requests forward as far as the hub can, and return how many moved. One query where nothing is due.

    Those that are to be merged into the same kitchen go one after the other: a candidate built beside another one
    would be void as soon as that is merged.
    """
    done = 0
    for request in _moved():
        refresh(request, now=now)
        done += 1
    done += sum(_build_again(request, now) for request in _to_build())
    waiting = _open().filter(merge_when_green=True).order_by("target", "id")
    for _, line in groupby(waiting, key=lambda request: request.target_id):
        done += _first_in_line(line, now)
    return done


def _open():  # noqa: ANN202 - a queryset with everything the gates look at
    rows = MergeRequest.objects.filter(state="open", source__state="ready", target__state="ready")
    return rows.select_related(
        "source",
        "target",
        "candidate",
        "source_revision",
        "target_revision",
        "candidate_source",
        "candidate_target",
    )


def _moved() -> list[MergeRequest]:
    """Return the open requests of which a kitchen has a newer revision than was last looked at."""
    moved = Q(source__head__gt=F("source_revision__number")) | Q(
        target__head__gt=F("target_revision__number")
    )
    return list(_open().filter(moved))


def _to_build() -> list[MergeRequest]:
    """Return the open requests whose candidate is void."""
    return list(_open().filter(candidate_state="void"))


def _build_again(request: MergeRequest, now: datetime) -> bool:
    """Build where only data moved, or a conflict was resolved in another way; not where somebody changed files."""
    of, on = request.candidate_source, request.candidate_target
    if of is None or on is None or not request.target_revision or not request.source_revision:
        return False
    source, target = request.source_revision, request.target_revision
    same = (of.commit, on.commit, on.overrides) == (source.commit, target.commit, target.overrides)
    return same and not look(request).preview.open and _build(request, THE_HUB, now)


def _build(request: MergeRequest, by: Actor, now: datetime) -> bool:
    try:
        start_candidate(request, by=by, now=now)
    except ConflictError:  # it has moved on just now; it is looked at again
        return False
    return True


def _first_in_line(line: Iterable[MergeRequest], now: datetime) -> int:
    """Merge what can be merged, build the first that only lacks its candidate; the others wait for it."""
    done = 0
    for request in line:
        by = _asked_by(request)
        if by is None:
            continue
        closed = _closed(request)
        if not closed:
            done += _merge(request, by, now)
            return done
        if any(gate.name not in BY_ITSELF for gate in closed):
            continue  # it waits for people, and nobody waits for it
        if request.candidate_state in ("", "void"):
            return done + _build(request, by, now)
        if request.candidate_state != "red" and request.canary_state != "red":
            return done
    return done


def _closed(request: MergeRequest) -> list[Gate]:
    asked = gates(facts_of(request, look(request), ports.impact(request.pk)))
    return [gate for gate in asked if not gate.passes]


def _asked_by(request: MergeRequest) -> Actor | None:
    event = request.events.filter(what="when_green").select_related("person").order_by("-id").first()
    return event.person.actor(via="hub") if event and event.person else None


def _merge(request: MergeRequest, by: Actor, now: datetime) -> bool:
    try:
        merge(request, by=by, now=now)
    except ConflictError:  # it has moved on just now; it is looked at again
        return False
    except HubError as fault:
        with transaction.atomic():
            MergeRequest.objects.filter(pk=request.pk).update(merge_when_green=False)
            tell(request, "not_when_green", f"It could not be merged by the hub. {fault}", now=now)
        return False
    return True
