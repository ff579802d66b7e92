"""Named connections to other systems, and secrets at rest."""

from __future__ import annotations

from django.db import models

from kitchens.models.kitchen import Kitchen
from kitchens.models.people import Person


class Secret(models.Model):
    """A secret value, encrypted; a kitchen's own comes before the hub-wide one (`kitchen` is null)."""

    name = models.CharField(max_length=80)
    kitchen = models.ForeignKey(Kitchen, models.CASCADE, null=True, related_name="secrets")
    ciphertext = models.BinaryField()
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(Person, models.SET_NULL, null=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["name", "kitchen"], name="secret_once_per_kitchen"),
            models.UniqueConstraint(
                fields=["name"], condition=models.Q(kitchen=None), name="secret_once_hub_wide"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Connection(models.Model):
    """How to reach a database or service by name; recipes only ever say the name."""

    KINDS = [("postgresql", "PostgreSQL")]

    name = models.SlugField(max_length=60)
    kitchen = models.ForeignKey(Kitchen, models.CASCADE, null=True, related_name="connections")
    kind = models.CharField(max_length=20, choices=KINDS)
    settings = models.JSONField(default=dict)  # host, port, database, user, options; never a secret
    secret = models.ForeignKey(Secret, models.SET_NULL, null=True)
    read_only = models.BooleanField(default=True)
    max_parallel = models.PositiveSmallIntegerField(null=True, blank=True)  # nodes at a time
    tested_at = models.DateTimeField(null=True)
    test_ok = models.BooleanField(null=True)
    test_message = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["name", "kitchen"], name="connection_once_per_kitchen"),
            models.UniqueConstraint(
                fields=["name"], condition=models.Q(kitchen=None), name="connection_once_hub_wide"
            ),
        ]

    def __str__(self) -> str:
        return self.name
