"""Merge requests between a kitchen and its parent: what is proposed, who agreed to what, what was built and published."""

from __future__ import annotations

from django.db import models
from django.urls import reverse

from kitchens.models.kitchen import Kitchen, Revision
from kitchens.models.people import Person

REQUEST_STATES = ("open", "merged", "withdrawn")
CANDIDATE_STATES = ("", "building", "green", "red", "void")
CANARY_STATES = ("", "running", "green", "red")


class MergeRequest(models.Model):
    """The wish to bring what a kitchen has changed into its parent (or down from it), in one revision.

    `source_revision` and `target_revision` are what was last looked at. Approvals and the candidate name the revisions
    they are about, and count only while those are the newest that matter (see kitchens.core.gates).
    """

    source = models.ForeignKey(Kitchen, models.PROTECT, related_name="requests_out")
    target = models.ForeignKey(Kitchen, models.PROTECT, related_name="requests_in")
    title = models.CharField(max_length=120)
    intent = models.TextField(blank=True)  # why, and what a reader should look at
    state = models.CharField(max_length=12, choices=[(s, s) for s in REQUEST_STATES], default="open")
    source_revision = models.ForeignKey(Revision, models.PROTECT, related_name="+")
    target_revision = models.ForeignKey(Revision, models.PROTECT, related_name="+")
    resolutions = models.JSONField(default=dict)  # path -> kitchens.core.merging.Resolution as a dictionary
    unplanned = models.BooleanField(default=False)  # mends what an earlier deployment broke
    mends = models.ForeignKey("self", models.SET_NULL, null=True, related_name="mended_by")
    opened_by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    opened_at = models.DateTimeField()
    # The merged state, built with the target's overrides in a hidden kitchen.
    candidate = models.ForeignKey(Kitchen, models.SET_NULL, null=True, related_name="+")
    candidate_state = models.CharField(max_length=10, blank=True, choices=[(s, s) for s in CANDIDATE_STATES])
    candidate_commit = models.CharField(max_length=40, blank=True)
    candidate_source = models.ForeignKey(Revision, models.PROTECT, null=True, related_name="+")
    candidate_target = models.ForeignKey(Revision, models.PROTECT, null=True, related_name="+")
    candidate_plan = models.JSONField(
        default=dict
    )  # what is run, what is reused and why: recipes.core.candidates
    candidate_started_at = models.DateTimeField(null=True)
    candidate_ended_at = models.DateTimeField(null=True)
    candidate_note = models.TextField(blank=True)  # one sentence: what came of it
    # Canary: runs on live inputs between development and production.
    canary = models.ForeignKey(Kitchen, models.SET_NULL, null=True, related_name="+")
    canary_state = models.CharField(max_length=10, blank=True, choices=[(s, s) for s in CANARY_STATES])
    canary_wanted = models.PositiveSmallIntegerField(default=0)  # green runs wanted
    canary_seen = models.PositiveSmallIntegerField(default=0)
    merge_when_green = models.BooleanField(default=False)  # goes on by itself once nothing blocks any more
    merged_revision = models.ForeignKey(Revision, models.PROTECT, null=True, related_name="merged_by_request")
    merged_by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    closed_at = models.DateTimeField(null=True)  # merged or withdrawn

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["state", "-id"], name="request_by_state")]
        constraints = [
            models.UniqueConstraint(
                fields=["source", "target"], condition=models.Q(state="open"), name="one_open_request"
            )
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("merge-detail", args=[self.pk])


class Approval(models.Model):
    """Somebody's word on a merge request, bound by `digest` to exactly what they looked at."""

    request = models.ForeignKey(MergeRequest, models.CASCADE, related_name="approvals")
    person = models.ForeignKey(Person, models.PROTECT, related_name="approvals")
    approved = models.BooleanField()  # False: asks for changes
    tests_removed = models.BooleanField(default=False)  # also agrees that tests are removed
    digest = models.CharField(max_length=64)  # kitchens.core.gates.digest of the two revisions
    note = models.TextField(blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.person_id} on {self.request_id}"


class Comment(models.Model):
    """A word in the discussion of a merge request, on the whole or on a line of a file."""

    request = models.ForeignKey(MergeRequest, models.CASCADE, related_name="comments")
    person = models.ForeignKey(Person, models.PROTECT, related_name="comments")
    text = models.TextField()
    path = models.CharField(max_length=300, blank=True)
    line = models.PositiveIntegerField(null=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.text[:60]


class RequestEvent(models.Model):
    """The timeline of a merge request: what happened, by whom, in a sentence."""

    request = models.ForeignKey(MergeRequest, models.CASCADE, related_name="events")
    what = models.CharField(max_length=40)  # opened, moved, approved, candidate.started …
    sentence = models.TextField()
    person = models.ForeignKey(Person, models.SET_NULL, null=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.sentence[:60]
