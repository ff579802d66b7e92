"""Baselines of control charts: what production's past looked like when it was last learnt from. Append-only."""

from __future__ import annotations

from django.db import models


class Baseline(models.Model):
    """A frozen baseline of one test of one variation in production; `digest` is its version, made of its content.

    The node process that needed it learnt it; it was stored with the results it judged, in one transaction.
    """

    domain = models.CharField(max_length=60)
    recipe = models.CharField(max_length=60)
    variation = models.CharField(max_length=60)
    test = models.CharField(max_length=120)
    digest = models.CharField(max_length=16)  # recipes.core.statistics.baseline.Baseline.id
    body = models.JSONField()  # that Baseline as a dictionary
    origin = models.DateTimeField()  # the newest point it learnt from: it judges later ones only
    valid_until = models.DateTimeField(db_index=True)
    per_week = models.FloatField()  # points of its series, for the budget of false alarms
    run_id = models.BigIntegerField()  # that learnt it
    at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["domain", "recipe", "test", "variation", "digest"], name="baseline_once"
            )
        ]

    def __str__(self) -> str:
        return self.digest
