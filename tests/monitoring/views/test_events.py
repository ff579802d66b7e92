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
    assert "p0" not in page(claim="unclaimed").content.decode()


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
