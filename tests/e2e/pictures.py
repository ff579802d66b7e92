"""Pictures of pages in a real browser, at three widths in both themes: for looking, for docs and for e2e tests.

python -m tests.e2e.pictures http://127.0.0.1:8000/runs/1/ --into pictures --sign-in ann:password
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page, sync_playwright

WIDTHS = {360: 760, 900: 1000, 1440: 900}
THEMES = ("light", "dark")
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


def browser_path() -> str | None:
    """Return the Chromium to drive: HUB_CHROMIUM, one found on the path, or None for Playwright's own."""
    found = (shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome"))
    return os.environ.get("HUB_CHROMIUM") or next(filter(None, found), None)


@contextmanager
def a_browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path(), args=QUIET)
        try:
            yield browser
        finally:
            browser.close()


def sign_in(page: Page, root: str, name: str, password: str) -> None:
    page.goto(f"{root}/login/")
    page.fill("input[name=username]", name)
    page.fill("input[name=password]", password)
    page.press("input[name=password]", "Enter")
    page.wait_for_url(lambda url: "/login/" not in url)


def overflow(page: Page) -> int:
    """Return by how many pixels the page is wider than the window: 0 where it has to be."""
    wider: int = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return wider


def take(
    browser: Browser,
    urls: Sequence[str],
    into: Path,
    *,
    widths: Sequence[int] = tuple(WIDTHS),
    themes: Sequence[str] = THEMES,
    person: tuple[str, str] | None = None,
    whole: bool = False,
) -> list[Path]:
    """Take a picture of each URL at each width and theme; return the files, and say which page is too wide."""
    into.mkdir(parents=True, exist_ok=True)
    files: list[Path] = []
    told: set[str] = set()
    for width in widths:
        for theme in themes:
            context = browser.new_context(
                viewport={"width": width, "height": WIDTHS.get(width, 900)},
                color_scheme=theme,
                reduced_motion="reduce",
            )
            page = context.new_page()
            page.on("console", lambda said: said.type == "error" and told.add(said.text))
            page.on("pageerror", lambda error: told.add(f"script error: {error}"))
            parts = urlsplit(urls[0])
            if person:
                sign_in(page, f"{parts.scheme}://{parts.netloc}", *person)
            for url in urls:
                page.goto(url)
                page.wait_for_load_state("networkidle")
                file = into / f"{_slug(url)}-{width}-{theme}.png"
                page.screenshot(path=file, full_page=whole)
                files.append(file)
                if wider := overflow(page):
                    print(f"{url} is {wider} px wider than {width} px")
            context.close()
    for said in sorted(told):
        print(f"  in the browser's console: {said}")
    return files


def _slug(url: str) -> str:
    parts = urlsplit(url)
    return re.sub(r"[^a-z0-9]+", "-", f"{parts.path}-{parts.query}".lower()).strip("-") or "home"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("urls", nargs="+")
    parser.add_argument("--into", type=Path, default=Path("pictures"))
    parser.add_argument("--sign-in", default="", help="name:password")
    parser.add_argument("--widths", type=int, nargs="+", default=list(WIDTHS))
    parser.add_argument("--themes", nargs="+", default=list(THEMES))
    parser.add_argument("--whole", action="store_true", help="the whole page, not the window")
    given = parser.parse_args()
    name, _, password = given.sign_in.partition(":")
    with a_browser() as browser:
        person = (name, password) if name else None
        kinds = {"widths": given.widths, "themes": given.themes}
        for file in take(browser, given.urls, given.into, person=person, whole=given.whole, **kinds):
            print(file)


if __name__ == "__main__":
    main()
