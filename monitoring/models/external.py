"""What other tools tell the hub: sources, their components and runs, the events themselves, and those refused."""

from __future__ import annotations

from django.db import models

from kitchens.models import Kitchen, Person
from monitoring.core.events.envelope import ComponentKind
from monitoring.core.events.model import Kind, RunState
from recipes.models import TestResult, TestSeries

STATES = [(state.value, state.value.replace("_", " ").lower()) for state in RunState]


class EventSource(models.Model):
    """A tool, or one instance of it, that sends events; made by its first one."""

    name = models.CharField(max_length=40, unique=True)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField(db_index=True)
    accepted = models.PositiveBigIntegerField(default=0)
    repeated = models.PositiveBigIntegerField(default=0)
    refused = models.PositiveBigIntegerField(default=0)
    takes_rows = models.BooleanField(default=False)  # whether failing rows are taken from it as evidence

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class ExternalComponent(models.Model):
    """A pipeline, dataset, server or stream of another tool in one kitchen. Without a domain it is unclaimed."""

    source = models.ForeignKey(
        EventSource, models.CASCADE, related_name="components", db_index=False
    )  # see Meta
    kitchen = models.ForeignKey(Kitchen, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20, choices=[(k.value, k.value) for k in ComponentKind])
    key = models.CharField(max_length=255)
    name = models.CharField(max_length=255, blank=True)
    domain = models.CharField(max_length=60, blank=True)  # "": unclaimed
    claimed_by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    claimed_at = models.DateTimeField(null=True)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["source", "kitchen", "kind", "key"], name="external_component_once"
            )
        ]

    def __str__(self) -> str:
        return self.name or self.key


class ExternalRun(models.Model):
    """One attempt of a run of another tool, or of one stage of it: what all its events come to."""

    component = models.ForeignKey(
        ExternalComponent, models.CASCADE, related_name="runs", db_index=False
    )  # see Meta
    key = models.CharField(max_length=255)
    attempt = models.PositiveSmallIntegerField(default=1)
    stage = models.CharField(max_length=255, blank=True)  # "": the whole run
    name = models.TextField(blank=True)
    status = models.CharField(max_length=30, choices=STATES, blank=True)  # "": no event has said yet
    status_at = models.DateTimeField(null=True)  # time of the event that said so
    message = models.TextField(blank=True)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    nominal_start = models.DateTimeField(null=True)
    nominal_end = models.DateTimeField(null=True)
    parent_key = models.CharField(max_length=255, blank=True)
    root_key = models.CharField(max_length=255, blank=True)
    external_url = models.TextField(blank=True)
    code = models.JSONField(default=dict)
    facts = models.JSONField(default=dict)  # rows_in, rows_out, bytes, cost
    last_at = models.DateTimeField()  # of the newest event by its own time

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["component", "key", "attempt", "stage"], name="external_run_once")
        ]
        indexes = [models.Index(fields=["key", "stage"], name="external_run_by_key")]

    def __str__(self) -> str:
        return self.name or self.key


class ReceivedEvent(models.Model):
    """An event that was taken, once for each id. Its raw text is kept as long as the policy says."""

    source = models.ForeignKey(EventSource, models.CASCADE, related_name="events", db_index=False)  # see Meta
    kitchen = models.ForeignKey(Kitchen, models.PROTECT, related_name="+", db_index=False)
    event_id = models.CharField(max_length=200)
    kind = models.CharField(max_length=20, choices=[(k.value, k.value.replace("-", " ")) for k in Kind])
    component = models.ForeignKey(ExternalComponent, models.CASCADE, related_name="events", db_index=False)
    run = models.ForeignKey(ExternalRun, models.CASCADE, null=True, related_name="events", db_index=False)
    event_time = models.DateTimeField()
    received_at = models.DateTimeField()
    by = models.CharField(max_length=250)  # who sent it
    level = models.CharField(max_length=10, blank=True)  # of a message
    said = models.TextField(blank=True)  # what it tells, in one sentence
    facts = models.JSONField(default=dict)  # of a dataset operation
    extra = models.JSONField(default=dict)  # fields the hub does not know
    digest = models.CharField(max_length=64, blank=True)
    raw = models.TextField(blank=True)
    answer = models.JSONField(default=dict)  # given again where it is sent again

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["source", "kitchen", "event_id"], name="received_event_once")
        ]
        indexes = [
            models.Index(fields=["component", "-id"], name="event_of_component"),
            models.Index(fields=["received_at"], name="event_raw_kept", condition=~models.Q(raw="")),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.event_id}"


class RefusedEvent(models.Model):
    """An item that was not taken, and why. The newest few of each source are kept; what was sent is not."""

    source = models.ForeignKey(
        EventSource, models.CASCADE, null=True, related_name="refusals", db_index=False
    )
    at = models.DateTimeField()
    by = models.CharField(max_length=250)
    place = models.CharField(max_length=100)
    field = models.CharField(max_length=300, blank=True)
    reason = models.TextField()

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["source", "-id"], name="refusal_by_source")]

    def __str__(self) -> str:
        return self.reason


class ExternalTest(models.Model):
    """A test of another tool by its stable key: its history goes on under a new name."""

    source = models.ForeignKey(EventSource, models.CASCADE, related_name="tests", db_index=False)  # see Meta
    kitchen = models.ForeignKey(Kitchen, models.PROTECT, related_name="+", db_index=False)
    digest = models.CharField(max_length=64)
    component = models.ForeignKey(ExternalComponent, models.CASCADE, related_name="tests")
    series = models.OneToOneField(TestSeries, models.CASCADE, related_name="external")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "kitchen", "digest"], name="external_test_once")
        ]

    def __str__(self) -> str:
        return f"external test of series {self.series_id}"


class ExternalResult(models.Model):
    """Which run of another tool a result came from."""

    result = models.OneToOneField(TestResult, models.CASCADE, primary_key=True, related_name="external")
    run = models.ForeignKey(ExternalRun, models.CASCADE, related_name="results")

    def __str__(self) -> str:
        return f"result {self.result_id}"


class EventRate(models.Model):
    """How many items somebody has sent in the running minute."""

    key = models.CharField(max_length=64, unique=True)
    since = models.DateTimeField()
    items = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.items} since {self.since}"
