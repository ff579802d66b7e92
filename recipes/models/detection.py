"""What the tests of a dataset have caught of planted faults, as last tried."""

from __future__ import annotations

from django.db import models

from kitchens.models import Dataset, Kitchen, Snapshot


class DetectionPower(models.Model):
    """The newest trial of one dataset in one kitchen; `body` is a recipes.core.detection.trying.Power as a dictionary."""

    kitchen = models.ForeignKey(Kitchen, models.CASCADE, related_name="+")
    dataset = models.ForeignKey(Dataset, models.CASCADE, related_name="+", db_index=False)  # see Meta
    recipe = models.CharField(max_length=121)  # "<domain>/<recipe>" whose tests they were
    commit = models.CharField(max_length=40)
    snapshot = models.ForeignKey(Snapshot, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()
    body = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["dataset", "kitchen"], name="detection_once")]

    def __str__(self) -> str:
        return f"{self.dataset_id} in {self.kitchen_id}"
