"""Editing a recipe in a real browser: typing, suggestions, faults at their line, a commit, and somebody else in between."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.e2e


def make_kitchen(page: Page, name: str) -> None:
    ends = (datetime.now(UTC) + timedelta(days=7)).date().isoformat()
    send(page, "post", "/api/v1/kitchens", {"name": name, "ends_on": ends})


def send(page: Page, method: str, url: str, data: dict) -> dict:
    token = next(cookie["value"] for cookie in page.context.cookies() if cookie["name"] == "csrftoken")
    answer = getattr(page.request, method)(url, data=data, headers={"X-CSRFToken": token})
    assert answer.ok, answer.text()
    return answer.json()


def type_at_end(page: Page, text: str) -> None:
    page.locator("#edit-text").focus()
    page.keyboard.press("Control+End")
    page.keyboard.type(text)


def test_a_fault_shows_at_its_line_as_one_types_and_is_mended_and_committed(page: Page, console: list[str]):
    make_kitchen(page, "typing")
    page.goto("/recipes/typing/shop/daily/files/")
    page.get_by_role("link", name="Edit", exact=True).click()
    expect(page.locator("#edit-commit")).to_be_disabled()

    type_at_end(page, "  small: {valuess: {rows: 10}}")
    row = page.locator("#edit-check [data-fault-file='recipe.yaml']").first
    expect(row).to_be_visible()
    expect(page.locator(".ed-line.is-fault")).to_have_count(1)
    row.click()
    expect(page.locator("#edit-text")).to_be_focused()

    page.locator("#edit-text").press("Control+a")
    text = page.locator("#edit-text").input_value().replace("valuess", "values")
    page.locator("#edit-text").fill(text)
    expect(page.get_by_text("The recipe can run as it is written.")).to_be_visible()
    page.locator("#preview-variation").select_option("small")
    expect(page.locator("#edit-check")).to_contain_text("variation")
    page.get_by_label("What is changed, and why").fill("A small variation")
    page.locator("#edit-commit").click()

    expect(page.locator("#toasts")).to_contain_text("Committed: A small variation.")
    expect(page.locator("#edit-text")).to_have_value(text)
    assert console == []


def test_keys_and_names_are_suggested_and_taken_by_keyboard(page: Page, console: list[str]):
    make_kitchen(page, "suggesting")
    page.goto("/recipes/suggesting/shop/daily/edit/recipe.yaml")
    page.locator("#edit-text").wait_for()

    def suggested(text: str) -> str:
        page.locator("#edit-text").fill(text)
        page.keyboard.press("Control+End")
        page.keyboard.press("Control+Space")
        expect(page.locator("#edit-suggestions li").first).to_be_visible()
        return " ".join(page.locator("#edit-suggestions li span:first-child").all_inner_texts())

    assert "description" in suggested("")
    assert suggested("nodes:\n  load: {ki") == "kind"
    assert "synchronise" in suggested("nodes:\n  load: {kind: ")
    assert suggested("nodes:\n  load: {kind: sql}\n  sum: {kind: sql, needs: [lo") == "load"
    assert "row_count" in suggested("tests:\n  rows: {node: load, check: row")
    assert "min" in suggested("tests:\n  rows:\n    check: row_count\n    mi")
    assert (
        suggested("values:\n  first_day: {type: date}\nnodes:\n  load: {kind: shell, command: 'x {{ fir")
        == "first_day"
    )

    suggested("nodes:\n  load: {ki")
    page.keyboard.press("Enter")
    expect(page.locator("#edit-text")).to_have_value("nodes:\n  load: {kind: ")
    page.keyboard.press("Control+z")
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    expect(page.locator("#edit-text")).not_to_be_focused()
    assert console == []


def test_files_are_added_renamed_and_deleted_in_one_commit(page: Page, console: list[str]):
    make_kitchen(page, "filing")
    page.goto("/recipes/filing/shop/daily/edit/clean.sql")
    page.get_by_role("button", name="Rename").click()
    page.get_by_role("dialog").get_by_role("textbox").fill("cleaned.sql")
    page.get_by_role("dialog").get_by_role("button", name="OK").click()
    page.locator("#edit-files").get_by_text("recipe.yaml").click()
    page.locator("#edit-text").fill(
        page.locator("#edit-text").input_value().replace("clean.sql", "cleaned.sql")
    )
    page.get_by_role("button", name="File", exact=True).click()
    page.get_by_role("dialog").get_by_role("textbox").fill("notes.txt")
    page.keyboard.press("Enter")
    page.locator("#edit-text").fill("Why it is so\n")

    expect(page.locator("#edit-amount")).to_have_text("4 files changed")
    expect(page.get_by_text("The recipe can run as it is written.")).to_be_visible()
    page.keyboard.press("Control+s")

    expect(page.locator("#toasts")).to_contain_text("Committed: Change 4 files of daily.")
    assert page.locator("#edit-files a span:first-child").all_inner_texts() == [
        "recipe.yaml", "cleaned.sql", "load.py", "notes.txt"
    ]  # fmt: skip
    assert console == []


def test_somebody_else_in_between_costs_nobody_anything(page: Page, console: list[str]):
    make_kitchen(page, "together")
    page.goto("/recipes/together/shop/daily/edit/recipe.yaml")
    mine = page.context.new_page()
    mine.goto("/recipes/together/shop/daily/edit/recipe.yaml")
    type_at_end(mine, "  mine: {}\n")
    text = page.locator("#edit-text").input_value()
    page.locator("#edit-text").fill(text.replace("Orders of a day", "All orders of a day"))
    page.locator("#edit-commit").click()
    expect(page.locator("#toasts")).to_contain_text("Committed")

    mine.locator("#edit-commit").click()
    expect(mine.get_by_role("alert")).to_contain_text("changed this recipe while you were editing it")
    mine.get_by_role("button", name="Put both together").click()
    expect(mine.get_by_text("Your changes now stand on the newest commit.")).to_be_visible()
    expect(mine.locator("#edit-text")).to_have_value(re.compile(r"All orders of a day[\s\S]*mine: \{\}"))
    mine.locator("#edit-commit").click()
    expect(mine.locator("#toasts")).to_contain_text("Committed")
    mine.close()
