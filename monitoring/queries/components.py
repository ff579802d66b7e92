"""The page of one component of another tool: its runs, its tests and metrics, its messages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Q
from django.http import Http404

from kitchens.core import words
from kitchens.queries.seeing import seen
from monitoring.core.events.model import Kind
from monitoring.models import ExternalComponent, ExternalRun, ReceivedEvent
from monitoring.queries.events import STATES
from recipes.core.verdict import NOT_GREEN
from recipes.models import TestSeries

PAGE, MESSAGES, TESTS = 40, 50, 200


@dataclass(frozen=True)
class RunRow:
    """One attempt of a run, or of a stage of it."""

    run: ExternalRun
    red: int  # results that were not green

    @property
    def state(self) -> str:
        """Where it stands, as a status of our own runs; "" where no event has said."""
        return STATES.get(self.run.status, "")

    @property
    def seconds(self) -> float | None:
        """How long it took, where both ends were told."""
        if self.run.started_at is None or self.run.ended_at is None:
            return None
        return max(0.0, (self.run.ended_at - self.run.started_at).total_seconds())

    @property
    def link(self) -> str:
        """Where the other tool shows it; "" where what it sent is no address of the web."""
        url = self.run.external_url
        return url if url.startswith(("https://", "http://")) else ""

    @property
    def facts(self) -> str:
        """What it told of rows, bytes and cost, in words."""
        told = [
            f"{name.replace('_', ' ')} {words.number(value)}"
            for name, value in sorted(self.run.facts.items())
            if isinstance(value, int | float) and not isinstance(value, bool)
        ]
        return ", ".join(told)


@dataclass(frozen=True)
class ComponentPage:
    """Everything the page shows."""

    component: ExternalComponent
    runs: Sequence[RunRow]
    older: int | None
    further: bool
    tests: Sequence[TestSeries]
    metrics: Sequence[TestSeries]
    messages: Sequence[ReceivedEvent]

    @property
    def sentence(self) -> str:
        """How its newest run stands, in words."""
        whole = [row for row in self.runs if not row.run.stage]
        if not whole:
            return "No event has told of a run."
        newest = next((row.run for row in whole if row.run.status), whole[0].run)
        stands = newest.get_status_display() or "not told"
        red = sum(series.verdict in NOT_GREEN for series in self.tests)
        told = f"Its newest run {newest.key} is {stands}"
        return f"{told}; {words.count(red, 'test is', 'tests are')} red." if red else f"{told}."

    @property
    def older_url(self) -> str:
        return f"?before={self.older}" if self.older else ""

    @property
    def newest_url(self) -> str:
        return "?" if self.further else ""


def component_page(pk: int, before: int | None = None) -> ComponentPage:
    """Return the page of a component; Http404 where there is none, or its kitchen is closed to whoever asks.

    Four queries, however much came in.
    """
    component = seen(ExternalComponent.objects.filter(pk=pk)).select_related("source", "kitchen").first()
    if component is None:
        raise Http404("There is no such component.")
    rows = ExternalRun.objects.filter(component=component).order_by("-pk")
    red = Count("results", filter=Q(results__result__verdict__in=sorted(NOT_GREEN)))
    found = list((rows.filter(pk__lt=before) if before is not None else rows).annotate(red=red)[: PAGE + 1])
    series = list(
        TestSeries.objects.filter(external__component=component)
        .select_related("last")
        .order_by("test", "pk")[:TESTS]
    )
    messages = ReceivedEvent.objects.filter(component=component, kind=Kind.MESSAGE_LOG).select_related("run")
    return ComponentPage(
        component=component,
        runs=[RunRow(run, run.red) for run in found[:PAGE]],
        older=found[PAGE - 1].pk if len(found) > PAGE else None,
        further=before is not None,
        tests=[one for one in series if one.check_name != "metric"],
        metrics=[one for one in series if one.check_name == "metric"],
        messages=list(messages.order_by("-pk")[:MESSAGES]),
    )
