"""Reading channels and the outbox."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import Count, Q, QuerySet

from hub.common.errors import MissingError
from kitchens.core import words
from kitchens.core.secrets import place_of
from kitchens.queries.secrets import open_vault
from monitoring.core.incidents.timing import DEAD_AFTER, WEEK
from monitoring.models import Channel, Notice, Route

SHOWN = 50
NOISY = 5


def address_of_hub(path: str) -> str:
    """Return the whole address of a page, for those who are not in the hub."""
    return f"{settings.HUB_URL.rstrip('/')}{path}"


def to_send(now: datetime) -> QuerySet[Notice]:
    """Return the notices to be sent now, with their channel: due, and nobody at work on them. One query over an index."""
    free = Q(leased_until__isnull=True) | Q(leased_until__lte=now)
    due = Notice.objects.filter(
        free, state__in=("waiting", "sending"), due_at__lte=now, channel__enabled=True
    )
    return due.select_related("channel").order_by("due_at", "id")


def is_due(now: datetime) -> bool:
    """Say whether there is something to send. One query."""
    return to_send(now).exists()


def sent_in_week(channel: int, now: datetime) -> int:
    """Return how many messages went out by a channel in the last seven days; a digest is one. One query."""
    sent = Notice.objects.filter(channel=channel, sent_at__gt=now - WEEK).exclude(kind="trial")
    return sent.aggregate(n=Count("batch", distinct=True))["n"]


def secret_of(channel: Channel) -> str:
    """Return what is kept secret of a channel, "" where nothing is. For the process that sends only."""
    if channel.secret is None:
        return ""
    return open_vault().open(bytes(channel.secret.ciphertext), place_of("", channel.secret.name))


def dead_channels() -> list[Channel]:
    """Return the channels by which nothing goes out any more. One query over an index that is empty in good times."""
    return list(Channel.objects.filter(failures__gte=DEAD_AFTER, enabled=True).order_by("name"))


def get_channel(name: str) -> Channel:
    """Return a channel; MissingError where there is none. One query."""
    channel = Channel.objects.filter(name=name[:60]).first()
    if channel is None:
        raise MissingError(
            f"There is no channel {name[:60]!r}.", remedy="Settings, Alerts lists all there are."
        )
    return channel


def get_route(pk: int) -> Route:
    """Return a route with its channels; MissingError where there is none. One query."""
    route = Route.objects.select_related("channel", "owner", "escalate_to").filter(pk=pk).first()
    if route is None:
        raise MissingError(f"There is no route {pk}.", remedy="Settings, Alerts lists all there are.")
    return route


@dataclass(frozen=True)
class ChannelRow:
    """A channel as the list shows it."""

    channel: Channel
    sent: int  # messages in the last seven days
    waiting: int

    @property
    def tone(self) -> str:
        if not self.channel.enabled:
            return "skip"
        return "fail" if self.channel.is_dead else "warn" if self.channel.failures else "ok"

    @property
    def said(self) -> str:
        """How it stands, in words."""
        channel = self.channel
        if not channel.enabled:
            return "paused"
        if channel.is_dead:
            return "does not answer"
        if channel.failures:
            return words.count(channel.failures, "failure") + " in a row"
        return "works" if channel.last_sent_at else "not used yet"

    @property
    def loud(self) -> bool:
        return self.sent >= self.channel.budget


@dataclass(frozen=True)
class AlertsPage:
    """Settings, Alerts."""

    rows: Sequence[ChannelRow]
    routes: Sequence[Route]

    @property
    def sentence(self) -> str:
        if not self.rows:
            return "Nobody is told yet when something turns red. Add a channel, then a route to it."
        dead = [row.channel.name for row in self.rows if row.channel.is_dead and row.channel.enabled]
        if dead:
            verb = "does" if len(dead) == 1 else "do"
            return f"{words.listed(dead)} {verb} not answer: what is to be told waits."
        if not self.routes:
            return "There is no route: only who looks after an incident is told, where a channel writes to single people."
        return f"{words.count(len(self.rows), 'channel')}, {words.count(len(self.routes), 'route')}."


def alerts_page(now: datetime) -> AlertsPage:
    """Return channels and routes. Three queries."""
    since = Q(notices__sent_at__gt=now - WEEK) & ~Q(notices__kind="trial")
    waiting = Q(notices__state__in=("waiting", "sending"))
    found = Channel.objects.annotate(
        sent=Count("notices__batch", filter=since, distinct=True),
        waits=Count("notices", filter=waiting, distinct=True),
    )
    routes = Route.objects.select_related("channel", "owner", "escalate_to")
    return AlertsPage([ChannelRow(one, one.sent, one.waits) for one in found], list(routes))


@dataclass(frozen=True)
class ChannelPage:
    """One channel: how it stands, what went out by it, and what is loudest."""

    row: ChannelRow
    notices: Sequence[Notice]
    noisy: Sequence[tuple[str, int]]  # titles of the incidents told of most in the week
    routed: bool  # a route leads to it, or one that waits too long


def channel_page(channel: Channel, now: datetime) -> ChannelPage:
    """Return the page of a channel. Five queries."""
    notices = list(channel.notices.select_related("incident", "person").order_by("-id")[:SHOWN])
    week = channel.notices.filter(sent_at__gt=now - WEEK, incident__isnull=False)
    noisy = week.values_list("incident__title").annotate(n=Count("id")).order_by("-n", "incident__title")
    waiting = channel.notices.filter(state__in=("waiting", "sending")).count()
    return ChannelPage(
        ChannelRow(channel, sent_in_week(channel.pk, now), waiting),
        notices,
        list(noisy[:NOISY]),
        Route.objects.filter(Q(channel=channel) | Q(escalate_to=channel)).exists(),
    )
