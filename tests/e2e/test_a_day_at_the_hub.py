"""What a person does at the hub, in a real browser on a hub of real processes."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.doing import commit, edit, make_kitchen, order, run_to_the_end
from tests.e2e.pictures import overflow, sign_in

pytestmark = pytest.mark.e2e


def test_a_wrong_password_is_refused_in_words(browser: Browser, hub: str):
    page = browser.new_page(base_url=hub)
    page.goto("/login/")
    page.fill("input[name=username]", "ada")
    page.fill("input[name=password]", "not the password")
    page.press("input[name=password]", "Enter")

    expect(page.get_by_role("alert")).to_contain_text("correct")
    page.close()


def test_a_wrong_value_is_told_at_its_field_and_a_right_one_runs_to_the_end(page: Page, console: list[str]):
    order(page, "shop/daily")
    page.get_by_label(re.compile("^rows")).fill("5000")
    page.get_by_role("button", name="Run now").click()
    message = page.locator(".field-error", has_text="above the most allowed")
    expect(message).to_be_visible()
    expect(page.get_by_label(re.compile("^rows"))).to_have_value("5000")

    page.get_by_label(re.compile("^rows")).fill("25")
    page.get_by_role("button", name="Run now").click()

    page.wait_for_url(re.compile(r"/runs/\d+/$"))
    expect(page.locator(".sentence")).to_contain_text("Succeeded", timeout=60_000)
    page.locator(".tabs").get_by_role("link", name="Data").click()
    expect(page.locator("#main")).to_contain_text("shop.orders")
    assert [said for said in console if "422" not in said] == []


def test_a_running_order_can_be_cancelled(page: Page):
    order(page, "shop/slow")
    page.get_by_role("button", name="Run now").click()
    expect(page.locator(".sentence")).to_contain_text("Running", timeout=30_000)

    page.get_by_role("button", name="Cancel").click()

    expect(page.locator(".sentence")).to_contain_text("Cancelled", timeout=30_000)


def test_a_failing_test_is_read_from_the_run_down_to_its_rows(page: Page):
    run_to_the_end(page, "shop/doubled")
    expect(page.locator(".sentence")).to_contain_text("othing was published")

    page.get_by_role("link", name="parcels are counted once").first.click()

    side = page.locator("#side")
    expect(side).to_contain_text("4")
    expect(side).to_contain_text("P-000")


def test_what_runs_in_a_kitchen_does_not_touch_production(page: Page):
    run_to_the_end(page, "shop/daily")
    page.goto("/datasets/shop.orders/")
    before = page.locator(".sentence").inner_text()
    make_kitchen(page, "fewer-orders")

    order(page, "shop/daily", kitchen="fewer-orders")
    page.get_by_label(re.compile("^rows")).fill("12")
    page.get_by_role("button", name="Run now").click()
    expect(page.locator("#run-again")).to_be_visible(timeout=60_000)

    page.goto("/datasets/shop.orders/?kitchen=fewer-orders")
    expect(page.locator(".sentence")).to_contain_text("12 rows")
    page.get_by_role("button", name="Try it").click()
    expect(page.locator("#what-its-tests-catch")).to_contain_text("planted faults", timeout=60_000)
    page.goto("/datasets/shop.orders/")
    assert page.locator(".sentence").inner_text().split(",")[0] == before.split(",")[0]


def test_a_kitchen_name_that_is_taken_is_told_at_its_field(page: Page):
    make_kitchen(page, "twice-the-same")

    page.goto("/kitchens/new/")
    page.locator("#wizard-form").get_by_role("button", name="Next").click()
    page.get_by_label("Name").fill("twice-the-same")
    page.get_by_role("button", name="Next").click()

    expect(page.locator(".field-error")).to_contain_text("twice-the-same")


def test_a_viewer_is_told_why_an_order_is_not_for_them(viewer_page: Page):
    viewer_page.goto("/orders/new/production/shop/daily/production/")

    expect(viewer_page.get_by_role("button", name="Run now")).to_be_disabled()
    expect(viewer_page.locator("#main")).to_contain_text("role")


def test_a_token_is_shown_once(page: Page):
    page.goto("/settings/tokens/")
    page.get_by_label("Name").fill("nightly export")
    page.get_by_role("button", name="Make the token").click()
    key = page.locator("#new-key").inner_text()
    assert key.startswith("hub_")

    page.goto("/settings/tokens/")

    assert key not in page.content()
    expect(page.locator("#main")).to_contain_text("nightly export")


def test_the_search_finds_a_recipe_by_keyboard(page: Page):
    page.goto("/")
    page.keyboard.press("Control+k")
    page.keyboard.type("doubled")
    expect(page.locator("dialog")).to_contain_text("doubled")
    page.keyboard.press("Enter")

    expect(page).to_have_url(re.compile("doubled"))


PAGES = [
    "/",
    "/domains/",
    "/domains/shop/",
    "/kitchens/",
    "/kitchens/new/",
    "/kitchens/production/",
    "/recipes/",
    "/recipes/production/shop/daily/",
    "/orders/new/production/shop/daily/production/",
    "/runs/",
    "/runs/1/",
    "/runs/1/tests/",
    "/tests/",
    "/tests/results/",
    "/tests/series/1/",
    "/tests/coverage/",
    "/tests/coverage/?domain=shop",
    "/datasets/",
    "/datasets/shop.orders/",
    "/lineage/",
    "/settings/people/",
    "/settings/tokens/",
    "/settings/connections/",
    "/settings/workers/",
    "/settings/audit/",
    "/settings/secrets/",
    "/settings/retention/",
    "/kitchens/production/history/",
    "/kitchens/production/values/",
    "/kitchens/production/secrets/",
    "/kitchens/production/people/",
    "/kitchens/production/rollback/1/",
    "/kitchens/looked-at/",
    "/kitchens/looked-at/making/",
    "/kitchens/looked-at/diff/",
    "/kitchens/looked-at/merge/",
    "/recipes/looked-at/shop/daily/edit/clean.sql",
    "/recipes/production/shop/daily/edit/clean.sql",
    "/merges/",
    "/measures/",
    "/events/",
]
WHERE_A_CHANGE_IS = ("", "changes/", "data/", "impact/", "checks/")


def _something_to_look_at(page: Page) -> list[str]:
    """Make a run, a kitchen that has changed, and a merge request, where they are not there yet; return its pages."""
    page.goto("/kitchens/")
    if not page.get_by_role("link", name="looked-at").count():
        run_to_the_end(page, "shop/daily")
        make_kitchen(page, "looked-at")
        edit(page, "looked-at", "clean.sql", "SELECT order_id, price FROM shop.raw\n")
        commit(page, "Without the customer")
        page.goto("/kitchens/looked-at/merge/")
        page.get_by_label("What it does").fill("Something to look at")
        page.get_by_role("button", name="Open the request").click()
    page.goto("/merges/")
    request = page.get_by_role("link", name="Something to look at").get_attribute("href")
    return [f"{request}{part}" for part in WHERE_A_CHANGE_IS]


@pytest.mark.parametrize("width", [360, 900, 1440])
def test_no_page_is_wider_than_the_window_or_complains(browser: Browser, hub: str, page: Page, width):
    paths = PAGES + _something_to_look_at(page)
    context = browser.new_context(
        base_url=hub, viewport={"width": width, "height": 800}, color_scheme="light"
    )
    small = context.new_page()
    said: list[str] = []
    small.on("console", lambda message: message.type == "error" and said.append(message.text))
    small.on("response", lambda answer: answer.status >= 400 and said.append(f"{answer.status} {answer.url}"))
    small.on("pageerror", lambda error: said.append(str(error)))
    sign_in(small, hub, "ada", "calm control room")
    wide = {}
    for path in paths:
        small.goto(path)
        small.wait_for_load_state("load")
        for theme in ("light", "dark"):
            small.emulate_media(color_scheme=theme)
            if beyond := overflow(small):
                wide[path, theme] = beyond
    context.close()

    assert (wide, said) == ({}, [])
