"""What a person does with the pages, in a real browser: watch, look closer, search, switch, by keyboard too."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from recipes.models import NodeRun, OrderRun
from tests import factories
from tests.e2e.pictures import overflow

pytestmark = pytest.mark.e2e

LONG = "a-very-long-name-that-somebody-gave-to-a-node-because-nobody-told-them-not-to-do-it"[:80]


def test_a_run_that_is_watched_ends_on_the_page_and_stops_asking(page: Page):
    run = factories.make_running_run()
    page.goto(run.get_absolute_url())
    expect(page.locator(".sentence")).to_contain_text("load at work")
    page.locator("#row-load").focus()

    NodeRun.objects.filter(run=run).update(status="succeeded")
    OrderRun.objects.filter(pk=run.pk).update(status="succeeded", done=6, ended_at=factories.NOW)

    expect(page.locator(".sentence")).to_contain_text("Succeeded")
    expect(page.locator("#spoken")).to_contain_text("Succeeded")
    assert page.evaluate("document.activeElement.id") == "row-load"
    assert page.locator("#run-live").get_attribute("hx-trigger") is None


def test_an_unchanged_run_is_not_put_into_the_page_again(page: Page):
    run = factories.make_run(status="queued", reason="Waits for its turn.")
    page.goto(run.get_absolute_url())
    page.evaluate("document.getElementById('run-live').dataset.mine = 'still here'")

    with page.expect_response(re.compile("/live/")) as answered:
        pass

    assert answered.value.status == 304
    assert page.evaluate("document.getElementById('run-live').dataset.mine") == "still here"


def test_a_node_opens_in_a_panel_with_its_own_address_and_escape_closes_it(page: Page):
    run = factories.make_failed_run()
    page.goto(run.get_absolute_url())

    page.locator("#graph-run-clean").click()

    expect(page.locator("#side h2").first).to_contain_text("clean")
    expect(page).to_have_url(re.compile("/nodes/clean/$"))
    expect(page.locator("#graph-run-clean")).to_have_class(re.compile("is-chosen"))
    page.keyboard.press("Escape")
    expect(page.locator("#side > *")).to_have_count(0)
    expect(page).to_have_url(re.compile(f"/runs/{run.pk}/$"))


def test_the_evidence_of_a_failing_test_is_two_clicks_away_and_back_leads_back(page: Page):
    run = factories.make_failed_run()
    page.goto(run.get_absolute_url())

    page.get_by_role("link", name="airports exist").first.click()

    expect(page.locator("#side")).to_contain_text("X07")
    page.go_back()
    expect(page.locator("#side > *")).to_have_count(0)
    expect(page.locator(".sentence")).to_contain_text("airports exist")


def test_the_palette_finds_and_goes_there_by_keyboard(page: Page):
    run = factories.make_finished_run()
    page.goto("/runs/")

    page.keyboard.press("Control+k")
    page.keyboard.type(str(run.pk))
    expect(page.locator("#palette-results a").first).to_contain_text(f"Run {run.pk}")
    page.keyboard.press("Enter")

    expect(page).to_have_url(re.compile(f"/runs/{run.pk}/$"))


def test_the_theme_that_was_chosen_is_kept(page: Page):
    page.goto("/runs/")
    before = page.evaluate("getComputedStyle(document.body).backgroundColor")

    page.get_by_role("button", name="Switch between light and dark").click()
    chosen = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.reload()

    assert chosen != before
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == chosen


def test_another_kitchen_shows_its_hatched_edge_and_stays_while_one_goes_on(page: Page):
    factories.make_kitchen("faster-joins")
    page.goto("/runs/?kitchen=faster-joins")

    expect(page.locator(".top-elsewhere")).to_contain_text("faster-joins")
    page.get_by_role("link", name="Recipes", exact=True).click()
    expect(page.locator(".top-elsewhere")).to_contain_text("faster-joins")


def test_the_drawer_opens_on_a_narrow_window_and_escape_closes_it(page: Page):
    page.set_viewport_size({"width": 360, "height": 760})
    page.goto("/runs/")
    expect(page.get_by_role("link", name="Recipes", exact=True)).to_be_hidden()

    page.get_by_role("button", name="Menu").click()

    expect(page.get_by_role("link", name="Recipes", exact=True)).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="Recipes", exact=True)).to_be_hidden()


@pytest.mark.parametrize("width", [360, 900, 1440])
def test_no_page_of_a_run_is_wider_than_its_window_even_with_long_names(page: Page, width: int):
    nodes = (factories.make_spec(LONG, kind="python", writes=[f"flights.{'x' * 60}"]),)
    tests = (factories.make_test(LONG.replace("-", " "), LONG),)
    run = factories.make_run(factories.make_plan(nodes, tests), status="failed", reason="W" * 200)
    node_run = factories.make_node_run(run, nodes[0], took=32_400)
    factories.make_result(node_run, tests[0], "fail", n_fail=7_654_321, sentence="7,654,321 rows are wrong")
    page.set_viewport_size({"width": width, "height": 800})

    for part in ("", "tests/", "data/", "values/", "log/", f"nodes/{LONG}/"):
        page.goto(f"{run.get_absolute_url()}{part}")
        assert overflow(page) == 0, part


def test_everything_on_a_run_can_be_reached_by_keyboard(page: Page):
    run = factories.make_failed_run()
    page.goto(run.get_absolute_url())

    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip-link"
    seen = set()
    for _ in range(60):
        page.keyboard.press("Tab")
        seen.add(page.evaluate("document.activeElement.id || document.activeElement.className.toString()"))

    assert {"run-resume", "run-again", "tab-tests", "graph-run-clean", "row-clean"} <= seen
