"""The sentences of a failure report."""

from __future__ import annotations

from datetime import datetime

from kitchens.core.words import count, duration


def verdict_line(
    sentence: str,
    named: str,
    first_run: int | None,
    runs: int,
    opened: datetime,
    closed: datetime | None,
    ending: str,
) -> str:
    """Say in one sentence what is wrong, since when, and for how many runs; or how it ended."""
    found = sentence.strip().rstrip(".") or f"{named} failed"
    since = f"run {first_run}" if first_run else f"{opened:%-d %b %Y, %H:%M}"
    if closed is None:
        return f"{found}; red since {since}, {count(runs, 'run')}."
    how = {
        "green": "green again",
        "removed": "then it was taken out of the recipe",
        "kitchen_ended": "then its kitchen ended",
    }.get(ending, "over")
    return f"{found}; red from {since} on for {duration((closed - opened).total_seconds())}, {count(runs, 'run')}; {how}."


def reliability(results: int, red: int, episodes: int) -> str:
    """Say how often a test was red: "9 of 410 evaluations were red (2.2 %), in 3 episodes."."""
    if not results:
        return "It has not been evaluated before."
    share = 100 * red / results
    said = "under 0.1" if 0 < share < 0.1 else f"{share:.1f}".rstrip("0").rstrip(".")
    return f"{red:,} of {count(results, 'evaluation')} were red ({said} %), in {count(episodes, 'episode')}."
