"""The story of an incident, as its page tells it."""

from __future__ import annotations

from datetime import datetime

from kitchens.core.story import Entry

# Event -> (glyph, tone).
LOOKS = {
    "opened": ("fail", "fail"),
    "reopened": ("fail", "fail"),
    "joined": ("fail", "warn"),
    "woke": ("warn", "warn"),
    "acknowledged": ("person", "run"),
    "assigned": ("person", "plain"),
    "snoozed": ("clock", "plain"),
    "monitoring": ("wait", "plain"),
    "resolved": ("ok", "ok"),
    "told": ("bell", "plain"),
    "linked": ("link", "plain"),
    "commented": ("comment", "plain"),
}


WITH_PLACE = ("linked", "resolved")  # their text says where their address leads


def entry(what: str, at: datetime, who: str, said: str, text: str = "", url: str = "") -> Entry:
    """Return one thing that happened or was said."""
    icon, tone = LOOKS.get(what, ("clock", "plain"))
    leads = bool(url) and what in WITH_PLACE
    shown = "" if leads else text
    return Entry(
        at,
        who,
        said,
        icon,
        tone,
        shown,
        text if leads and text else url,
        url,
    )
