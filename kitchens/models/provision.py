"""How kitchens are made: drafts of the wizard, and the journal of every step with what undoes it."""

from __future__ import annotations

from django.db import models

from kitchens.models.kitchen import Kitchen
from kitchens.models.people import Person

PROVISION_STATES = ("creating", "ready", "undoing", "undone", "left_over")
STEP_STATES = ("pending", "running", "done", "failed", "undoing", "undone", "left_over", "skipped")


class KitchenDraft(models.Model):
    """What somebody has chosen in the wizard so far; its number is part of the URL of every step."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="kitchen_drafts")
    choices = models.JSONField(default=dict)  # kitchens.core.provision.Choices as a dictionary
    kitchen = models.ForeignKey(Kitchen, models.SET_NULL, null=True)  # what was made of it
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"draft {self.pk}"


class Provision(models.Model):
    """The making of one kitchen, by a plan that was shown before; or its teardown."""

    KINDS = [(k, k) for k in ("create", "teardown")]

    kitchen = models.ForeignKey(Kitchen, models.CASCADE, related_name="provisions")
    kind = models.CharField(max_length=10, choices=KINDS, default="create")
    plan = models.JSONField()  # kitchens.core.provision.Plan as a dictionary, frozen
    digest = models.CharField(max_length=64)  # of the plan, as it was agreed to
    state = models.CharField(max_length=12, choices=[(s, s) for s in PROVISION_STATES], default="creating")
    cancel_asked = models.BooleanField(default=False)
    by = models.ForeignKey(Person, models.SET_NULL, null=True)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["kitchen", "kind"],
                condition=models.Q(state__in=["creating", "undoing"]),
                name="one_provision_at_a_time",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.kitchen_id}"


class ProvisionStep(models.Model):
    """One step of the journal. What undoes it is frozen before it is done; both may be done twice without harm."""

    provision = models.ForeignKey(Provision, models.CASCADE, related_name="steps")
    place = models.PositiveSmallIntegerField()  # from 0; undone in reverse
    kind = models.CharField(max_length=40)  # key of the table of steps
    title = models.CharField(max_length=200)  # what it makes, for people
    details = models.JSONField(default=dict)  # what it is to make
    undo = models.JSONField(default=dict)  # what to remove, frozen before the step is done
    state = models.CharField(max_length=12, choices=[(s, s) for s in STEP_STATES], default="pending")
    log = models.TextField(blank=True)
    fault = models.TextField(blank=True)  # what went wrong, with the way out
    run_id = models.BigIntegerField(null=True)  # order run of an ingredient that does the step
    owner = models.CharField(max_length=80, blank=True)  # process that works on it
    lease_until = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    expected_seconds = models.FloatField(null=True)

    class Meta:
        ordering = ["provision", "place"]
        constraints = [models.UniqueConstraint(fields=["provision", "place"], name="provision_step_once")]

    def __str__(self) -> str:
        return self.title
