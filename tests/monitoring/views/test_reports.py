"""Failure reports: the page, its JSON and PDF, the parts on demand, and the ways to it. Over rows made by hand."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from kitchens.core.git import MeshRepository
from kitchens.core.git.author import Author
from kitchens.models import KitchenDraft, Revision
from monitoring.actions import episodes
from monitoring.models import Episode
from monitoring.queries import spans
from recipes.actions.runs.series import assign, point_at_last
from recipes.models import TestResult, TestSeries
from tests.factories import (
    FLIGHT_TESTS,
    NOW,
    make_failed_run,
    make_finished_run,
    make_kitchen,
    make_person,
    make_production,
)
from tests.pdf import words_of

QUERIES = 19


def settle(run, hours: float) -> None:
    """Move a run to its time, and give its results their series as the engine does."""
    at = NOW + timedelta(hours=hours)
    run.__class__.objects.filter(pk=run.pk).update(
        started_at=at, ended_at=at + timedelta(minutes=2), placed_at=at
    )
    run.node_runs.update(started_at=at, ended_at=at + timedelta(minutes=1))
    results = list(TestResult.objects.filter(run=run))
    for result in results:
        result.at = at
    nodes = {test.name: test.node for test in FLIGHT_TESTS}
    ids = assign(results, nodes=nodes, columns={}, counts=True)
    TestResult.objects.bulk_update(results, ["series", "at"])
    point_at_last(ids)


def follow_all() -> None:
    while episodes.sweep(NOW):
        pass


@pytest.fixture
def viewer(client, db):
    client.force_login(make_person())
    return client


@pytest.fixture
def red(viewer, hub_home, settings) -> Episode:
    """The episode of `airports exist`, green once and red twice; the day is personal by the policy of the domain."""
    git = MeshRepository.create(settings.MESH_REPOSITORY)
    text = b"title: Flights\npersonal:\n  clean: {dest: hash}\n"
    made = {
        "changes": {"domains/flights/domain.yaml": text},
        "author": Author("ann", "ann@localhost"),
        "at": NOW,
    }
    commit = git.prepare(expected=None, message="The mesh", **made)
    Revision.objects.filter(kitchen=make_production()).update(commit=commit)
    for hours, make in enumerate((make_finished_run, make_failed_run, make_failed_run)):
        settle(make(commit=commit), hours)
    follow_all()
    return Episode.objects.get(test="airports exist")


def test_the_page_says_what_broke_since_when_and_why(viewer, red) -> None:
    page = viewer.get(reverse("failure-report", args=[red.pk])).content.decode()

    assert "31 of 224 flights name an unknown airport" in page
    assert f"red since run {red.first_run_id}, 2 runs." in page
    assert "Likely causes" in page
    assert "X00" in page  # a failing row
    assert f"Last green: run {red.green_run_id}" in page
    assert "Nothing is made from it." in page


def test_a_column_that_is_personal_by_now_is_hidden_everywhere(viewer, red) -> None:
    page = viewer.get(red.get_absolute_url()).content.decode()
    plain = viewer.get(f"/api/v1/reports/{red.pk}").json()["failing_rows"]

    assert "ORD" not in page
    assert {row["dest"] for row in plain["rows"]} == {"•••"}
    assert plain["hidden_columns"] == ["dest"]


def test_where_the_policy_cannot_be_read_no_value_is_shown(viewer, red) -> None:
    Revision.objects.filter(kitchen=red.kitchen).update(commit="0" * 40)

    rows = viewer.get(f"/api/v1/reports/{red.pk}").json()["failing_rows"]["rows"]

    assert {value for row in rows for value in row.values()} == {"•••"}


def test_a_report_costs_the_same_few_queries_however_long_it_lasts(
    viewer, red, django_assert_max_num_queries, django_assert_num_queries
) -> None:
    url = reverse("failure-report", args=[red.pk])
    viewer.get(url)

    with django_assert_num_queries(QUERIES):
        viewer.get(url)
    for hours in range(3, 6):
        settle(make_failed_run(), hours)
    follow_all()
    with django_assert_num_queries(QUERIES):
        viewer.get(url)


def test_the_page_and_the_api_give_the_same_object(viewer, red) -> None:
    page = viewer.get(reverse("failure-report", args=[red.pk]), {"format": "json"}).json()
    api = viewer.get(f"/api/v1/reports/{red.pk}").json()

    moving = {"age_seconds"}
    assert {key: value for key, value in page.items() if key not in moving}.keys() <= api.keys()
    assert api["verdict"] == page["verdict"]
    assert api["failing_rows"]["rows"] == page["failing_rows"]["rows"]
    assert api["red_runs"] == 2


def test_the_pdf_holds_text_from_outside_as_text(viewer, red) -> None:
    """Markup of the PDF library in a sentence, and letters beyond Latin, are shown and not obeyed."""
    Episode.objects.filter(pk=red.pk).update(
        sentence='<para><img src="file:///etc/passwd"/> Łódź 東京 </b> & <x>'
    )

    answer = viewer.get(reverse("failure-report-pdf", args=[red.pk]))

    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/pdf"
    assert '<para><img src="file:///etc/passwd"/>' in words_of(answer.content)


def test_the_pdf_shows_a_value_that_is_not_there_as_the_page_does(viewer, red) -> None:
    evidence = [{"flight": "U7", "origin": None}]
    TestResult.objects.filter(pk=red.first_result_id).update(evidence=evidence)

    text = words_of(viewer.get(reverse("failure-report-pdf", args=[red.pk])).content)

    assert "U7 ∅" in text or "U7 NULL" in text  # where the machine has no font with the sign


@pytest.mark.parametrize("part", ["code", "profile"])
def test_parts_are_fetched_on_demand(viewer, red, part) -> None:
    answer = viewer.get(reverse("failure-report-part", args=[red.pk, part]), headers={"HX-Request": "true"})

    assert answer.status_code == 200
    assert f'id="report-{part}"' in answer.content.decode()


def test_a_test_of_another_tool_without_a_run_has_a_report_too(viewer, red) -> None:
    sent = {
        "kitchen_id": red.kitchen_id,
        "domain": "flights",
        "test": "unique_id",
        "source": "dbt",
        "severity": "stop",
    }
    series = TestSeries.objects.create(first_at=NOW, last_at=NOW, red_since=NOW, verdict="fail", **sent)
    result = TestResult.objects.create(
        series=series, verdict="fail", sentence="3 ids are there twice.", at=NOW, n_fail=3, **sent
    )
    episodes.write_spans(series, [spans.of_results(series.pk, result.pk)])
    episode = Episode.objects.get(series=series)

    page = viewer.get(episode.get_absolute_url())
    pdf = viewer.get(reverse("failure-report-pdf", args=[episode.pk]))
    plain = viewer.get(f"/api/v1/reports/{episode.pk}").json()

    assert (page.status_code, pdf.status_code) == (200, 200)
    assert "3 ids are there twice; red since" in page.content.decode()
    assert (plain["source"], plain["first_red_run"], plain["causes"]) == ("dbt", None, [])


def test_a_part_that_is_not_there_is_not_found(viewer, red) -> None:
    assert viewer.get(reverse("failure-report-part", args=[red.pk, "nothing"])).status_code == 404


def test_a_red_result_and_a_red_run_lead_to_their_report(viewer, red) -> None:
    result = reverse("report-of-result", args=[red.last_result_id])
    run = reverse("report-of-run", args=[red.last_run_id])

    assert viewer.get(result).url == red.get_absolute_url()
    assert viewer.get(run + "?node=clean").url == red.get_absolute_url()


def test_a_green_run_and_result_have_no_report(viewer, red) -> None:
    run = viewer.get(reverse("report-of-run", args=[red.green_run_id]))

    assert run.url == reverse("run-detail", args=[red.green_run_id])
    assert viewer.get(reverse("report-of-result", args=[red.green_result_id])).status_code == 404


def test_pages_of_runs_tests_and_home_lead_to_the_report(viewer, red) -> None:
    of_result = reverse("report-of-result", args=[red.last_result_id])
    of_run = reverse("report-of-run", args=[red.last_run_id])
    run = reverse("run-detail", args=[red.last_run_id])

    assert of_result in viewer.get(run).content.decode()
    assert of_run in viewer.get(run).content.decode()
    assert of_result in viewer.get(f"{run}tests/{red.last_result_id}/").content.decode()
    assert of_run in viewer.get(f"{run}nodes/clean/").content.decode()
    assert of_result in viewer.get(reverse("test-list")).content.decode()
    assert reverse("report-list") in viewer.get(red.kitchen.get_absolute_url()).content.decode()


def test_the_list_shows_what_is_open_at_one_query_a_page(viewer, red, django_assert_num_queries) -> None:
    url = reverse("report-list")
    viewer.get(url)

    with django_assert_num_queries(5):
        one = viewer.get(url).content.decode()
    Episode.objects.bulk_create(
        Episode(
            kitchen=red.kitchen, domain="flights", recipe="daily", node=f"n{n}", verdict="failed",
            opened_at=NOW, last_red_at=NOW,
        )
        for n in range(2)
    )  # fmt: skip
    with django_assert_num_queries(5):
        three = viewer.get(url).content.decode()

    assert (one.count("<tr>"), three.count("<tr>")) == (2, 4)


def test_reports_of_a_closed_kitchen_are_for_its_people_only(viewer, red) -> None:
    owner = make_person("ben")
    kitchen = make_kitchen("secret-work", closed=True, owner=owner)
    Episode.objects.filter(pk=red.pk).update(kitchen=kitchen)
    viewer.force_login(make_person("eve", role="viewer"))

    for url in (
        red.get_absolute_url(),
        reverse("failure-report-pdf", args=[red.pk]),
        f"/api/v1/reports/{red.pk}",
    ):
        answer = viewer.get(url)
        assert answer.status_code == 403
        assert b"unknown airport" not in answer.content
    assert b"unknown airport" not in viewer.get(reverse("report-list")).content


def test_a_kitchen_is_begun_at_the_revision_that_failed(viewer, red) -> None:
    viewer.force_login(make_person("dev", role="developer"))

    viewer.get(reverse("kitchen-new"), {"purpose": "hotfix", "parent": "production", "revision": "7"})
    viewer.get(reverse("kitchen-new"), {"revision": "-1; --"})

    drafts = KitchenDraft.objects.order_by("pk").values_list("choices__parent_revision", "choices__purpose")
    assert list(drafts) == [(7, "hotfix"), (0, "feature")]
