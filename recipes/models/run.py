"""Order runs, node runs and attempts. The node table is the queue."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.urls import reverse

from kitchens.models import Dataset, Kitchen, Revision, Snapshot
from recipes.core.status import CHOICES, MAY_FOLLOW, Status
from recipes.models.order import Order


class RunQuerySet(models.QuerySet):
    def move(self, to: Status, **facts: object) -> int:
        """Put these rows in `to` where that may follow; return how many moved.

        The database compares and sets in one statement, so of two workers that
        try the same move exactly one is told 1.
        """
        return self.filter(status__in=MAY_FOLLOW[to]).update(status=to, **facts)


class OrderRun(models.Model):
    """One execution of an order. `chain` is the first run of a chain of resumes (itself, for the first).

    Statuses: queued (waits to be admitted), pending (waits for its turn to write), running, then settled.
    """

    CAME_BY = [(c, c) for c in ("order", "resume", "rerun", "superseded", "provision")]

    order = models.ForeignKey(Order, models.PROTECT, related_name="runs")
    kitchen = models.ForeignKey(Kitchen, models.PROTECT, related_name="runs", db_index=False)  # see Meta
    domain = models.CharField(max_length=60)
    recipe = models.CharField(max_length=60)
    variation = models.CharField(max_length=60)
    slot = models.DateTimeField(null=True)  # the moment a schedule meant; null for runs on demand
    turn_at = models.DateTimeField()  # its place in the line: the slot, else when it was placed
    status = models.CharField(max_length=20, choices=CHOICES, default=Status.QUEUED)
    reason = models.TextField(blank=True)  # one sentence for people
    priority = models.SmallIntegerField(default=0)
    commit = models.CharField(max_length=40)
    tree = models.CharField(max_length=40, blank=True)  # git id of the recipe folder the plan was made from
    planned_at = models.PositiveIntegerField(default=0)  # revision number the plan was made at
    revision = models.ForeignKey(
        Revision, models.PROTECT, null=True, related_name="runs"
    )  # pinned at the first claim
    published = models.ForeignKey(Revision, models.PROTECT, null=True, related_name="+", db_index=False)
    plan = models.JSONField()  # recipes.core.plan.Plan as a dictionary; frozen at the first claim
    writes = models.JSONField(default=list)  # names of the datasets it may write
    fixtures = models.CharField(
        max_length=60, blank=True, default=""
    )  # set of tables it runs with; publishes nothing
    heads = models.JSONField(
        default=dict
    )  # dataset -> snapshot id: newer than pinned, what it was put on since
    rebases = models.PositiveSmallIntegerField(default=0)  # how often it was put on newer heads
    resumes = models.ForeignKey("self", models.PROTECT, null=True, related_name="resumed_by")
    chain = models.BigIntegerField(null=True, db_index=True)
    attempt = models.PositiveSmallIntegerField(default=1)  # place in the chain
    came_by = models.CharField(max_length=12, choices=CAME_BY, default="order")
    recipe_used = models.CharField(max_length=3, blank=True)  # of a resumed run: old or new
    values_used = models.CharField(max_length=3, blank=True)  # of a resumed run: old or new
    clock_shift = models.FloatField(
        default=0
    )  # seconds from real time to the run's clock (history made later)
    placed_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    timeout = models.FloatField(default=0)  # seconds for the whole run; 0: none
    timeout_at = models.DateTimeField(null=True)  # real time
    done = models.PositiveIntegerField(default=0)  # node runs settled
    total = models.PositiveIntegerField(default=0)
    tests_failed = models.PositiveIntegerField(default=0)
    tests_warned = models.PositiveIntegerField(default=0)
    tests_total = models.PositiveIntegerField(default=0)
    followed = models.BooleanField(default=False)  # whoever watches runs has taken note of its end

    objects = RunQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["kitchen", "-id"], name="run_by_kitchen"),
            models.Index(fields=["kitchen", "domain", "recipe", "-id"], name="run_by_recipe"),
            models.Index(fields=["status", "-id"], name="run_by_status"),
            models.Index(fields=["kitchen", "slot"], name="run_by_slot", condition=Q(slot__isnull=False)),
            # All that the days of the home page are counted from: rows are wide (the plan), and there are many.
            models.Index(
                fields=["kitchen", "started_at", "status", "tests_total", "tests_failed"], name="run_by_day"
            ),
            models.Index(
                fields=["kitchen", "slot", "id"],
                name="run_open",
                condition=Q(status__in=["pending", "waiting", "queued", "running", "cancelling"]),
            ),
            models.Index(
                fields=["-priority", "turn_at", "id"], name="run_queue", condition=Q(status="queued")
            ),
            models.Index(fields=["timeout_at"], name="run_timeouts", condition=Q(status="running")),
            models.Index(
                fields=["id"],
                name="run_to_follow",
                condition=Q(followed=False, ended_at__isnull=False),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["order", "slot"],
                condition=Q(came_by="order", slot__isnull=False),
                name="slot_fires_once",
            )
        ]

    def __str__(self) -> str:
        return f"run {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("run-detail", args=[self.pk])


class RunLock(models.Model):
    """A ticket in the line for writing a dataset; kept from the placing of a run to its end.

    A run is admitted when it is first in every line it stands in and nobody holds one of them. Runs with
    overlapping write sets so go one at a time, in the order of their turns.
    """

    kitchen = models.ForeignKey(Kitchen, models.CASCADE)
    dataset = models.CharField(max_length=160)
    run = models.ForeignKey(OrderRun, models.CASCADE, related_name="locks")
    turn_at = models.DateTimeField()  # as on the run
    held = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "dataset"], name="run_lock_once"),
            models.UniqueConstraint(
                fields=["kitchen", "dataset"], condition=Q(held=True), name="one_holder_of_a_dataset"
            ),
        ]
        indexes = [models.Index(fields=["kitchen", "dataset", "turn_at", "run"], name="run_lock_line")]

    def __str__(self) -> str:
        return self.dataset


class NodeRun(models.Model):
    """One node of one order run: what came of it, when, and why. A claim carries attempt, owner and lease."""

    run = models.ForeignKey(OrderRun, models.CASCADE, related_name="node_runs", db_index=False)  # see Meta
    node = models.CharField(max_length=100)
    kind = models.CharField(max_length=30)
    kitchen_id = models.BigIntegerField()  # as on the run: the kitchen's limit counts by it
    in_hub = models.BooleanField(default=False)  # needs no process: a worker settles it where it stands
    place = models.PositiveIntegerField()  # order in the plan (topological), from 0
    status = models.CharField(max_length=20, choices=CHOICES, default=Status.PENDING)
    reason = models.TextField(blank=True)
    unmet = models.PositiveIntegerField(default=0)  # parents not yet settled
    children = models.JSONField(default=list)  # places of the node runs that need this one
    priority = models.SmallIntegerField(default=0)
    limit_key = models.CharField(max_length=130, blank=True)  # connection whose parallel limit counts
    ready_at = models.DateTimeField(null=True)  # real time; a retry is not taken before it
    attempt = models.PositiveSmallIntegerField(default=0)  # claims so far; fences off the owners before
    failures = models.PositiveSmallIntegerField(default=0)  # tries that count against the node's retries
    rebase = models.BooleanField(
        default=False
    )  # next try puts what is staged on the newest head, and judges it
    losses = models.PositiveSmallIntegerField(default=0)  # tries whose worker went silent
    owner = models.CharField(max_length=80, blank=True)
    lease_until = models.DateTimeField(null=True)  # real time
    next_poll_at = models.DateTimeField(null=True)  # external waits hold no worker
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    reused_from = models.ForeignKey(  # resume: finished in an earlier run of the chain
        "self", models.SET_NULL, null=True, db_index=False
    )
    fingerprint = models.CharField(max_length=64, blank=True)  # of its code, values, tests and all before it
    outcome = models.JSONField(default=dict)  # measures, staged datasets, the SQL that ran

    objects = RunQuerySet.as_manager()

    class Meta:
        ordering = ["run", "place"]
        constraints = [
            models.UniqueConstraint(fields=["run", "node"], name="node_run_once"),
            models.UniqueConstraint(fields=["run", "place"], name="node_place_once"),
        ]
        indexes = [
            models.Index(fields=["run", "place"], name="node_queue_of_run", condition=Q(status="queued")),
            models.Index(fields=["run"], name="node_queue_in_hub", condition=Q(status="queued", in_hub=True)),
            models.Index(fields=["ready_at"], name="node_retries", condition=Q(status="waiting")),
            models.Index(fields=["reused_from"], name="node_reused", condition=Q(reused_from__isnull=False)),
            models.Index(
                fields=["-priority", "ready_at", "id"], name="node_queue", condition=Q(status="queued")
            ),
            models.Index(
                fields=["lease_until"], name="node_leases", condition=Q(status__in=["running", "cancelling"])
            ),
            models.Index(fields=["next_poll_at"], name="node_polls", condition=Q(status="waiting")),
        ]

    def __str__(self) -> str:
        return f"{self.node} of run {self.run_id}"


class Attempt(models.Model):
    """One try of a node: who ran it, where, how it ended, what it used."""

    node_run = models.ForeignKey(NodeRun, models.CASCADE, related_name="attempts")
    number = models.PositiveSmallIntegerField()
    owner = models.CharField(max_length=80)
    status = models.CharField(max_length=20, choices=CHOICES)
    reason = models.TextField(blank=True)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    exit_code = models.IntegerField(null=True)
    cpu_seconds = models.FloatField(null=True)
    peak_memory = models.BigIntegerField(null=True)  # bytes
    log = models.CharField(max_length=200, blank=True)  # path below LOG_ROOT

    class Meta:
        ordering = ["node_run", "number"]
        constraints = [models.UniqueConstraint(fields=["node_run", "number"], name="attempt_once")]

    def __str__(self) -> str:
        return f"attempt {self.number} of node run {self.node_run_id}"


class DatasetAccess(models.Model):
    """A node run read or wrote a snapshot of a dataset; lineage is made of these."""

    run = models.ForeignKey(OrderRun, models.CASCADE, related_name="accesses")
    node_run = models.ForeignKey(NodeRun, models.CASCADE, related_name="accesses")
    dataset = models.ForeignKey(Dataset, models.PROTECT, related_name="accesses")
    snapshot = models.ForeignKey(Snapshot, models.PROTECT, null=True, related_name="accesses")
    writes = models.BooleanField()
    mode = models.CharField(
        max_length=30, blank=True
    )  # of a write: replace, append, replace_partition, merge
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["dataset", "writes", "-id"], name="access_by_dataset")]

    def __str__(self) -> str:
        return f"{'write' if self.writes else 'read'} of {self.dataset_id}"
