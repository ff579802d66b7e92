"""Facts about changes, for the measures: kept for ever, also when the kitchen they came from is gone."""

from __future__ import annotations

from django.db import models

from kitchens.models.kitchen import Kitchen
from kitchens.models.merge import MergeRequest

CHANGE_STATES = ("open", "merged", "rolled_back", "abandoned")


class Change(models.Model):
    """One change on its way from a kitchen to its parent: when it reached each stage.

    It begins when the kitchen is made, or with the first commit after the kitchen's last merge, and ends merged or
    abandoned. Every moment is the first of its kind, taken from the actions that did it (their clock, not the row's).
    """

    kitchen = models.ForeignKey(Kitchen, models.PROTECT, related_name="changes")
    target = models.ForeignKey(Kitchen, models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()  # 1, 2, 3 … within the kitchen
    state = models.CharField(max_length=12, choices=[(s, s) for s in CHANGE_STATES], default="open")
    request = models.ForeignKey(MergeRequest, models.SET_NULL, null=True, related_name="changes")
    domains = models.JSONField(default=list)  # slugs of the domains whose files it changes
    commits = models.PositiveIntegerField(default=0)
    kitchen_asked_at = models.DateTimeField(null=True)
    kitchen_ready_at = models.DateTimeField(null=True)
    first_commit_at = models.DateTimeField(null=True)
    first_green_run_at = models.DateTimeField(null=True)  # in the kitchen, of code it changed
    requested_at = models.DateTimeField(null=True)
    first_review_at = models.DateTimeField(null=True)
    approved_at = models.DateTimeField(null=True)  # the approval that counted
    candidate_started_at = models.DateTimeField(null=True)
    candidate_green_at = models.DateTimeField(null=True)
    merged_at = models.DateTimeField(null=True, db_index=True)
    first_green_target_run_at = models.DateTimeField(null=True)  # of a recipe it touched, in the target
    rolled_back_at = models.DateTimeField(null=True)
    abandoned_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(
        null=True
    )  # first red run of what it touched in the target, after the merge
    recovered_at = models.DateTimeField(null=True)  # green again, or rolled back
    unplanned = models.BooleanField(default=False)
    mends = models.ForeignKey("self", models.SET_NULL, null=True, related_name="mended_by")

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["kitchen", "number"], name="change_number_once"),
            models.UniqueConstraint(
                fields=["kitchen"], condition=models.Q(state="open"), name="one_open_change"
            ),
        ]

    def __str__(self) -> str:
        return f"change {self.number} of {self.kitchen_id}"


class Retention(models.Model):
    """How long something is kept, as an admin has set it; what has no row is kept as kitchens.core.retention says."""

    name = models.CharField(max_length=40, primary_key=True)  # staging, logs, samples, snapshots
    days = models.PositiveIntegerField()
    changed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name}: {self.days} days"
