"""Who is at work: workers with their heartbeat, and the one leader."""

from __future__ import annotations

from django.db import models


class Worker(models.Model):
    """A process that takes nodes; its heartbeat says whether it is alive."""

    name = models.CharField(max_length=80, unique=True)  # host:pid:start
    host = models.CharField(max_length=80)
    pid = models.PositiveIntegerField()
    role = models.CharField(max_length=20)  # supervisor, worker
    started_at = models.DateTimeField()
    heartbeat_at = models.DateTimeField(db_index=True)
    busy_with = models.CharField(max_length=200, blank=True)
    stopped_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-heartbeat_at"]

    def __str__(self) -> str:
        return self.name


class Lease(models.Model):
    """A named lease that one process holds at a time (`leader`); fenced by `token`, which only ever grows."""

    name = models.CharField(max_length=40, primary_key=True)
    owner = models.CharField(max_length=80)
    token = models.BigIntegerField(default=0)
    until = models.DateTimeField()
    rung_at = models.DateTimeField(null=True)  # last doorbell handled by a worker: what the watchdog looks at

    def __str__(self) -> str:
        return f"{self.name} held by {self.owner}"
