"""The page Events: sources, components and refusals; and what operators decide there."""

from __future__ import annotations

import html
import re

import pytest
from django.urls import reverse
from django.utils import timezone

from kitchens.models import AuditEntry
from monitoring.models import Episode, EventSource, ExternalComponent
from monitoring.queries.report.report import report_of
from recipes.models import TestSeries
from tests.hub.conftest import person, production, session, token  # noqa: F401 - fixtures
from tests.monitoring.api.conftest import outcome, sales, send, sender, status  # noqa: F401 - fixtures


def component(number: int) -> dict:
    return status("COMPLETED", component={"kind": "pipeline", "key": f"p{number}"}) | {
        "event_id": f"e{number}"
    }


@pytest.fixture
def page(session):  # noqa: F811
    client = session("operator")
    return lambda **asked: client.get(reverse("event-list"), asked)


def test_an_empty_page_says_how_to_begin(production, page):  # noqa: F811
    text = page().content.decode()

    assert "No tool has sent anything yet" in text
    assert "curl http://testserver/api/v1/events" in text


def test_the_command_shown_is_taken(page, send):  # noqa: F811
    shown = html.unescape(page().content.decode())

    assert send(re.search(r"-d '(.*?)'</pre>", shown, re.DOTALL)[1]).status_code == 200


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_costs_the_same_whatever_came_in(send, page, count, django_assert_num_queries):  # noqa: F811
    send([component(number) for number in range(count)] + ["refused"] * count)
    page()

    with django_assert_num_queries(8):
        text = page().content.decode()

    assert text.count("not an object") == count
    assert f"p{count - 1}" in text


def test_a_component_is_claimed_with_the_history_of_its_tests(send, session, page):  # noqa: F811
    send(outcome("PASSED", dataset="lake.orders"))
    row = ExternalComponent.objects.get()
    assert TestSeries.objects.get().domain == ""
    client = session("operator")
    client.handler.enforce_csrf_checks = False

    client.post(reverse("component-claim", args=[row.pk]), {"domain": "sales"})

    assert (ExternalComponent.objects.get().domain, TestSeries.objects.get().domain) == ("sales", "sales")
    assert TestSeries.objects.get().results.get().domain == "sales"
    assert AuditEntry.objects.filter(what="component.claimed").exists()
    where = reverse("component-detail", args=[row.pk])
    assert where in page(claim="claimed").content.decode()
    assert where not in page(claim="unclaimed").content.decode()


def about(kind: str, number: int = 0, **facts) -> dict:
    """Return an event of the component `orders`."""
    return status("COMPLETED", run={"key": f"r{number}", "external_url": "https://airflow.example/r"}) | {
        "type": kind,
        "event_id": f"{kind} {number}",
        **facts,
    }


def of_orders(client) -> str:
    return client.get(reverse("component-detail", args=[ExternalComponent.objects.get().pk])).content.decode()


def test_the_page_of_a_component_has_its_runs_metrics_tests_and_messages(send, session):  # noqa: F811
    send([
        about("run-status", started_at="2026-03-31T04:00:00Z", ended_at="2026-03-31T04:01:30Z", rows_out=1200,
              message="all done"),
        about("metric-log", metric_key="rejected", metric_value=4, unit="rows"),
        about("message-log", level="ERROR", message="gave up after 3 tries"),
        outcome("FAILED", n_fail=3, n_applicable=9),
    ])  # fmt: skip

    text = of_orders(session("viewer"))

    assert "Its newest run r0 is completed; 1 test is red." in text
    assert 'href="https://airflow.example/r"' in text
    for said in (
        "1 min 30 s",
        "rows out 1,200",
        "all done",
        "rejected",
        "gave up after 3 tries",
        "ids are unique",
    ):
        assert said in text
    for series in TestSeries.objects.all():
        assert reverse("test-series", args=[series.pk]) in text


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_of_a_component_costs_the_same(send, session, count, django_assert_num_queries):  # noqa: F811
    kinds = {
        "run-status": {},
        "metric-log": {"metric_value": 4},
        "message-log": {"level": "INFO", "message": "m"},
    }
    send([
        about(kind, number, **facts | ({"metric_key": f"m{number}"} if kind == "metric-log" else {}))
        for kind, facts in kinds.items()
        for number in range(count)
    ])  # fmt: skip
    client = session("viewer")
    of_orders(client)
    pk = ExternalComponent.objects.get().pk

    with django_assert_num_queries(8):
        client.get(reverse("component-detail", args=[pk]))


def test_older_runs_of_a_component_are_a_page_on(send, session, monkeypatch):  # noqa: F811
    monkeypatch.setattr("monitoring.queries.components.PAGE", 2)
    send([about("run-status", number) for number in range(3)])
    client = session("viewer")

    text = of_orders(client)
    older = client.get(re.search(r'href="(\?before=\d+)"', text)[1].join(
        [reverse("component-detail", args=[ExternalComponent.objects.get().pk]), ""]
    ))  # fmt: skip

    assert ">r2</a>" in text
    assert ">r0</a>" not in text
    assert ">r0</a>" in older.content.decode()


def test_a_component_of_a_closed_kitchen_is_not_there(session):  # noqa: F811
    assert session("viewer").get(reverse("component-detail", args=[999])).status_code == 404


def test_what_a_component_sent_is_text_on_its_page(send, session):  # noqa: F811
    send([
        about("run-status", run={"key": "<b>r", "external_url": "javascript:alert(1)"}, message="<script>x</script>"),
        about("message-log", level="INFO", message="<script>y</script>"),
    ])  # fmt: skip

    text = of_orders(session("viewer"))

    assert "<script>x" not in text
    assert "<script>y" not in text
    assert 'href="javascript' not in text


def test_a_test_of_another_tool_and_its_report_lead_to_the_component(send, session):  # noqa: F811
    send(outcome("FAILED", n_fail=3, n_applicable=9))
    component_url = reverse("component-detail", args=[ExternalComponent.objects.get().pk])
    client = session("viewer")

    assert (
        component_url
        in client.get(reverse("test-series", args=[TestSeries.objects.get().pk])).content.decode()
    )
    assert component_url in client.get(Episode.objects.get().get_absolute_url()).content.decode()
    assert component_url in client.get(reverse("event-list")).content.decode()


def test_an_operator_says_whether_rows_are_taken(send, session):  # noqa: F811
    send(outcome("PASSED"))
    source = EventSource.objects.get()
    client = session("operator")
    client.handler.enforce_csrf_checks = False

    client.post(reverse("source-rows", args=[source.pk]), {"takes": "yes"})

    source.refresh_from_db()
    assert source.takes_rows


def test_what_was_sent_is_text_on_the_page(send, page):  # noqa: F811
    send(status("RUNNING", component={"kind": "pipeline", "key": "<script>x</script>"},
                run={"key": "r", "external_url": "javascript:alert(1)"}))  # fmt: skip

    text = page().content.decode()

    assert "<script>x" not in text
    assert 'href="javascript' not in text


@pytest.mark.parametrize(
    "url", ["/", "/tests/?verdict=all", "/tests/", "/domains/", "/domains/sales/", "/datasets/", "/measures/"]
)
def test_other_pages_live_with_results_that_have_no_run(send, session, url):  # noqa: F811
    send([outcome("FAILED"), outcome("ERROR", dataset="lake.orders", key="other") | {"event_id": "b"}])

    answer = session("viewer").get(url)

    assert answer.status_code == 200
    assert ("ids are unique" in answer.content.decode()) == url.startswith("/tests/")


def test_a_red_test_of_another_tool_has_a_failure_report(send):  # noqa: F811
    send(outcome("FAILED", n_fail=3, n_applicable=9))

    report = report_of(Episode.objects.get().pk, timezone.now())

    assert report.result.sentence == "It failed: 3 failing of 9."
    assert report.line
