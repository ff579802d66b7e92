"""What people say of a result, on its page and by the action behind it."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from hub.common.errors import ConflictError, InvalidError, NotAllowedError
from kitchens.core.roles import THE_HUB
from kitchens.models import AuditEntry
from recipes.actions.marks import mark_result
from recipes.models import TestResult
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def result() -> TestResult:
    """A failed result of a control chart in production."""
    run = factories.make_finished_run()
    test = factories.make_test("as usual", "load", "row_count_anomaly")
    return factories.make_result(run.node_runs.get(node="load"), test, "fail", measure=40.0)


def browser(role: str) -> Client:
    client = Client()
    client.force_login(factories.make_person(role, role=role))
    return client


def place(name: str, result: TestResult) -> str:
    return reverse(name, args=[result.run_id, result.pk])


def test_an_operator_marks_a_result_on_its_page(result):
    client = browser("operator")

    offered = client.get(place("result-detail", result)).content.decode()
    client.post(place("result-mark", result), {"mark": "expected"})

    result.refresh_from_db()
    assert "the change was meant, learn anew from here" in offered
    assert result.mark == "expected"
    entry = AuditEntry.objects.get(what="result.marked")
    assert (entry.details["mark"], entry.details["before"]) == ("expected", "none")


def test_a_developer_sees_the_mark_and_may_not_change_it(result):
    client = browser("developer")
    mark_result(result, "incident", by=THE_HUB, now=factories.NOW)

    page = client.get(place("result-detail", result)).content.decode()

    assert "Marked as incident." in page
    assert reverse("result-mark", args=[result.run_id, result.pk]) not in page
    assert client.post(place("result-mark", result), {"mark": ""}).status_code == 403
    with pytest.raises(NotAllowedError):
        mark_result(result, "", by=factories.make_person("vic", role="viewer").actor(), now=factories.NOW)


def test_a_mark_can_be_taken_away(result):
    mark_result(result, "usable", by=THE_HUB, now=factories.NOW)
    mark_result(result, "", by=THE_HUB, now=factories.NOW)

    result.refresh_from_db()
    assert result.mark == ""


def test_a_result_that_nothing_learns_from_is_not_marked(result):
    plain = TestResult.objects.filter(check_name="row_count").first()

    with pytest.raises(ConflictError, match="Nothing is learnt from this result of enough flights"):
        mark_result(plain, "expected", by=THE_HUB, now=factories.NOW)


def test_a_mark_there_is_not_is_refused(result):
    with pytest.raises(InvalidError, match="There is no mark 'fine'"):
        mark_result(result, "fine", by=THE_HUB, now=factories.NOW)
