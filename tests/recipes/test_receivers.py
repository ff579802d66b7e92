"""What the end of a run sets going, and what it costs where nothing waits for it."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kitchens.models import Change
from recipes.receivers import run_ended
from tests.factories import NOW, make_finished_run, make_kitchen, make_production, make_run

pytestmark = pytest.mark.django_db


def make_change(**facts) -> Change:
    kitchen = facts.pop("kitchen", None) or make_kitchen()
    made = {"target": make_production(), "number": 1, "domains": ["flights"]} | facts
    return Change.objects.create(kitchen=kitchen, **made)


def test_an_ordinary_run_costs_one_query() -> None:
    run = make_finished_run()

    with CaptureQueriesContext(connection) as seen:
        run_ended(run.pk, "succeeded")

    assert len(seen) == 1


def test_the_first_green_run_after_a_commit_is_noted() -> None:
    kitchen = make_kitchen()
    change = make_change(kitchen=kitchen, first_commit_at=NOW)
    run = make_run(kitchen=kitchen)

    run_ended(run.pk, "succeeded")

    change.refresh_from_db()
    assert change.first_green_run_at == run.ended_at


def test_a_red_run_after_a_merge_is_noted_and_the_green_one_after_it() -> None:
    change = make_change(state="merged", merged_at=NOW)
    red, green = make_run(status="failed"), make_run()

    run_ended(red.pk, "failed")
    run_ended(green.pk, "succeeded")

    change.refresh_from_db()
    assert (change.failed_at, change.recovered_at) == (red.ended_at, green.ended_at)
    assert change.first_green_target_run_at == green.ended_at


def test_a_run_of_another_domain_says_nothing_about_a_change() -> None:
    make_change(state="merged", merged_at=NOW, domains=["sales"])
    run = make_run()

    with CaptureQueriesContext(connection) as seen:
        run_ended(run.pk, "succeeded")

    assert len(seen) == 1


def test_a_cancelled_run_and_a_run_of_a_few_nodes_say_nothing() -> None:
    change = make_change(state="merged", merged_at=NOW)
    cancelled, part = make_run(status="cancelled"), make_run()
    part.order.nodes = ["load"]
    part.order.save()

    run_ended(cancelled.pk, "cancelled")
    run_ended(part.pk, "succeeded")

    change.refresh_from_db()
    assert (change.failed_at, change.first_green_target_run_at) == (None, None)
