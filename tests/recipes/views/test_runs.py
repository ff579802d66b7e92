"""The pages of a run: what they say, what they cost, and that polling is cheap."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse

from recipes.models import Attempt, NodeRun
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser(client: Client) -> Client:
    client.force_login(factories.make_person())
    return client


def test_a_failed_run_says_what_failed_in_its_first_sentence(browser: Client):
    run = factories.make_failed_run()

    page = browser.get(run.get_absolute_url()).content.decode()

    assert (
        "Failed at clean after 2 min 14 s: airports exist, 31 of 224 flights name an unknown airport; "
        "nothing was published." in page
    )


def test_a_running_run_polls_and_a_settled_one_does_not(browser: Client):
    running, settled = factories.make_running_run(), factories.make_finished_run()

    assert 'hx-trigger="every 2s, wake"' in browser.get(running.get_absolute_url()).content.decode()
    assert 'hx-trigger="every 2s, wake"' not in browser.get(settled.get_absolute_url()).content.decode()


def test_an_unchanged_run_is_answered_304_with_one_query(browser: Client, django_assert_num_queries):
    run = factories.make_running_run()
    live = reverse("run-live", args=[run.pk, "overview"])
    etag = re.search(r'data-etag="(\w+)"', browser.get(live).content.decode())[1]

    with django_assert_num_queries(3):  # session, person, facts
        answer = browser.get(live, headers={"If-None-Match": f'"{etag}"'})

    assert answer.status_code == 304
    NodeRun.objects.filter(run=run, node="load").update(status="succeeded")
    assert browser.get(live, headers={"If-None-Match": f'"{etag}"'}).status_code == 200


def test_a_run_costs_the_same_for_any_number_of_nodes(browser: Client, django_assert_num_queries):
    small = factories.make_run(factories.make_plan(factories.FLIGHTS[:1]))
    factories.make_node_run(small, factories.FLIGHTS[0])
    large = factories.make_finished_run()

    for run in (small, large):
        with django_assert_num_queries(11):
            assert browser.get(run.get_absolute_url()).status_code == 200


def test_the_panel_of_a_node_is_a_fragment_for_htmx_and_a_page_for_everyone_else(browser: Client):
    run = factories.make_failed_run()
    url = reverse("node-detail", args=[run.pk, "clean"])

    whole = browser.get(url).content.decode()
    panel = browser.get(url, headers={"HX-Request": "true"}).content.decode()

    assert "<html" in whole
    assert "<html" not in panel
    assert "31 of 224 flights name an unknown airport" in panel


def test_a_test_result_shows_its_evidence(browser: Client):
    run = factories.make_failed_run()
    result = run.test_results.get(verdict="fail")

    page = browser.get(reverse("result-detail", args=[run.pk, result.pk])).content.decode()

    assert "X07" in page
    assert "at most 1 %" in page
    assert (
        page.count('class="is-hit"') == page.count('title="X0') == 8
    )  # the column that broke it, and no other
    assert "marked: origin" in page


def test_a_run_that_does_not_exist_is_a_page_that_says_so(browser: Client):
    answer = browser.get("/runs/99/")

    assert answer.status_code == 404
    assert "There is no run 99." in answer.content.decode()


@pytest.mark.parametrize("amount", [1, 3])
def test_the_list_of_runs_costs_the_same_for_any_number_of_rows(
    browser: Client, amount: int, django_assert_num_queries
):
    for _ in range(amount):
        factories.make_finished_run()

    with django_assert_num_queries(6):
        page = browser.get(reverse("run-list")).content.decode()

    assert page.count('id="run-row-') == amount


def test_the_list_of_runs_goes_on_from_the_last_row(browser: Client, monkeypatch):
    monkeypatch.setattr("recipes.queries.pages_lists.PAGE", 2)
    runs = [factories.make_finished_run() for _ in range(3)]

    first = browser.get(reverse("run-list")).content.decode()
    link = re.search(r'href="(\?before=\d+)"', first)[1]
    older = browser.get(reverse("run-list") + link).content.decode()

    assert f'id="run-row-{runs[0].pk}"' not in first
    assert f'id="run-row-{runs[0].pk}"' in older


def test_an_empty_list_says_what_to_do_next(browser: Client):
    factories.make_production()

    assert "Open a recipe and order a run" in browser.get(reverse("run-list")).content.decode()
    assert "No run fits these filters." in browser.get(reverse("run-list") + "?status=red").content.decode()


def test_the_list_of_tests_shows_what_is_not_green_unless_asked_for_more(browser: Client):
    factories.make_failed_run()

    red = browser.get(reverse("result-list")).content.decode()
    everything = browser.get(reverse("result-list") + "?verdict=all&domain=flights").content.decode()
    named = browser.get(reverse("result-list") + "?test=airports&period=month&before=x").content.decode()

    assert red.count('id="result-') == 2
    assert everything.count('id="result-') == 5
    assert named.count('id="result-') == 1


@pytest.mark.parametrize("amount", [1, 3])
def test_the_list_of_tests_costs_the_same_for_any_number_of_rows(
    browser: Client, amount: int, django_assert_num_queries
):
    for _ in range(amount):
        factories.make_failed_run()

    with django_assert_num_queries(6):
        browser.get(reverse("result-list"))


def test_a_viewer_is_offered_nothing_that_a_viewer_may_not_do(browser: Client):
    run = factories.make_failed_run()
    browser.force_login(factories.make_person("vic", role="viewer"))

    page = browser.get(reverse("node-detail", args=[run.pk, "clean"])).content.decode()

    assert "run-resume" not in page
    assert "Try this node again" not in page
    assert browser.post(reverse("run-again", args=[run.pk])).status_code == 403


def test_a_run_of_thousands_of_nodes_shows_those_that_matter(browser: Client, monkeypatch):
    monkeypatch.setattr("recipes.queries.pages_run_rows.NODES_SHOWN", 2)
    run = factories.make_failed_run()

    page = browser.get(run.get_absolute_url()).content.decode()

    assert "2 of 6 shown" in page
    assert "Failed at clean" in page
    assert "graph-run" not in page


def test_a_log_shows_its_end_and_is_polled_while_it_is_written(browser: Client, hub_home):
    run = factories.make_running_run()
    attempt = Attempt.objects.get(node_run__run=run, node_run__node="load")
    attempt.log = f"{run.pk}/load-1.log"
    attempt.save()
    path = hub_home / "logs" / attempt.log
    path.parent.mkdir(parents=True)
    path.write_text("2026-11-22T10:00:01.000Z | 20 rows <b>read</b>\n2026-11-22T10:00:02.000Z ! a warning\n")
    url = reverse("node-log", args=[run.pk, "load"])

    page = browser.get(reverse("run-log", args=[run.pk])).content.decode()
    etag = re.search(r'id="node-log" data-etag="(\w+)"', page)[1]
    unchanged = browser.get(url, headers={"If-None-Match": f'"{etag}"'})
    path.write_text(path.read_text() + "2026-11-22T10:00:03.000Z > done\n")
    grown = browser.get(url, headers={"If-None-Match": f'"{etag}"'})

    assert "20 rows &lt;b&gt;read&lt;/b&gt;" in page
    assert unchanged.status_code == 304
    assert "done" in grown.content.decode()


def test_a_log_outside_the_folder_of_logs_is_never_shown(browser: Client, hub_home):
    run = factories.make_running_run()
    (hub_home / "secrets.key").write_text("a secret\n")
    Attempt.objects.filter(node_run__run=run).update(log="../secrets.key")

    page = browser.get(reverse("node-log", args=[run.pk, "load"])).content.decode()

    assert "a secret" not in page


def test_htmx_is_told_of_a_fault_by_a_toast(browser: Client):
    run = factories.make_failed_run()
    gone = reverse("node-detail", args=[run.pk, "gone"])

    answer = browser.get(gone, headers={"HX-Request": "true"})

    assert (answer.status_code, answer.headers["HX-Retarget"]) == (404, "#toasts")
    assert answer.content.decode().count('class="toast is-fail"') == 1


def test_a_name_that_looks_like_markup_stays_a_name(browser: Client):
    evil = factories.make_spec("load", kind="python")
    test = factories.make_test("<script>alert(1)</script>", "load")
    run = factories.make_run(factories.make_plan((evil,), (test,)), status="failed", reason="<img src=x>")
    node_run = factories.make_node_run(
        run, evil, "failed", reason="<b>bold</b>", outcome={"sql": ["<i>"], "detail": "<u>"}
    )
    factories.make_result(
        node_run, test, "fail", sentence="<s>struck</s>", evidence=[{"<th>": "<td>"}], details={"<k>": "<v>"}
    )
    result = run.test_results.get()

    for url in (
        run.get_absolute_url(),
        reverse("run-tests", args=[run.pk]),
        reverse("node-detail", args=[run.pk, "load"]),
        reverse("result-detail", args=[run.pk, result.pk]),
        reverse("test-list"),
        reverse("run-list"),
    ):
        page = browser.get(url).content.decode()
        for markup in ("<script>alert", "<img src=x", "<b>bold", "<s>struck", '<td>"', "<k>", "<v>", "<u>"):
            assert markup not in page, (url, markup)
