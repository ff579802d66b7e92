"""What several browser tests do on their way to what they are about."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

ENDED = 60_000  # a busy machine is no failure


def order(page: Page, recipe: str, kitchen: str = "production") -> None:
    """Open the order form of a recipe's production variation, by clicking."""
    name = recipe.split("/")[1]
    page.goto(f"/recipes/?kitchen={kitchen}")
    page.locator("#main").get_by_role("link", name=re.compile(rf"\b{name}$")).first.click()
    page.locator("#main").get_by_role("link", name=re.compile("^Run")).first.click()


def run_to_the_end(page: Page, recipe: str, kitchen: str = "production") -> None:
    order(page, recipe, kitchen)
    page.get_by_role("button", name="Run now").click()
    page.wait_for_url(re.compile(r"/runs/\d+/$"))
    expect(page.locator("#run-again")).to_be_visible(timeout=60_000)


def make_kitchen(page: Page, name: str) -> None:
    """Make a kitchen of production in the wizard, under a name."""
    page.goto("/kitchens/new/")
    page.locator("#wizard-form").get_by_role("button", name="Next").click()
    page.get_by_label("Name").fill(name)
    page.keyboard.press("Tab")
    expect(page.locator("#wizard-summary h2")).to_have_text(name)
    page.get_by_role("button", name="Make it now").click()
    page.wait_for_url(re.compile(rf"/kitchens/{name}/"))


def kitchen_of(page: Page) -> str:
    """Return the name of the kitchen whose page is open."""
    found = re.search(r"/kitchens/([^/]+)/", page.url)
    assert found
    return found[1]


def edit(page: Page, kitchen: str, file: str, text: str) -> None:
    """Open a file of shop/daily in the editor and write it anew."""
    page.goto(f"/recipes/{kitchen}/shop/daily/edit/{file}")
    page.locator("#edit-text").fill(text)


def commit(page: Page, message: str) -> None:
    page.get_by_label("What is changed, and why").fill(message)
    page.locator("#edit-commit").click()
    expect(page.locator("#toasts")).to_contain_text(f"Committed: {message}.")
