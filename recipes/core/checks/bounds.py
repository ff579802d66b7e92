"""Lower and upper bounds of a measure, compared and said."""

from __future__ import annotations

from recipes.core.checks.words import number


def between(value: float, least: float | None, most: float | None) -> bool:
    """Say whether a value keeps both bounds, which belong to the range; None is no bound."""
    return (least is None or value >= least) and (most is None or value <= most)


def bounds_in_words(least: float | None, most: float | None) -> str:
    """Return the bounds in words: "at least 150", "between 1 and 5", "exactly 0"; nothing without bounds."""
    if least is not None and most is not None:
        return f"exactly {number(least)}" if least == most else f"between {number(least)} and {number(most)}"
    if least is not None:
        return f"at least {number(least)}"
    return f"at most {number(most)}" if most is not None else ""
