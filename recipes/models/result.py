"""What came of every test, kept with its numbers, on pass too."""

from __future__ import annotations

from django.db import models

from recipes.core.checks.marks import MARKS
from recipes.core.spec.model import AUTOMATIC
from recipes.core.verdict import Severity, Verdict
from recipes.models.run import NodeRun, OrderRun
from recipes.models.series import TestSeries


class TestResult(models.Model):
    """The verdict of one test in one attempt of a node run, with the numbers and the evidence behind it.

    A result that another tool sent has a `source`, and no run of ours unless it says which.
    """

    __test__ = False  # not a test class of ours

    run = models.ForeignKey(OrderRun, models.CASCADE, null=True, related_name="test_results")
    node_run = models.ForeignKey(NodeRun, models.CASCADE, null=True, related_name="test_results")
    series = models.ForeignKey(
        TestSeries, models.CASCADE, null=True, related_name="results", db_index=False
    )  # see Meta
    attempt = models.PositiveSmallIntegerField(default=0)
    counts = models.BooleanField(default=True)  # false: of a try that was made again
    source = models.CharField(max_length=40, blank=True)  # "" is the hub; else the tool that sent it
    external_url = models.URLField(max_length=500, blank=True)  # where that tool shows it
    kitchen_id = models.BigIntegerField()  # as on the run, for history without joins
    domain = models.CharField(max_length=60)
    recipe = models.CharField(max_length=60)
    test = models.CharField(max_length=120)
    check_name = models.CharField(max_length=40)
    dataset = models.CharField(max_length=160, blank=True)
    severity = models.CharField(max_length=10, choices=[(s.value, s.value) for s in Severity])
    verdict = models.CharField(max_length=20, choices=[(v.value, v.value.replace("_", " ")) for v in Verdict])
    sentence = models.TextField()  # what was found, for people
    n_scope = models.BigIntegerField(null=True)
    n_applicable = models.BigIntegerField(null=True)
    n_fail = models.BigIntegerField(null=True)
    measure = models.FloatField(null=True)
    unit = models.CharField(max_length=30, blank=True)
    expected = models.TextField(blank=True)  # the limit, in words: "at least 150"
    details = models.JSONField(default=dict)  # further counts by name
    evidence = models.JSONField(default=list)  # capped sample of failing rows, taken at the moment of failure
    sql = models.TextField(blank=True)
    duration_ms = models.FloatField(default=0)
    at = models.DateTimeField()
    # What people said of it: expected (a change that was meant), incident (not to be learnt from), usable (a false alarm)
    mark = models.CharField(max_length=10, blank=True, default="", choices=[(m, m) for m in MARKS])

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(fields=["domain", "recipe", "test", "kitchen_id", "-id"], name="result_history"),
            models.Index(fields=["series", "-id"], name="result_of_series"),
            models.Index(fields=["dataset", "-id"], name="result_by_dataset"),
            models.Index(
                fields=["-id"],
                name="result_red",
                condition=models.Q(verdict__in=["fail", "error", "not_evaluated"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.test}: {self.verdict}"

    @property
    def automatic(self) -> bool:
        """Whether it is of a monitor, which nobody wrote."""
        return not self.source and self.test.startswith(AUTOMATIC)

    @property
    def link(self) -> str:
        """Where another tool shows it; "" where what it sent is no address of the web."""
        return self.external_url if self.external_url.startswith(("https://", "http://")) else ""
