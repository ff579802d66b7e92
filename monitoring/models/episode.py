"""One test or node from its first red run to green."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.urls import reverse

from kitchens.models import Kitchen
from monitoring.models.incident import Incident
from recipes.core.verdict import Severity
from recipes.models import OrderRun, TestResult, TestSeries

ENDINGS = ("green", "removed", "kitchen_ended")


class Episode(models.Model):
    """A stretch of red in one kitchen: of a test (`series`), of a node that failed without one, or of a whole run.

    It is derived from results and runs (monitoring.actions.episodes) and can be derived again at any time: what it
    follows (`after`, the id of the last green result, node run or run, 0: none) is its key. What it names as first
    and last green never changes once it is over; `findings` is what was worked out when it began.
    """

    kitchen = models.ForeignKey(Kitchen, models.PROTECT, related_name="episodes", db_index=False)  # see Meta
    domain = models.CharField(max_length=60)
    recipe = models.CharField(max_length=60, blank=True)
    node = models.CharField(max_length=100, blank=True)  # "": the run itself, or another tool's test
    test = models.CharField(max_length=120, blank=True)  # "": the node failed without a failed test
    series = models.ForeignKey(TestSeries, models.CASCADE, null=True, related_name="episodes", db_index=False)
    after = models.BigIntegerField(default=0)
    source = models.CharField(max_length=40, blank=True)
    check_name = models.CharField(max_length=40, blank=True)
    dataset = models.CharField(max_length=160, blank=True)
    severity = models.CharField(max_length=10, choices=[(s.value, s.value) for s in Severity], default="stop")
    verdict = models.CharField(max_length=20)  # of its newest red result, or status of the node run
    sentence = models.TextField(blank=True)  # what was found first
    green_run = models.ForeignKey(OrderRun, models.SET_NULL, null=True, related_name="+", db_index=False)
    first_run = models.ForeignKey(OrderRun, models.SET_NULL, null=True, related_name="+", db_index=False)
    last_run = models.ForeignKey(OrderRun, models.SET_NULL, null=True, related_name="+", db_index=False)
    fixed_run = models.ForeignKey(OrderRun, models.SET_NULL, null=True, related_name="+", db_index=False)
    green_result = models.ForeignKey(TestResult, models.SET_NULL, null=True, related_name="+", db_index=False)
    first_result = models.ForeignKey(TestResult, models.SET_NULL, null=True, related_name="+", db_index=False)
    last_result = models.ForeignKey(TestResult, models.SET_NULL, null=True, related_name="+", db_index=False)
    fixed_result = models.ForeignKey(TestResult, models.SET_NULL, null=True, related_name="+", db_index=False)
    opened_at = models.DateTimeField()
    last_red_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    ending = models.CharField(max_length=20, choices=[(e, e.replace("_", " ")) for e in ENDINGS], blank=True)
    n_red = models.PositiveIntegerField(default=1)  # red evaluations
    n_runs = models.PositiveIntegerField(default=1)  # red runs, a resumed one and its resumes counted once
    findings = models.JSONField(
        default=dict
    )  # what changed, likely causes, the end of the log: as found then
    found_at = models.DateTimeField(null=True)  # when findings were worked out; null: to be done
    incident = models.ForeignKey(Incident, models.SET_NULL, null=True, related_name="episodes")
    told = models.BooleanField(default=False)  # its incident knows how it stands

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["series", "after"], condition=Q(series__isnull=False), name="episode_of_test_once"
            ),
            models.UniqueConstraint(
                fields=["kitchen", "domain", "recipe", "node", "after"],
                condition=Q(series__isnull=True),
                name="episode_of_node_once",
            ),
        ]
        indexes = [
            models.Index(
                fields=["kitchen", "domain", "recipe"],
                name="episode_open",
                condition=Q(closed_at__isnull=True),
            ),
            models.Index(fields=["kitchen", "-id"], name="episode_by_kitchen"),
            models.Index(
                fields=["id"],
                name="episode_to_explain",
                condition=Q(found_at__isnull=True, first_run__isnull=False),
            ),
            models.Index(fields=["kitchen", "domain", "recipe", "-id"], name="episode_by_recipe"),
            models.Index(fields=["id"], name="episode_to_tell", condition=Q(told=False)),
            models.Index(
                fields=["kitchen", "dataset", "-id"],
                name="episode_by_dataset",
                condition=Q(incident__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.named} of {self.domain}/{self.recipe}"

    def get_absolute_url(self) -> str:
        return reverse("failure-report", args=[self.pk])

    @property
    def named(self) -> str:
        """What is red: the test, else the node, else the run."""
        return self.test or self.node or "the run"

    @property
    def is_open(self) -> bool:
        return self.closed_at is None
