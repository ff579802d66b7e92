"""What the tests of a dataset have caught of planted faults, as last tried."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from kitchens.models import Dataset, Kitchen, Person, Snapshot


class DetectionPower(models.Model):
    """The newest trial of one dataset in one kitchen; `body` is a recipes.core.detection.trying.Power as a dictionary."""

    kitchen = models.ForeignKey(Kitchen, models.CASCADE, related_name="+")
    dataset = models.ForeignKey(Dataset, models.CASCADE, related_name="+", db_index=False)  # see Meta
    recipe = models.CharField(max_length=121, blank=True)  # "<domain>/<recipe>" whose tests they were
    commit = models.CharField(max_length=40, blank=True)
    snapshot = models.ForeignKey(Snapshot, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(null=True)  # of the trial; null: none has come to its end yet
    body = models.JSONField(default=dict)
    asked_at = models.DateTimeField(null=True)  # another is asked for, and not over
    asked_by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    taken_until = models.DateTimeField(null=True)  # the lease of the worker that does it
    trouble = models.CharField(max_length=400, blank=True)  # why nothing came of the last one

    class Meta:
        constraints = [models.UniqueConstraint(fields=["dataset", "kitchen"], name="detection_once")]
        indexes = [
            models.Index(fields=["asked_at"], name="detection_asked", condition=Q(asked_at__isnull=False))
        ]

    def __str__(self) -> str:
        return f"{self.dataset_id} in {self.kitchen_id}"
