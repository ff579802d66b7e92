"""Evidence and back-tests in words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from recipes.core.checks.words import counted, listed, number
from recipes.core.proposals.seen import Past, Proposal

MOST_DATES = 6
TIMES = {1: "once", 2: "twice"}


def rule_of_three(past: Past, what: str) -> str:
    """Return what none in n rows proves: with 95 % confidence the rate is below 3 / n.

    Hanley and Lippman-Hand, If nothing goes wrong, is everything all right?, JAMA 1983.
    """
    return (
        f"{what} in any of {spans(past)}: with 95 % confidence fewer than 1 in {number(past.rows // 3)}, "
        "should they hold the same rows again and again."
    )


def back_test(proposal: Proposal, first: datetime, last: datetime) -> str:
    """Return when a proposal would have fired, as a sentence."""
    days = max(1, (last - first).days)
    if not proposal.tried:
        return "It could not be tried on stored versions."
    tried = f"{counted(proposal.tried, 'version')} of {counted(days, 'day')}"
    if not proposal.fired:
        return f"It would not have fired on any of {tried}."
    times = TIMES.get(len(proposal.fired), f"{len(proposal.fired)} times")
    dates = list(dict.fromkeys(f"{at.day} {at:%b}" for at in proposal.fired))
    more = f" and {len(dates) - MOST_DATES} more days" if len(dates) > MOST_DATES else ""
    named = ", ".join(dates[:MOST_DATES]) + more if more else listed(dates)
    return f"It would have fired {times} on {tried}: {named}."


def spans(past: Past) -> str:
    return f"{counted(len(past.versions), 'version')} of up to {counted(past.rows, 'row')}"


def values_of(found: Sequence[float]) -> str:
    """Return a span of numbers in words."""
    low, high = min(found), max(found)
    return number(low) if low == high else f"{number(low)} to {number(high)}"
