"""How people are told: channels, routes to them, and the outbox of notices."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.urls import reverse

from kitchens.models import Person, Secret
from monitoring.core.incidents.channels import KINDS
from monitoring.core.incidents.routing import Rule
from monitoring.core.incidents.timing import BUDGET, DEAD_AFTER, Habits
from monitoring.models.incident import Incident

NOTICE_STATES = ("waiting", "sending", "sent", "failed", "dropped")


class Channel(models.Model):
    """A way to tell people. Password or address are kept as a secret; what `settings` hold may be shown."""

    name = models.SlugField(max_length=60, unique=True)
    kind = models.CharField(max_length=10, choices=list(KINDS.items()))
    settings = models.JSONField(default=dict)
    secret = models.ForeignKey(Secret, models.SET_NULL, null=True)
    enabled = models.BooleanField(default=True)
    budget = models.PositiveIntegerField(default=BUDGET)  # messages in seven days
    digest_minutes = models.PositiveIntegerField(default=0)
    quiet_from = models.TimeField(null=True)
    quiet_to = models.TimeField(null=True)
    timezone = models.CharField(max_length=60, default="UTC")
    created_at = models.DateTimeField()
    failures = models.PositiveIntegerField(default=0)  # in a row
    failing_since = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=300, blank=True)
    last_sent_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["name"]
        indexes = [
            models.Index(fields=["id"], name="channel_dead", condition=Q(failures__gte=DEAD_AFTER)),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("alert-channel", args=[self.name])

    @property
    def habits(self) -> Habits:
        return Habits(self.quiet_from, self.quiet_to, self.timezone, self.digest_minutes, self.budget)

    @property
    def is_dead(self) -> bool:
        return self.failures >= DEAD_AFTER


class Route(models.Model):
    """A rule that leads incidents to a channel; what is empty matches all."""

    place = models.PositiveIntegerField(default=0)
    channel = models.ForeignKey(Channel, models.CASCADE, related_name="routes")
    domain = models.CharField(max_length=60, blank=True)
    owner = models.ForeignKey(Person, models.CASCADE, null=True, related_name="+")
    severity = models.CharField(max_length=10, blank=True)
    kitchen = models.CharField(max_length=60, default="production")  # name of production or of a canary
    begins = models.TimeField(null=True)
    ends = models.TimeField(null=True)
    weekdays_only = models.BooleanField(default=False)
    timezone = models.CharField(max_length=60, default="UTC")
    escalate_to = models.ForeignKey(Channel, models.SET_NULL, null=True, related_name="escalations")
    escalate_minutes = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["place", "id"]

    def __str__(self) -> str:
        return f"{self.domain or 'every domain'} → {self.channel}"

    @property
    def rule(self) -> Rule:
        named = ("domain", "severity", "kitchen", "begins", "ends", "weekdays_only", "timezone")
        return Rule(
            pk=self.pk,
            channel=self.channel_id,
            owner=self.owner_id,
            escalate_to=self.escalate_to_id,
            escalate_minutes=self.escalate_minutes,
            **{name: getattr(self, name) for name in named},
        )


class Notice(models.Model):
    """Something to be told by a channel, written with the change it tells of. It is sent at least once."""

    incident = models.ForeignKey(
        Incident, models.CASCADE, null=True, related_name="notices", db_index=False
    )  # see Meta; null: a trial
    channel = models.ForeignKey(Channel, models.CASCADE, related_name="notices", db_index=False)
    kind = models.CharField(max_length=12)
    severity = models.CharField(max_length=10, default="stop")
    to = models.CharField(max_length=254, blank=True)  # one address; "": whoever the channel reaches
    person = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    key = models.CharField(max_length=200, unique=True)
    title = models.CharField(max_length=250)
    text = models.TextField()
    url = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField()
    due_at = models.DateTimeField()
    digest = models.BooleanField(default=False)
    waits = models.CharField(max_length=20, blank=True)  # for what, where it does not go out at once
    state = models.CharField(max_length=10, choices=[(s, s) for s in NOTICE_STATES], default="waiting")
    batch = models.CharField(max_length=64, blank=True)  # of the message it goes out with
    tries = models.PositiveSmallIntegerField(default=0)
    leased_until = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["incident", "id"], name="notice_of_incident"),
            models.Index(
                fields=["due_at"], name="notice_to_send", condition=Q(state__in=["waiting", "sending"])
            ),
            models.Index(
                fields=["channel", "sent_at"], name="notice_sent", condition=Q(sent_at__isnull=False)
            ),
            models.Index(fields=["channel", "-id"], name="notice_by_channel"),
        ]

    def __str__(self) -> str:
        return self.title
