"""Events of other tools through the API: answered item by item, stored once, and turned into history like our own."""

from __future__ import annotations

import json
import random
from datetime import timedelta

import pytest
from django.utils import timezone

from hub.trials.events import examples
from hub.trials.events.trial import Trial, as_json
from kitchens.actions.retention import retain
from kitchens.core.roles import THE_HUB
from kitchens.models import Retention
from monitoring.models import (
    Episode,
    EventSource,
    ExternalComponent,
    ExternalRun,
    ReceivedEvent,
    RefusedEvent,
)
from recipes.models import TestResult, TestSeries
from tests.monitoring.api.conftest import WHEN, outcome, status


def test_every_kind_of_event_is_taken(send):
    answer = send(list(examples.OWN.values()))

    assert answer.status_code == 200, answer.content
    assert {one["status"] for one in answer.json()["results"]} == {201}
    assert ReceivedEvent.objects.count() == len(examples.OWN)


@pytest.mark.parametrize("kind", examples.DATAKITCHEN)
def test_events_in_the_form_of_datakitchen_are_taken(send, kind):
    for one in examples.DATAKITCHEN[kind]:
        answer = send(one, f"/api/v1/events/{kind}")
        assert answer.status_code == 200, answer.content


@pytest.mark.parametrize("kind", examples.FILES)
def test_files_of_other_tools_are_taken(send, kind):
    found = examples.FILES[kind]
    body, type_ = (found, "application/xml") if kind == "junit" else (json.dumps(found), "application/json")

    answer = send(body, f"/api/v1/import/{kind}", type_)

    assert answer.status_code == 200, answer.content
    assert TestResult.objects.filter(source__gt="").exists()


def test_openlineage_comes_to_the_address_that_producers_know(send):
    answer = send(examples.OPENLINEAGE[1], "/api/v1/lineage")

    assert answer.status_code == 200
    test = TestResult.objects.get(test="unique_orders_id")
    assert (test.verdict, test.severity, test.dataset, test.domain) == (
        "fail",
        "warn",
        "sales.orders",
        "sales",
    )


def test_a_bad_item_spoils_no_other(send):
    good = outcome("PASSED")
    bad = outcome("GREEN", at="2026-03-02T05:00:00Z")
    lines = [json.dumps(good), '{"type": "run-', json.dumps(bad), json.dumps(status("RUNNING"))]

    answer = send("\n".join(lines), kind="application/x-ndjson")

    results = answer.json()["results"]
    assert (answer.status_code, [one["status"] for one in results]) == (207, [201, 422, 422, 201])
    assert results[2]["field"] == "test_outcomes.0.status"
    assert "Use one of PASSED, WARNING, FAILED, ERROR" in results[2]["remedy"]
    assert TestResult.objects.count() == 1


def test_a_single_bad_event_is_a_problem(send):
    answer = send(status("DONE"))

    assert (answer.status_code, answer["Content-Type"]) == (422, "application/problem+json")
    assert answer.json()["errors"][0]["field"] == "status"
    assert "COMPLETED_WITH_WARNINGS" in answer.json()["remedy"]


def test_an_event_sent_again_is_answered_the_same_and_stored_once(send):
    first, again = send([outcome("FAILED")]), send([outcome("FAILED"), outcome("FAILED")])

    told = first.json()["results"]
    assert again.json()["results"] == [told[0], told[0] | {"place": "1"}]
    assert (ReceivedEvent.objects.count(), TestResult.objects.count()) == (1, 1)
    source = EventSource.objects.get()
    assert (source.accepted, source.repeated) == (1, 2)


def test_an_event_without_an_id_is_stored_once_too(send):
    event = {name: value for name, value in outcome("PASSED").items() if name != "event_id"}

    send(event), send(event)

    assert ReceivedEvent.objects.count() == 1


def test_an_id_used_for_another_event_is_refused(send):
    send(outcome("PASSED"))

    answer = send(outcome("FAILED") | {"event_id": outcome("PASSED")["event_id"]})

    assert (answer.status_code, "event_id" in answer.json()["detail"]) == (409, True)
    assert TestResult.objects.get().verdict == "pass"


def test_a_time_more_than_a_day_ahead_is_refused(send):
    ahead = timezone.now() + timedelta(hours=25)

    answer = send(outcome("PASSED", at=ahead.isoformat()))

    assert (answer.status_code, "24 hours ahead" in answer.json()["detail"]) == (422, True)


def test_unknown_fields_are_kept(send):
    send(outcome("PASSED", weather="rain") | {"region": {"name": "eu"}})

    assert ReceivedEvent.objects.get().extra == {"region": {"name": "eu"}}
    assert TestResult.objects.get().details["weather"] == "rain"


def test_components_nobody_knows_are_unclaimed_and_capped(send, monkeypatch):
    monkeypatch.setattr("monitoring.actions.events.components.MOST_COMPONENTS", 2)
    events = [
        status("RUNNING", component={"kind": "pipeline", "key": f"p{n}"}, event_id=f"e{n}") for n in range(3)
    ]

    answer = send(events)

    assert [one["status"] for one in answer.json()["results"]] == [201, 201, 422]
    assert set(ExternalComponent.objects.values_list("key", "domain")) == {("p0", ""), ("p1", "")}


def test_tests_are_capped_for_each_source(send, monkeypatch):
    monkeypatch.setattr("monitoring.actions.outcomes.MOST_TESTS", 1)

    answer = send([outcome("PASSED"), outcome("PASSED", key="other") | {"event_id": "b"}])

    assert [one["status"] for one in answer.json()["results"]] == [201, 422]


def test_a_red_test_of_another_tool_has_an_episode_until_it_is_green(send):
    send(
        [outcome("PASSED", at="2026-03-01T05:00:00Z"), outcome("FAILED", at="2026-03-02T05:00:00Z", n_fail=3)]
    )
    episode = Episode.objects.get()
    assert (episode.test, episode.source, episode.domain, episode.is_open) == (
        "ids are unique",
        "airflow",
        "sales",
        True,
    )

    send(outcome("PASSED", at="2026-03-03T05:00:00Z"))

    episode.refresh_from_db()
    series = TestSeries.objects.get()
    assert (episode.ending, episode.closed_at.day, series.verdict, series.red_since) == (
        "green",
        3,
        "pass",
        None,
    )
    assert (series.n_results, series.n_red, series.last.at.day) == (3, 1, 3)


def test_late_events_come_to_the_same_as_those_in_time(send):
    told = [("PASSED", 1), ("FAILED", 2), ("FAILED", 3), ("PASSED", 4), ("ERROR", 5)]
    for state, day in random.Random(3).sample(told, len(told)):
        assert send(outcome(state, at=f"2026-03-0{day}T05:00:00Z")).status_code == 200

    episodes = Episode.objects.order_by("opened_at")
    assert [(one.opened_at.day, one.closed_at and one.closed_at.day, one.n_red) for one in episodes] == [
        (2, 4, 2), (5, None, 1),
    ]  # fmt: skip
    series = TestSeries.objects.get()
    assert (series.verdict, series.last_at.day, series.red_since.day) == ("error", 5, 5)


def test_a_run_is_what_its_events_come_to_in_any_order(send):
    late = [status("COMPLETED", "2026-03-01T06:00:00Z"), status("RUNNING", "2026-03-01T05:00:00Z"),
            status("FAILED", "2026-03-01T07:00:00Z")]  # fmt: skip
    send(late)
    assert (ExternalRun.objects.get().status, ExternalRun.objects.get().started_at.hour) == ("COMPLETED", 5)

    send(status("FAILED", "2026-03-01T07:00:00Z", attempt=2))

    assert set(ExternalRun.objects.values_list("attempt", "status")) == {(1, "COMPLETED"), (2, "FAILED")}


def test_a_stage_says_nothing_of_the_whole_run(send):
    send([status("RUNNING"), status("FAILED", "2026-03-01T06:00:00Z", stage={"key": "load"})])

    assert set(ExternalRun.objects.values_list("stage", "status")) == {("", "RUNNING"), ("load", "FAILED")}


def test_a_metric_is_a_point_of_a_series(send):
    event = status("RUNNING") | {"type": "metric-log", "key": "rows", "value": 12, "unit": "rows"}
    for value, lower in ((12, None), (15, None), (3, 10)):
        send(event | {"event_id": f"m{value}", "value": value, "lower": lower})

    points = TestResult.objects.order_by("pk").values_list("measure", "verdict", "expected")
    assert list(points) == [(12.0, "learning", ""), (15.0, "learning", ""), (3.0, "fail", "at least 10")]
    assert TestSeries.objects.count() == 1


def test_a_test_renamed_under_its_key_goes_on(send):
    send(outcome("PASSED")), send(outcome("FAILED", at="2026-03-02T05:00:00Z", name="order ids are unique"))

    assert TestSeries.objects.get().n_results == 2


def test_rows_of_data_are_refused_unless_an_operator_allows_them(send, session):
    evidence = {"rows": [{"id": 1, "email": "a@example.org"}], "total": 1}
    refused = send(outcome("FAILED", evidence=evidence))
    assert (refused.status_code, TestResult.objects.count()) == (422, 0)
    EventSource.objects.update(takes_rows=True)

    assert send(outcome("FAILED", evidence=evidence)).status_code == 200

    assert TestResult.objects.get().evidence == evidence["rows"]
    assert "example.org" not in ReceivedEvent.objects.get().raw


def test_why_items_were_refused_is_kept_and_what_was_sent_is_not(send):
    send(outcome("PASSED"))
    send([outcome("hunter2", at="2026-03-02T05:00:00Z"), "x"])

    refusals = RefusedEvent.objects.select_related("source")
    assert sorted(str(one.source) for one in refusals) == ["None", "airflow"]
    assert "is unknown" in RefusedEvent.objects.get(source__name="airflow").reason
    assert EventSource.objects.get().refused == 1


def test_too_many_items_in_a_minute_are_told_to_wait(send, settings):
    settings.EVENTS_A_MINUTE = 3
    assert send([outcome("PASSED"), status("RUNNING")]).status_code == 200

    answer = send([status("RUNNING"), status("COMPLETED")])

    assert (answer.status_code, 0 < int(answer["Retry-After"]) <= 60) == (429, True)
    assert ReceivedEvent.objects.count() == 2


def test_more_than_a_thousand_items_are_refused_as_a_whole(send):
    answer = send([{}] * 1001)

    assert (answer.status_code, "1,000" in answer.json()["detail"]) == (422, True)


def test_an_environment_nobody_made_is_refused(send):
    assert send(outcome("PASSED") | {"environment": "nowhere"}).status_code == 404


def test_a_form_of_another_site_cannot_send_events(send):
    for kind in ("text/plain", "application/x-www-form-urlencoded", ""):
        assert send(outcome("PASSED"), kind=kind).status_code == 415


def test_the_raw_text_goes_by_policy_and_what_it_said_stays(send):
    send(outcome("PASSED", at=WHEN))
    Retention.objects.create(name="events", days=1, changed_at=timezone.now())

    retain(by=THE_HUB, now=timezone.now() + timedelta(days=2))

    event = ReceivedEvent.objects.get()
    assert (event.raw, TestResult.objects.get().verdict) == ("", "pass")
    assert send(outcome("PASSED", at=WHEN)).json()["results"][0]["status"] == 201


def test_a_file_imported_twice_counts_once(send):
    body = json.dumps(examples.FILES["dbt"])

    first, again = (send(body, "/api/v1/import/dbt").json() for _ in range(2))

    assert first == again
    found = dict(TestResult.objects.values_list("test", "verdict"))
    assert found == {
        "not_null_orders_id": "pass", "unique_orders_id": "fail", "accepted_values_orders_status": "warn",
        "relationships_orders_customer": "error", "orders.adds_up": "skipped",
    }  # fmt: skip


def test_hundreds_of_spoiled_events_crash_nothing_and_lose_nothing_good(sender):
    def post(path, body, kind):
        answer = sender.generic("POST", path, body, content_type=kind)
        return answer.status_code, as_json(answer.content)

    trial = Trial(random.Random(11), post, timezone.now())
    trial.events(300)

    assert trial.violations == []
    assert ReceivedEvent.objects.filter(event_id__in=trial.good).count() == len(trial.good) > 100
