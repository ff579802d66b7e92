"""Kitchens gone about the wrong way, in a real browser: every page says why not, and what to do instead."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.doing import make_kitchen

pytestmark = pytest.mark.e2e


def retired(page: Page, name: str) -> None:
    make_kitchen(page, name)
    page.goto(f"/kitchens/{name}/")
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Retire this kitchen").click()
    expect(page.locator("#main")).to_contain_text("This kitchen is retired")


def test_a_retired_kitchen_shows_how_to_bring_it_back_and_lets_nothing_be_changed(page: Page):
    retired(page, "had-its-day")
    expect(page.get_by_role("link", name="Open a merge request")).to_have_count(0)

    page.goto("/recipes/had-its-day/shop/daily/edit/clean.sql")
    expect(page.locator("#main")).to_contain_text("retired")
    expect(page.locator("#edit-commit")).to_have_count(0)

    page.goto("/kitchens/had-its-day/")
    page.get_by_role("button", name="Bring it back").click()
    expect(page.get_by_role("button", name="Retire this kitchen")).to_be_visible()


def test_production_is_edited_by_nobody(page: Page):
    page.goto("/recipes/production/shop/daily/edit/clean.sql")

    expect(page.locator("#main")).to_contain_text("protected")
    expect(page.locator("#edit-text")).not_to_be_editable()
    expect(page.get_by_role("link", name="Make a kitchen of it")).to_be_visible()


def test_a_viewer_makes_no_kitchen_and_rolls_nothing_back(viewer_page: Page):
    viewer_page.goto("/")
    expect(viewer_page.get_by_role("link", name="New kitchen")).to_have_count(0)

    viewer_page.goto("/kitchens/new/")
    expect(viewer_page.locator("#main")).to_contain_text("this needs the role developer")
    viewer_page.goto("/kitchens/production/rollback/1/")
    expect(viewer_page.get_by_role("button", name="Roll back")).to_be_disabled()
    expect(viewer_page.locator("#main")).to_contain_text("this needs the role")


def test_a_closed_kitchen_shows_others_its_name_and_owner_alone(page: Page, viewer_page: Page):
    make_kitchen(page, "behind-doors")
    page.goto("/kitchens/behind-doors/people/")
    page.get_by_role("button", name="Close to others").click()
    expect(page.locator("#main")).to_contain_text("closed")

    viewer_page.goto("/kitchens/behind-doors/history/")

    expect(viewer_page.locator("body")).to_contain_text("closed")
    expect(viewer_page.locator("body")).not_to_contain_text("Made from production")


def test_a_kitchen_that_never_was_is_said_to_be_missing(page: Page):
    for path in (
        "/kitchens/nowhere/",
        "/kitchens/nowhere/diff/",
        "/merges/999999/",
        "/kitchens/production/rollback/999/",
    ):
        answer = page.goto(path)
        assert answer is not None
        assert answer.status == 404
        expect(page.locator("#main")).to_contain_text("no")
