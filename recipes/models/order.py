"""Orders: what someone, or a schedule, asked for."""

from __future__ import annotations

from django.db import models

from kitchens.models import Kitchen, Person
from recipes.models.recipe import Schedule


class Order(models.Model):
    """The wish to run a variation in a kitchen: once, or on a schedule (one order, many order runs)."""

    KINDS = [(k, k) for k in ("once", "schedule", "event")]

    kitchen = models.ForeignKey(Kitchen, models.PROTECT, related_name="orders")
    domain = models.CharField(max_length=60)
    recipe = models.CharField(max_length=60)
    variation = models.CharField(max_length=60)
    kind = models.CharField(max_length=10, choices=KINDS, default="once")
    schedule = models.ForeignKey(Schedule, models.SET_NULL, null=True, related_name="orders")
    values = models.JSONField(default=dict)  # given with the order; over all other origins
    nodes = models.JSONField(default=list)  # empty: all nodes of the variation; else only these
    priority = models.SmallIntegerField(default=0)
    placed_by = models.ForeignKey(Person, models.SET_NULL, null=True)
    placed_via = models.CharField(max_length=10, default="page")
    placed_at = models.DateTimeField()
    idempotency_key = models.CharField(max_length=200, null=True)
    request_digest = models.CharField(max_length=64, blank=True)  # same key, other request: refused

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["placed_by", "idempotency_key"], name="order_idempotent"),
            models.UniqueConstraint(
                fields=["schedule"], condition=models.Q(kind="schedule"), name="one_order_per_schedule"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.domain}/{self.recipe} {self.variation}"
