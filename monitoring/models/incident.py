"""Episodes with one root, and who looks after them."""

from __future__ import annotations

from django.db import models

from kitchens.models import Kitchen, Person

STATES = ("open", "acknowledged", "snoozed", "monitoring", "resolved")
REASONS = (
    "data_fixed",
    "code_fixed",
    "expected",
    "false_alarm",
    "test_wrong",
    "duplicate",
    "wont_fix",
)


class Incident(models.Model):
    """What somebody looks after: episodes of one kitchen that have one suspected root. Re-opening counts as a flap."""

    kitchen = models.ForeignKey(Kitchen, models.PROTECT, related_name="incidents", db_index=False)  # see Meta
    domain = models.CharField(max_length=60)  # of the suspected root
    title = models.CharField(max_length=200)
    fingerprint = models.CharField(max_length=200, blank=True)  # of the root, without counts and ids
    severity = models.CharField(max_length=10, default="stop")
    state = models.CharField(max_length=20, choices=[(s, s) for s in STATES], default="open")
    reason = models.CharField(max_length=20, choices=[(r, r) for r in REASONS], blank=True)
    comment = models.TextField(blank=True)  # of whoever resolved it
    assignee = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="incidents")
    owner = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")  # of the domain, then
    opened_at = models.DateTimeField()
    acknowledged_at = models.DateTimeField(null=True)
    snoozed_until = models.DateTimeField(null=True)
    resolved_at = models.DateTimeField(null=True)
    flaps = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["kitchen", "-id"], name="incident_by_kitchen"),
            models.Index(
                fields=["kitchen", "fingerprint"],
                name="incident_open",
                condition=models.Q(resolved_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return self.title
