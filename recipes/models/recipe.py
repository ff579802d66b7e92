"""The index of what git holds: recipe versions by content, and which of them a commit has."""

from __future__ import annotations

from django.db import models

from kitchens.models import Kitchen


class RecipeVersion(models.Model):
    """One content of one recipe folder, parsed. Shared by every commit and kitchen that has the same folder."""

    domain = models.CharField(max_length=60)
    name = models.CharField(max_length=60)
    tree = models.CharField(max_length=40)  # git id of the folder's tree
    description = models.TextField(blank=True)
    spec = models.JSONField(
        null=True
    )  # recipes.core.spec.RecipeSpec as a dictionary; null where it has faults
    faults = models.JSONField(default=list)  # recipes.core.spec.Fault as dictionaries
    indexed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["domain", "name", "tree"], name="recipe_version_once")]

    def __str__(self) -> str:
        return f"{self.domain}/{self.name}"


class CommitIndex(models.Model):
    """Which recipe versions a commit of the mesh repository holds: `{"<domain>/<recipe>": version id}`."""

    commit = models.CharField(max_length=40, primary_key=True)
    recipes = models.JSONField(default=dict)
    indexed_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.commit[:10]


class Schedule(models.Model):
    """A variation's schedule in one kitchen: when it fires next, and whether it is paused.

    Rows follow the files at every commit of the kitchen; in a kitchen below production they start paused.
    """

    CATCH_UP = [(c, c) for c in ("skip", "latest", "all")]

    kitchen = models.ForeignKey(Kitchen, models.CASCADE, related_name="schedules")
    domain = models.CharField(max_length=60)
    recipe = models.CharField(max_length=60)
    variation = models.CharField(max_length=60)
    cron = models.CharField(max_length=120)
    timezone = models.CharField(max_length=60)
    starts_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)
    catch_up = models.CharField(max_length=10, choices=CATCH_UP, default="latest")
    paused = models.BooleanField(default=True)
    paused_by = models.CharField(max_length=150, blank=True)
    next_slot = models.DateTimeField(null=True, db_index=True)  # null: nothing to come
    last_slot = models.DateTimeField(null=True)

    class Meta:
        ordering = ["domain", "recipe", "variation"]
        constraints = [
            models.UniqueConstraint(fields=["kitchen", "domain", "recipe", "variation"], name="schedule_once")
        ]

    def __str__(self) -> str:
        return f"{self.domain}/{self.recipe} {self.variation}"
