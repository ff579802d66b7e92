"""What is done with a change, by the people and with the clock of its day, through the same actions that pages call.

Each act looks at what is there already, so it may be called again after a stop, and while a candidate is being built.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

from hub.common.errors import HubError
from hub.demo.changes.planned import Planned
from hub.demo.people import actor
from kitchens.actions import merges
from kitchens.actions.retire import retire_kitchen
from kitchens.actions.rollbacks import roll_back
from kitchens.models import Kitchen, MergeRequest, Revision
from kitchens.ports import ports
from kitchens.queries.data import newest

logger = logging.getLogger(__name__)
CLOSED = ("retired", "gone")
AFTERNOON = timedelta(minutes=190)  # from a merge to its roll-back


@dataclass(frozen=True)
class Standing:
    """How the changes stand: the state of each kitchen, and the newest request of each."""

    kitchens: Mapping[str, str]
    requests: Mapping[str, tuple[str, str]]  # slug -> state, state of the candidate

    @classmethod
    def read(cls) -> Standing:
        """Return how all changes stand. Two queries."""
        kitchens = dict(Kitchen.objects.exclude(tier="candidate").values_list("slug", "state"))
        rows = MergeRequest.objects.order_by("id").values_list("source__slug", "state", "candidate_state")
        return cls(kitchens, {slug: (state, candidate) for slug, state, candidate in rows})


class Act(Protocol):
    """One thing that people do about a change."""

    @property
    def moves_production(self) -> bool:
        """Say whether production is another one afterwards."""

    def is_over(self, standing: Standing) -> bool:
        """Say whether it was done, by this start of the demo or an earlier one. No query."""

    def go_on(self, at: datetime) -> bool:
        """Do what can be done now, as of `at`, and say whether that was all."""


@dataclass(frozen=True)
class Ask:
    """The author asks for the merge, and others have their say."""

    change: Planned

    @property
    def moves_production(self) -> bool:
        return False

    def is_over(self, standing: Standing) -> bool:
        return self.change.slug in standing.requests

    def go_on(self, at: datetime) -> bool:
        change = self.change
        if request_of(change.slug) is None:
            source = Kitchen.objects.select_related("parent").get(slug=change.slug)
            request = merges.open_request(
                source,
                _production(),
                title=change.title,
                intent=change.intent,
                by=actor(change.by),
                now=at,
                unplanned=change.unplanned,
                mends=request_of(change.mends) if change.mends else None,
            )
            for number, (who, said) in enumerate(change.comments, start=1):
                merges.comment(request, said, by=actor(who), now=at + timedelta(minutes=14 * number))
        return True


@dataclass(frozen=True)
class Settle:
    """Somebody else agrees, the candidate is built, the change is merged and its kitchen retired."""

    change: Planned

    @property
    def moves_production(self) -> bool:
        return True

    def is_over(self, standing: Standing) -> bool:
        if self.change.ends == "red":
            return standing.requests.get(self.change.slug, ("", ""))[1] in ("green", "red")
        return standing.kitchens.get(self.change.slug) in CLOSED

    def go_on(self, at: datetime) -> bool:
        request = request_of(self.change.slug)
        if request is None:
            return True
        if request.state == "open" and not self._bring_in(request, at):
            return False
        request.refresh_from_db()
        if request.state == "merged":
            self._afterwards(request, (request.closed_at or at) + timedelta(minutes=20))
        return True

    def _bring_in(self, request: MergeRequest, at: datetime) -> bool:
        """Do the next thing until it is merged; False while the candidate is being built."""
        state, change = request.candidate_state, self.change
        if state == "building":
            return False
        if state in ("", "void"):
            if change.ends != "red":
                weaker = bool(ports.impact(request.pk).tests_removed)
                merges.approve(request, by=actor(change.reviewer), now=at, tests_removed=weaker)
            begun = at + timedelta(minutes=12)
            shift = (begun - datetime.now(UTC)).total_seconds()
            merges.start_candidate(request, by=actor(change.by), now=begun, clock_shift=shift)
            return False
        if state == "red" or change.ends == "red":
            return True
        merges.merge(request, by=actor(change.by), now=_after(request, at))
        return True

    def _afterwards(self, request: MergeRequest, at: datetime) -> None:
        """Let others see that production moved; go back where it was wrong; retire the kitchen."""
        _look_at_open_requests(at - timedelta(minutes=19))
        merged, kitchen = request.merged_revision, request.source
        if self.change.ends == "rolled_back" and merged is not None and _is_newest_merge(request):
            before = Revision.objects.filter(kitchen=merged.kitchen_id, number__lt=merged.number).latest(
                "number"
            )
            at += AFTERNOON
            note = "Customers who joined and have not bought yet got no newsletter."
            roll_back(_production(), before, by=actor("tom"), now=at, note=note)
            _look_at_open_requests(at)
        if kitchen.state == "ready":
            retire_kitchen(kitchen, by=actor(self.change.by), now=at + timedelta(minutes=5))


@dataclass(frozen=True)
class GiveUp:
    """The author retires the kitchen; nothing of it was merged."""

    change: Planned

    @property
    def moves_production(self) -> bool:
        return False

    def is_over(self, standing: Standing) -> bool:
        return standing.kitchens.get(self.change.slug) in CLOSED

    def go_on(self, at: datetime) -> bool:
        kitchen = Kitchen.objects.filter(slug=self.change.slug, state="ready").first()
        if kitchen:
            retire_kitchen(kitchen, by=actor(self.change.by), now=at)
        return True


def go_on(act: Act, at: datetime) -> bool:
    """Let an act go on; one that fails is written to the log and over: the history goes on without it."""
    try:
        return act.go_on(at)
    except HubError:
        logger.exception("A change of the demo could not go on: %s", act)
        return True


def request_of(slug: str) -> MergeRequest | None:
    """Return the newest request of a kitchen, None where there is none. One query."""
    rows = MergeRequest.objects.select_related("source", "target", "candidate", "merged_revision")
    return rows.filter(source__slug=slug).order_by("-id").first()


def _production() -> Kitchen:
    return Kitchen.objects.get(tier="production")


def _after(request: MergeRequest, at: datetime) -> datetime:
    """Return when it was merged: some minutes after its candidate was green."""
    return max(request.candidate_ended_at or at, at) + timedelta(minutes=7)


def _is_newest_merge(request: MergeRequest) -> bool:
    merged = request.merged_revision
    return merged is not None and newest(request.target).commit == merged.commit


def _look_at_open_requests(at: datetime) -> None:
    """Look at what waits, as the hub would have by then: production has moved."""
    for request in MergeRequest.objects.filter(state="open").select_related("source", "target"):
        merges.refresh(request, now=at)
