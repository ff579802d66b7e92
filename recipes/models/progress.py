"""Long work of the hub itself: how much of how much is done, for the home page."""

from __future__ import annotations

from django.db import models


class Progress(models.Model):
    """One piece of long work that is under way, such as the demo's history being run. Its row stays when it is over."""

    name = models.CharField(max_length=60, primary_key=True)
    title = models.CharField(max_length=200)  # what is being done, as a sentence without a full stop
    unit = models.CharField(max_length=30)  # what is counted: "runs"
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField()
    started_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(done__lte=models.F("total")), name="progress_within_total"
            )
        ]

    def __str__(self) -> str:
        return f"{self.title}: {self.done} of {self.total} {self.unit}"
