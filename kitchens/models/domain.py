"""Domains, and the datasets they own."""

from __future__ import annotations

from django.db import models
from django.urls import reverse

from kitchens.models.people import Person


class Domain(models.Model):
    """A team's area: owner, people, recipes, datasets. Its slug is the folder `domains/<slug>` of the mesh repository."""

    slug = models.SlugField(max_length=60, unique=True)
    title = models.CharField(max_length=120)
    description = models.TextField(blank=True)
    owner = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="domains")
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["slug"]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("domain-detail", args=[self.slug])


class Dataset(models.Model):
    """A named table, `<domain>.<table>`; what it holds in a kitchen at a moment is a snapshot."""

    name = models.CharField(max_length=160, unique=True)
    domain = models.ForeignKey(Domain, models.PROTECT, related_name="datasets")
    description = models.TextField(blank=True)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("dataset-detail", args=[self.name])
