"""Days, weeks and months between two dates, by a calendar."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from functools import lru_cache
from typing import Literal

from recipes.core.checks.words import listed, near

Grain = Literal["day", "week", "month"]
SATURDAY = 5
LONGEST = 100 * 366  # days from the first to the last


def period_of(day: date, grain: Grain) -> date:
    """Return the first day of the period a day is in; weeks begin on Monday."""
    if grain == "week":
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if grain == "month" else day


def days_between(first: date, last: date) -> Iterator[date]:
    """Yield every day from the first to the last, both included."""
    for offset in range((last - first).days + 1):
        yield first + timedelta(days=offset)


def days_off(first: date, last: date, business_days: bool, country: str) -> frozenset[date]:
    """Return the days on which nothing is expected: weekends and public holidays, as asked for."""
    found = {day for day in days_between(first, last) if business_days and day.weekday() >= SATURDAY}
    if country:
        found |= {day for day in _holidays(country, first.year, last.year) if first <= day <= last}
    return frozenset(found)


def check_country(text: str) -> str:
    """Return the code of a country, or of one of its parts (US, DE-BY); ValueError with a sentence for another."""
    import holidays  # some milliseconds and 200 countries: only where a test names one

    code, _, part = text.partition("-")
    known = holidays.list_supported_countries(include_aliases=True)
    if code not in known:
        raise ValueError(
            f"there is no calendar of {text}.{near(text, known)} Write a country's two letters, such as US, or DE-BY."
        )
    if part and part not in known[code]:
        raise ValueError(
            f"the calendar of {code} has no part {part}. It has {listed(known[code]) or 'none'}."
        )
    return text


@lru_cache(maxsize=32)
def _holidays(country: str, first_year: int, last_year: int) -> frozenset[date]:
    import holidays

    code, _, part = country.partition("-")
    return frozenset(
        holidays.country_holidays(code, subdiv=part or None, years=range(first_year, last_year + 1))
    )
