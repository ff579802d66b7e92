"""Kitchens and the append-only ledger of what they were: revisions and pointers."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.urls import reverse

from kitchens.core.roles import GUARDED_TIERS, ROLES, right_in
from kitchens.models.domain import Dataset
from kitchens.models.people import Person

TIERS = (
    "production",
    "canary",
    "development",
    "candidate",
)  # a candidate is hidden: it belongs to a merge request
# provisioning: being made; failed: making it went wrong and was undone, or left something that is listed;
# retired: archived, recoverable for a week; gone: cleaned, its facts stay.
KITCHEN_STATES = ("provisioning", "failed", "ready", "retired", "gone")
STORES = ("embedded", "postgresql")
CAUSES = ("created", "provision", "commit", "publish", "restore", "merge", "override", "rollback")
DATA_CHOICES = ("reference", "sample", "masked", "empty")  # what a kitchen has of a dataset of its parent


class Kitchen(models.Model):
    """An environment: a git branch, a data environment, overrides, people. `production` is the root.

    What it is now is its newest revision (`head`, a number counted per kitchen). It moves by compare-and-swap only.
    """

    slug = models.SlugField(max_length=60, unique=True)
    title = models.CharField(max_length=120)
    description = models.TextField(blank=True)
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="children")
    tier = models.CharField(max_length=20, choices=[(t, t) for t in TIERS])
    state = models.CharField(max_length=20, choices=[(s, s) for s in KITCHEN_STATES], default="ready")
    branch = models.CharField(max_length=80, unique=True)  # "main" for production, else "kitchens/<slug>"
    store = models.CharField(max_length=20, choices=[(s, s) for s in STORES])
    head = models.PositiveIntegerField(default=0)  # number of the newest revision
    owner = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="kitchens")
    max_parallel_nodes = models.PositiveSmallIntegerField(null=True, blank=True)
    max_run_seconds = models.PositiveIntegerField(null=True, blank=True)  # of any run in it
    purpose = models.CharField(max_length=40, blank=True)  # template of the wizard it was made from
    domains = models.JSONField(default=list)  # slugs of the domains it is meant to change
    data_choices = models.JSONField(
        default=dict
    )  # dataset -> one of DATA_CHOICES; what is not named: reference
    protected = models.BooleanField(default=False)  # changes come by merge only, never by an edit or a push
    closed = models.BooleanField(default=False)  # only its people see more of it than name and owner
    policy = models.JSONField(
        default=dict
    )  # gates for merges into it: kitchens.core.gates.Policy as a dictionary
    created_at = models.DateTimeField()
    ready_at = models.DateTimeField(null=True)
    ends_on = models.DateField(null=True, blank=True)
    warned_at = models.DateTimeField(null=True)  # last warning that it ends soon
    retired_at = models.DateTimeField(null=True)
    gone_at = models.DateTimeField(null=True)  # cleaned after a week in the archive
    state_note = models.TextField(blank=True)  # why it is in this state, one sentence for people

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["tier"], condition=models.Q(tier="production"), name="one_production"
            ),
            models.CheckConstraint(
                condition=models.Q(tier="production", parent=None) | models.Q(parent__isnull=False),
                name="only_production_is_root",
            ),
        ]

    def __str__(self) -> str:
        return self.title or self.slug

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save it; what is made of a closed kitchen shows the same data, and begins closed."""
        if self._state.adding and self.parent_id and self.parent is not None:
            self.closed = self.closed or self.parent.closed
        super().save(*args, **kwargs)

    @property
    def is_production(self) -> bool:
        return self.tier == "production"

    @property
    def is_guarded(self) -> bool:
        """Whether it asks of people what production asks: a canary runs what was promoted into it."""
        return self.tier in GUARDED_TIERS

    @property
    def merges_only(self) -> str:
        """Say why it takes no edit, push or override, as a sentence; "" where it does."""
        why = "protected" if self.protected else "a canary" if self.tier == "canary" else ""
        return f"{self} is {why}: it changes by merges only." if why else ""

    def right(self, what: str) -> str:
        """Return what counts in the table of roles for doing `what` here."""
        return right_in(what, self.tier)

    @property
    def is_candidate(self) -> bool:
        return self.tier == "candidate"

    def get_absolute_url(self) -> str:
        return reverse("kitchen-detail", args=[self.slug])


class Membership(models.Model):
    """A person's role in one kitchen, above or below the one they have in the whole hub."""

    kitchen = models.ForeignKey(Kitchen, models.CASCADE, related_name="memberships")
    person = models.ForeignKey(Person, models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=20)
    since = models.DateTimeField()
    added_by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["kitchen", "person"], name="membership_once"),
            models.CheckConstraint(condition=models.Q(role__in=ROLES), name="membership_role_known"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} is {self.role} in {self.kitchen_id}"


class Revision(models.Model):
    """What a kitchen was at a moment: commit + data (by number, see Pointer) + overrides + pinned parent revision."""

    kitchen = models.ForeignKey(Kitchen, models.PROTECT, related_name="revisions")
    number = models.PositiveIntegerField()  # 1, 2, 3 … within the kitchen
    commit = models.CharField(max_length=40)
    parent_revision = models.ForeignKey(
        "self", models.PROTECT, null=True
    )  # where the kitchen reads what it has not written
    # Pointers of the kitchen below this number count no longer: since a merge it mirrors its parent again.
    own_since = models.PositiveIntegerField(default=0)
    overrides = models.JSONField(default=dict)  # name of a value -> value
    cause = models.CharField(max_length=20, choices=[(c, c) for c in CAUSES])
    note = models.CharField(max_length=300, blank=True)
    made_by_run = models.BigIntegerField(null=True, db_index=True)  # order run that published it
    by = models.ForeignKey(Person, models.SET_NULL, null=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ["kitchen", "number"]
        constraints = [models.UniqueConstraint(fields=["kitchen", "number"], name="revision_number_once")]

    def __str__(self) -> str:
        return f"{self.kitchen.slug}@{self.number}"


class Snapshot(models.Model):
    """One immutable version of a dataset: files or tables that never change, named by the store that holds them."""

    dataset = models.ForeignKey(Dataset, models.PROTECT, related_name="snapshots")
    store = models.CharField(max_length=20)
    parts = models.JSONField()  # list of kitchens.core.stores.Part as dictionaries
    columns = models.JSONField()  # list of kitchens.core.stores.Column as dictionaries
    partition_column = models.CharField(max_length=120, blank=True)
    rows = models.BigIntegerField()
    bytes = models.BigIntegerField()
    digest = models.CharField(
        max_length=64
    )  # of columns and part names, in order: equal digest, equal content
    made_by_node_run = models.BigIntegerField(null=True, db_index=True)
    made_by_attempt = models.CharField(max_length=80)  # "<run>-<node>-<attempt>", part of every file name
    created_at = models.DateTimeField(db_index=True)
    collected_at = models.DateTimeField(null=True)  # never published, and its parts were removed then

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.dataset.name}#{self.pk}"


class Pointer(models.Model):
    """From this revision of the kitchen on, the dataset is this snapshot (none: it was removed). Append-only."""

    kitchen = models.ForeignKey(Kitchen, models.PROTECT, related_name="pointers")
    dataset = models.ForeignKey(Dataset, models.PROTECT, related_name="pointers")
    revision = models.ForeignKey(Revision, models.PROTECT, related_name="pointers")
    number = models.PositiveIntegerField()  # of the revision
    snapshot = models.ForeignKey(Snapshot, models.PROTECT, null=True, related_name="pointers")

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["kitchen", "dataset", "number"], name="pointer_once")]

    def __str__(self) -> str:
        return f"{self.dataset_id} from {self.number}"
