"""Charts as plain figures."""

from __future__ import annotations

from datetime import UTC, datetime

from django.contrib.staticfiles import finders

from recipes.core.charts import Ended, durations

AT = datetime(2026, 11, 22, 5, tzinfo=UTC)


def test_too_few_runs_are_no_chart():
    assert durations([Ended(1, "succeeded", AT, 2.0)] * 2) is None


def test_red_runs_are_a_trace_of_their_own_and_every_point_leads_to_its_run():
    runs = [Ended(1, "succeeded", AT, 2.0), Ended(2, "failed", AT, 61.0), Ended(3, "timed_out", AT, 9.0)]

    figure = durations(runs)

    assert [(t["name"], t["customdata"], t["meta"]["tone"]) for t in figure["data"]] == [
        ("succeeded", ["/runs/1/"], "ok"),
        ("failed", ["/runs/2/", "/runs/3/"], "fail"),
    ]


def test_the_chart_library_is_served_from_its_package():
    assert finders.find("plotly/plotly.min.js")
