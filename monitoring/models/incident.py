"""Episodes with one root, and who looks after them."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.urls import reverse

from kitchens.models import Kitchen, Person
from monitoring.core.incidents.states import REASONS, STATES

UNRESOLVED = Q(resolved_at__isnull=True)


class Incident(models.Model):
    """What somebody looks after: episodes of one kitchen that have one suspected root. Re-opening counts as a flap."""

    kitchen = models.ForeignKey(Kitchen, models.PROTECT, related_name="incidents", db_index=False)  # see Meta
    domain = models.CharField(max_length=60)  # of the suspected root
    title = models.CharField(max_length=200)
    fingerprint = models.CharField(max_length=200, blank=True)  # of the root, without counts and ids
    suspect = models.CharField(max_length=300, blank=True)  # what is suspected, to be compared within a run
    run = models.BigIntegerField(null=True)  # in which it was red first
    severity = models.CharField(max_length=10, default="stop")
    state = models.CharField(max_length=20, choices=[(s, s) for s in STATES], default="open")
    urgency = models.PositiveSmallIntegerField(default=0)  # of its state and severity, for the inbox
    reason = models.CharField(max_length=20, choices=list(REASONS.items()), blank=True)
    comment = models.TextField(blank=True)  # of whoever resolved it
    duplicate_of = models.ForeignKey("self", models.SET_NULL, null=True, related_name="duplicates")
    assignee = models.ForeignKey(
        Person, models.SET_NULL, null=True, related_name="incidents", db_index=False
    )  # see Meta
    # of the domain, or of the kitchen
    owner = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+", db_index=False)
    opened_at = models.DateTimeField()
    open_since = models.DateTimeField(null=True)  # when people were last told that it is open
    acknowledged_at = models.DateTimeField(null=True)
    snoozed_until = models.DateTimeField(null=True)  # null while snoozed: until it is worse
    snoozed_level = models.JSONField(default=dict)  # how bad it was then
    due_at = models.DateTimeField(null=True)  # when the hub has to look: end of a snooze, escalation, promise
    resolved_at = models.DateTimeField(null=True)
    flaps = models.PositiveSmallIntegerField(default=0)
    turns = models.PositiveIntegerField(default=0)  # how often people were told: part of the keys of notices

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["kitchen", "-id"], name="incident_by_kitchen"),
            models.Index(fields=["kitchen", "fingerprint", "-id"], name="incident_by_root"),
            models.Index(fields=["kitchen", "run"], name="incident_by_run"),
            # What is not resolved stays little however long the history: lists and the inbox look at nothing else.
            models.Index(fields=["-id"], name="incident_unresolved", condition=UNRESOLVED),
            # The inbox reads it from its end, and stops where a page is full.
            models.Index(
                fields=["-urgency", "-id"],
                name="incident_urgent",
                condition=Q(resolved_at__isnull=True, urgency__gt=0),
            ),
            models.Index(fields=["due_at"], name="incident_due", condition=Q(due_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("incident-detail", args=[self.pk])

    @property
    def is_open(self) -> bool:
        return self.resolved_at is None

    @property
    def looked_after_by(self) -> Person | None:
        """Who looks after it: whoever it was given to, else the owner."""
        return self.assignee or self.owner


class IncidentEvent(models.Model):
    """What happened to an incident, or was said of it. Append-only."""

    incident = models.ForeignKey(Incident, models.CASCADE, related_name="events", db_index=False)  # see Meta
    at = models.DateTimeField()
    by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")  # null: the hub
    what = models.CharField(max_length=20)
    said = models.CharField(max_length=300)  # by the hub, the rest of a sentence: "acknowledged it"
    text = models.TextField(blank=True)  # by the person
    url = models.URLField(max_length=500, blank=True)

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["incident", "id"], name="event_of_incident")]

    def __str__(self) -> str:
        return f"{self.incident_id}: {self.said}"
