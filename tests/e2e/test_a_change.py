"""A change on its way from a form to production and back, in a real browser, with two people."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.doing import ENDED, commit, edit, kitchen_of, run_to_the_end

pytestmark = pytest.mark.e2e

GOOD = "SELECT order_id, customer, price, price * 2 AS doubled FROM shop.raw WHERE price > 0\n"
BREAKING = "SELECT order_id, price, price * 2 AS doubled FROM shop.raw WHERE price > 0\n"


def kitchen_in_two_clicks(page: Page) -> str:
    """Make the usual kitchen from the home page; return its name."""
    page.goto("/")
    page.get_by_role("link", name="New kitchen").click()
    page.get_by_role("button", name="Make it now").click()
    expect(page.get_by_text("ready", exact=True)).to_be_visible()
    return kitchen_of(page)


def change_with_a_fault_first(page: Page, kitchen: str) -> None:
    edit(page, kitchen, "clean.sql", GOOD.replace("SELECT", "SELEC"))
    expect(page.locator("#edit-check [data-fault-file='clean.sql']").first).to_be_visible()
    page.locator("#edit-text").fill(BREAKING)
    expect(page.get_by_text("The recipe can run as it is written.")).to_be_visible()
    commit(page, "A doubled price in place of the customer")


def run_green(page: Page, kitchen: str) -> None:
    run_to_the_end(page, "shop/daily", kitchen)
    expect(page.locator(".sentence")).to_contain_text("Succeeded")


def ask_for_the_merge(page: Page, kitchen: str) -> str:
    """Open the merge request from the kitchen's page; return its path."""
    page.goto(f"/kitchens/{kitchen}/")
    page.locator(".next-step").get_by_role("link").first.click()
    page.get_by_label("What it does").fill("A doubled price")
    page.get_by_role("button", name="Open the request").click()
    page.wait_for_url(re.compile(r"/merges/\d+/$"))
    return re.sub(r"^https?://[^/]+", "", page.url)


def build(page: Page, request: str) -> None:
    page.goto(f"{request}checks/")
    page.locator("#merge-box").get_by_role("button", name="Build the candidate").click()


def approve(page: Page, request: str) -> None:
    page.goto(request)
    page.get_by_role("button", name="Approve").click()
    expect(page.locator("#talk")).to_contain_text("approved")


def columns_in_production(page: Page) -> list[str]:
    page.goto("/datasets/shop.orders/")
    expect(page.locator("#dataset-sample table")).to_be_visible()
    return page.locator("#dataset-sample th").all_inner_texts()


def test_a_change_goes_from_a_form_to_production_and_back(
    developer_page: Page, page: Page, console: list[str]
):
    for recipe in ("shop/daily", "finance/report"):
        run_to_the_end(page, recipe)
    dev = developer_page

    kitchen = kitchen_in_two_clicks(dev)
    change_with_a_fault_first(dev, kitchen)
    run_green(dev, kitchen)
    request = ask_for_the_merge(dev, kitchen)
    broken = dev.locator("section", has=dev.get_by_role("heading", name="Would break"))
    expect(broken).to_contain_text("finance/report")
    expect(broken).to_contain_text("takings.sql line 1")
    expect(broken).to_contain_text("another domain")
    build(dev, request)
    expect(dev.locator("#merge-box")).to_contain_text(
        "finance/report of the domain finance is red", timeout=ENDED
    )

    edit(dev, kitchen, "clean.sql", GOOD)
    commit(dev, "The customer stays")
    run_green(dev, kitchen)
    build(dev, request)
    expect(dev.locator("#merge-box")).to_contain_text("8 of 9 gates open", timeout=ENDED)
    dev.goto(request)
    expect(dev.get_by_role("heading", name="Would break")).to_have_count(0)
    expect(dev.get_by_role("button", name="Approve")).to_be_disabled()
    expect(dev.locator("#talk")).to_contain_text("You opened it: somebody else has to look at it.")

    approve(page, request)
    page.get_by_role("button", name="Merge into").click()
    expect(page.locator("#merge-box")).to_contain_text("became revision")
    run_to_the_end(page, "shop/daily")
    assert "doubled" in columns_in_production(page)

    page.goto(request)
    page.get_by_role("link", name="Roll back…").click()
    expect(page.locator("#main")).to_contain_text("Merges that are out again")
    page.get_by_label("Why").fill("The doubled price is wrong")
    page.get_by_role("button", name=re.compile("^Roll back to revision")).click()
    page.wait_for_url(re.compile("/kitchens/production/$"))
    assert "doubled" not in columns_in_production(page)

    page.goto("/measures/?show=all")
    expect(page.locator("#changes")).to_contain_text("A doubled price")
    assert [said for said in console if "422" not in said] == []
