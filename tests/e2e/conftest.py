"""A real hub in processes of its own, and a real browser."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.pictures import a_browser, browser_path, sign_in
from tests.e2e.seed import PASSWORD

ROOT = Path(__file__).parents[2]
expect.set_options(timeout=20_000)
# The event loop of a browser lives on in the process; tests after it use the database as ever.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if browser_path() is None:
        pytest.skip("no browser. Install chromium, or set HUB_CHROMIUM to one.")
    with a_browser() as found:
        yield found


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the hub; a carrier leaves its files in `outside` there."""
    return tmp_path_factory.mktemp("hub")


@pytest.fixture(scope="session")
def hub(browser: Browser, home: Path) -> Iterator[str]:
    """The address of a hub with a small mesh, started as a newcomer would; it may write to webhooks of this machine."""
    port = _free_port()
    told = {"HUB_HOME": str(home), "PORT": str(port), "HUB_QUEUE_PREFIX": f"e2e-{port}"}
    told["HUB_ALERT_ALLOW_PRIVATE"] = "1"
    surroundings = {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "REDIS_URL")} | told
    subprocess.run([sys.executable, "-m", "tests.e2e.seed"], cwd=ROOT, env=surroundings, check=True)
    log = home / "hub.log"
    with log.open("w") as out:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "up"], cwd=ROOT, env=surroundings, stdout=out, stderr=out
        )
    address = f"http://127.0.0.1:{port}"
    until = time.monotonic() + 60
    while not _answers(f"{address}/login/"):
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < until, "the hub did not answer within a minute"
        time.sleep(0.1)
    yield address
    process.send_signal(signal.SIGINT)
    assert process.wait(30) == 0, f"the hub did not end cleanly on Ctrl-C: {log.read_text()}"


@pytest.fixture
def console(browser: Browser) -> list[str]:
    """What the browser complained about; a test that takes it asserts that it is empty."""
    return []


@pytest.fixture
def page(browser: Browser, hub: str, console: list[str]) -> Iterator[Page]:
    """A page of somebody signed in as admin."""
    yield from _page_of(browser, hub, "ada", console)


@pytest.fixture
def viewer_page(browser: Browser, hub: str, console: list[str]) -> Iterator[Page]:
    yield from _page_of(browser, hub, "vera", console)


@pytest.fixture
def developer_page(browser: Browser, hub: str, console: list[str]) -> Iterator[Page]:
    yield from _page_of(browser, hub, "dev", console)


def _page_of(browser: Browser, hub: str, name: str, console: list[str]) -> Iterator[Page]:
    context = browser.new_context(
        base_url=hub, viewport={"width": 1440, "height": 900}, reduced_motion="reduce"
    )
    page = context.new_page()
    page.on("console", lambda said: said.type == "error" and console.append(said.text))
    page.on("pageerror", lambda error: console.append(str(error)))
    sign_in(page, hub, name, PASSWORD)
    yield page
    context.close()
