"""One test over time: what all its results in one kitchen have in common, and how it stands now."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from recipes.core.spec.model import AUTOMATIC
from recipes.core.verdict import Severity


class TestSeries(models.Model):
    """A test of a recipe in a kitchen, with its newest verdict. Other tools' tests have a `source`.

    Kept by the node that judged it, in the same transaction (recipes.actions.runs.series). What it says of the newest
    result, and its counts, leave out tries that are made again: they judged nothing for their run.
    """

    __test__ = False  # not a test class of ours

    kitchen_id = models.BigIntegerField()  # as on the run, for history without joins
    domain = models.CharField(max_length=60)
    recipe = models.CharField(max_length=60, blank=True)
    test = models.CharField(max_length=120)
    source = models.CharField(max_length=40, blank=True)  # "" is the hub; else the tool that sent it
    node = models.CharField(max_length=100, blank=True)
    check_name = models.CharField(max_length=40, blank=True)
    dataset = models.CharField(max_length=160, blank=True)
    column = models.CharField(max_length=120, blank=True)
    severity = models.CharField(max_length=10, choices=[(s.value, s.value) for s in Severity])
    verdict = models.CharField(max_length=20, blank=True)  # newest; "" before the first that counts
    last = models.ForeignKey("recipes.TestResult", models.SET_NULL, null=True, related_name="+")
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    red_since = models.DateTimeField(null=True)  # first red result since the last green one; null: not red
    n_results = models.PositiveIntegerField(default=0)
    n_warned = models.PositiveIntegerField(default=0)
    n_red = models.PositiveIntegerField(default=0)  # failed, in error or not evaluated

    class Meta:
        ordering = ["id"]
        verbose_name_plural = "test series"
        constraints = [
            models.UniqueConstraint(
                fields=["kitchen_id", "domain", "recipe", "test", "source"], name="series_once"
            )
        ]
        indexes = [
            models.Index(fields=["dataset", "kitchen_id"], name="series_by_dataset"),
            models.Index(
                fields=["kitchen_id", "-red_since"], name="series_red", condition=Q(red_since__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.test} of {self.domain}/{self.recipe}"

    @property
    def automatic(self) -> bool:
        """Whether it is a monitor, which nobody wrote."""
        return not self.source and self.test.startswith(AUTOMATIC)
