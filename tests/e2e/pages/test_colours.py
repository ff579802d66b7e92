"""Text and glyphs can be told from what they stand on, in both themes."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from tests.e2e.pages.luminance import CONTRAST, TOKENS

pytestmark = pytest.mark.e2e

TEXT = ["ink-0", "ink-1", "ink-2", "accent", "ok", "warn-ink", "fail", "run", "wait", "unknown"]
TINTS = [(name, f"{name}-tint") for name in ("ok", "fail", "run", "wait", "unknown", "accent")]
GLYPHS = ["ok", "warn", "fail", "run", "wait", "skip", "unknown", "line-strong"]
ON = ["surface-0", "surface-1", "surface-2"]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_has_four_and_a_half_and_glyphs_three_to_one(browser: Browser, theme: str):
    page = browser.new_page()
    page.set_content(f"<style>{TOKENS}</style><body></body>")
    pairs = [(text, on, 4.5) for text in TEXT for on in ON]
    pairs += [
        (text, tint, 4.5) for text, tint in [*TINTS, ("warn-ink", "warn-tint"), ("accent-ink", "accent")]
    ]
    pairs += [(glyph, on, 3.0) for glyph in GLYPHS for on in ON[:2]]

    found = {(a, b): page.evaluate(CONTRAST, [theme, a, b]) for a, b, _ in pairs}

    assert {(a, b): round(found[a, b], 2) for a, b, least in pairs if found[a, b] < least} == {}
    page.close()
