"""The whole way of a failure: a change breaks production, and from the alert on one person finds, mends and ends it."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from queue import Queue
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.doing import ENDED, commit, kitchen_of, make_kitchen, run_to_the_end
from tests.e2e.seed import PASSWORD

pytestmark = pytest.mark.e2e

RECIPE = "shop/parcels"
BREAKING = "SELECT parcel, kilos FROM shop.arrived\n"
MENDED = "SELECT parcel, COALESCE(kilos, 0.5) AS kilos FROM shop.arrived\n"


@pytest.fixture
def told() -> Iterator[tuple[str, Queue[dict[str, Any]]]]:
    """The address of a webhook, and what was sent to it."""
    got: Queue[dict[str, Any]] = Queue()

    class Taker(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.put(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            return

    with HTTPServer(("127.0.0.1", 0), Taker) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/alerts", got
        server.shutdown()


@pytest.fixture
def carrier(home: Path) -> Path:
    """The file a carrier leaves: thirty parcels with their weights."""
    file = home / "outside" / "parcels.csv"
    leave(file, without_weight=0)
    return file


def leave(file: Path, without_weight: int) -> None:
    rows = [f"P-{n:02},{'' if n < without_weight else 1 + n / 10}" for n in range(30)]
    file.write_text("parcel,kilos\n" + "\n".join(rows) + "\n")


def tell_by_webhook(page: Page, address: str) -> None:
    page.goto("/settings/alerts/?kind=webhook")
    page.get_by_label("Name").fill("on-call")
    page.get_by_label("Address").fill(address)
    page.get_by_role("button", name="Keep the channel").click()
    page.get_by_role("link", name="Add one").click()
    page.get_by_role("button", name="Add the route").click()
    expect(page.get_by_role("button", name=re.compile("Remove the route"))).to_be_visible()


def merge(dev: Page, ada: Page, kitchen: str, title: str) -> None:
    """Ask for the merge, build the candidate, and let another person approve and merge it."""
    dev.goto(f"/kitchens/{kitchen}/")
    dev.locator(".next-step").get_by_role("link").first.click()
    dev.get_by_label("What it does").fill(title)
    dev.get_by_role("button", name="Open the request").click()
    dev.wait_for_url(re.compile(r"/merges/\d+/$"))
    request = dev.url
    dev.goto(f"{request}checks/")
    dev.locator("#merge-box").get_by_role("button", name="Build the candidate").click()
    expect(dev.locator("#merge-box")).to_contain_text("8 of 9 gates open", timeout=ENDED)
    ada.goto(request)
    ada.get_by_role("button", name="Approve").click()
    ada.get_by_role("button", name="Merge into").click()
    expect(ada.locator("#merge-box")).to_contain_text("became revision")


def break_production(dev: Page, ada: Page) -> None:
    """Bring in a change that is green on today's data: it forgets what is done where a weight is missing."""
    run_to_the_end(ada, RECIPE)
    dev.goto("/")
    dev.get_by_role("link", name="New kitchen").click()
    dev.get_by_role("button", name="Make it now").click()
    expect(dev.get_by_text("ready", exact=True)).to_be_visible()
    kitchen = kitchen_of(dev)
    rewrite(dev, kitchen, BREAKING, "Weights as the carrier tells them")
    run_to_the_end(dev, RECIPE, kitchen)
    merge(dev, ada, kitchen, "Weights as the carrier tells them")


def rewrite(page: Page, kitchen: str, text: str, message: str) -> None:
    page.goto(f"/recipes/{kitchen}/shop/parcels/edit/weigh.sql")
    page.locator("#edit-text").fill(text)
    expect(page.get_by_text("The recipe can run as it is written.")).to_be_visible()
    commit(page, message)


def follow(browser: Browser, hub: str, url: str, name: str) -> Page:
    """Open the link of an alert as somebody who is not signed in yet."""
    assert url.startswith(hub)
    page = browser.new_context(base_url=hub, viewport={"width": 1440, "height": 900}).new_page()
    page.goto(url)
    page.fill("input[name=username]", name)
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_url(url)
    return page


def open_kitchen_from(page: Page) -> str:
    """Open a kitchen at the failing revision from the report; return its name."""
    page.get_by_role("link", name="Open a kitchen there").click()
    expect(page.locator("#wizard-summary")).to_contain_text(re.compile(r"2 datasets as run \d+ left them"))
    page.get_by_role("button", name="Make it now").click()
    expect(page.get_by_text("ready", exact=True)).to_be_visible()
    return kitchen_of(page)


def is_offered_nothing_to_do(viewer: Page, url: str) -> None:
    """Look at the incident and its report as somebody who may only look."""
    viewer.goto(url)
    expect(viewer.locator("#acknowledge")).to_have_count(0)
    expect(viewer.locator("#incident-live")).to_contain_text("every parcel has a weight")


def test_one_person_goes_from_the_alert_to_the_cause_and_the_incident_ends_by_itself(
    browser: Browser,
    hub: str,
    page: Page,
    developer_page: Page,
    viewer_page: Page,
    carrier: Path,
    told,
    console: list[str],
):
    address, got = told
    tell_by_webhook(page, address)
    break_production(developer_page, page)
    leave(carrier, without_weight=4)
    run_to_the_end(page, RECIPE)

    alert = got.get(timeout=30)
    assert "every parcel has a weight" in alert["title"]
    is_offered_nothing_to_do(viewer_page, alert["url"])
    dev = follow(browser, hub, alert["url"], "dev")
    incident = dev.url
    watched = dev.context.new_page()
    watched.goto(incident)
    dev.get_by_role("link", name="every parcel has a weight").first.click()
    cause = dev.locator(".causes li").first
    expect(cause).to_contain_text(
        "A change of the code of weigh itself: domains/shop/recipes/parcels/weigh.sql."
    )
    dev.get_by_role("button", name="Show the lines").click()
    expect(dev.locator("#report-code")).to_contain_text("COALESCE(kilos, 1.0)")
    report = dev.url
    assert dev.request.get(f"{report}report.pdf").body().startswith(b"%PDF")

    kitchen = open_kitchen_from(dev)
    dev.goto(f"/datasets/shop.parcels/?kitchen={kitchen}")
    expect(dev.locator("#dataset-sample table")).to_contain_text("P-00")
    run_to_the_end(dev, RECIPE, kitchen)
    expect(dev.locator(".sentence")).to_contain_text("every parcel has a weight")
    rewrite(dev, kitchen, MENDED, "Parcels without a weight count as half a kilo")
    run_to_the_end(dev, RECIPE, kitchen)
    expect(dev.locator(".sentence")).to_contain_text("Succeeded")
    merge(dev, page, kitchen, "Parcels without a weight count as half a kilo")
    expect(watched.locator("#acknowledge")).to_be_visible()
    run_to_the_end(page, RECIPE)

    expect(watched.locator("#incident-live")).to_contain_text("resolved: green again", timeout=ENDED)
    expect(watched.locator(".story")).to_contain_text("shop/parcels is green again at revision")
    expect(watched.locator(".story")).to_contain_text("Parcels without a weight count as half a kilo")
    ended = got.get(timeout=30)
    assert (ended["url"], "P-0" in json.dumps([alert, ended])) == (alert["url"], False)
    dev.goto("/inbox/")
    expect(dev.locator("#main")).not_to_contain_text("every parcel has a weight")
    assert [said for said in console if "422" not in said] == []


def test_a_developer_runs_a_recipe_with_its_fixtures_from_its_page(developer_page: Page):
    dev = developer_page
    make_kitchen(dev, "functional")
    expect(dev.get_by_text("ready", exact=True)).to_be_visible()
    dev.goto("/recipes/functional/shop/parcels/")

    dev.locator("#fixtures").get_by_role("link", name="Run with it").click()
    expect(dev.get_by_label("What it runs on")).to_have_value("few")
    dev.get_by_role("button", name="Run now").click()
    dev.wait_for_url(re.compile(r"/runs/\d+/$"))

    expect(dev.locator(".sentence")).to_contain_text(
        "2 tests passed; with the fixtures few, so nothing was published", timeout=ENDED
    )
