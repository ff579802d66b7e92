"""A real browser on a server in this process: the rows are made by the test itself, no worker touches them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from kitchens.models import Person
from tests import factories
from tests.e2e.pictures import sign_in


@pytest.fixture
def page(browser: Browser, live_server) -> Iterator[Page]:
    """A page of a signed-in operator; a script that fails, or that the policy stops, fails the test."""
    factories.make_production()
    person: Person = factories.make_person()
    context = browser.new_context(base_url=live_server.url, viewport={"width": 1440, "height": 900})
    context.set_default_timeout(30_000)  # a busy machine is no failure
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda said: "Content Security Policy" in said.text and faults.append(said.text))
    sign_in(page, live_server.url, person.username, "calm control room")
    yield page
    context.close()
    assert not faults
