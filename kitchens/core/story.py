"""The story of a merge request: comments, approvals and events in one order, each as a sentence. Plain Python."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

# Event -> (glyph, tone).
LOOKS = {
    "opened": ("merge", "plain"),
    "source.moved": ("warn", "warn"),
    "target.moved": ("warn", "warn"),
    "approvals.void": ("warn", "warn"),
    "resolved": ("ok", "plain"),
    "candidate.started": ("run", "run"),
    "candidate.green": ("ok", "ok"),
    "candidate.red": ("fail", "fail"),
    "candidate.void": ("warn", "warn"),
    "canary.started": ("run", "run"),
    "canary.green": ("ok", "ok"),
    "canary.red": ("fail", "fail"),
    "not_when_green": ("warn", "warn"),
    "merged": ("merge", "ok"),
    "rolled_back": ("warn", "fail"),
    "withdrawn": ("skip", "plain"),
}


@dataclass(frozen=True)
class Entry:
    """One thing that happened or was said. `text` is what a person wrote, `void` why it counts no longer."""

    at: datetime
    who: str
    did: str
    icon: str = "comment"
    tone: str = "plain"
    text: str = ""
    where: str = ""
    where_url: str = ""
    void: str = ""


def look(what: str) -> tuple[str, str]:
    """Return the glyph and tone of an event; one that is not known looks plain."""
    return LOOKS.get(what, ("clock", "plain"))
