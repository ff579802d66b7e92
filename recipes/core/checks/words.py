"""Numbers, verbs and near names in plain words, for the sentences of test results."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from difflib import get_close_matches

VERBS = re.compile(r"^(\w+)\|(\w+)")  # at the start only: names may hold a bar


def number(value: float) -> str:
    """Return a number for people: thousands separated, no needless decimals ("1,234", "0.0125")."""
    if not math.isfinite(value):
        return str(value)
    if value == int(value) and abs(value) < 1e15:
        return f"{int(value):,}"
    size = math.floor(math.log10(abs(value)))
    if size < -9:
        return f"{value:.3g}"
    text = f"{value:,.{max(0, 4 - max(0, size) if size > -3 else 2 - size)}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def counted(count: float, one: str, many: str = "") -> str:
    """Return a count with its noun in the right number: "1 row", "1,234 rows"."""
    return f"{number(count)} {one if count == 1 else many or one + 's'}"


def percent(part: float, whole: float) -> str:
    """Return a share for people with at most three digits: "13.8 %", "0.02 %", "under 0.01 %"."""
    share = 100.0 * part / whole
    if share == 0 or share >= 100:
        return f"{share:,.0f} %"
    if share < 0.01:
        return "under 0.01 %"
    digits = 2 if share < 1 else 1
    shown = f"{share:.{digits}f}".rstrip("0").rstrip(".")
    return f"{'under 100' if shown == '100' else shown} %"


def agree(text: str, count: float) -> str:
    """Choose the verbs of a phrase by number: "has|have no origin" for 1 is "has no origin"."""
    return VERBS.sub(lambda pair: pair[1] if count == 1 else pair[2], text)


def listed(names: Iterable[str], last: str = "and") -> str:
    """Return names as a list in words: "a, b and c"."""
    *first, final = names
    return f"{', '.join(first)} {last} {final}" if first else final


def near(name: str, known: Iterable[str]) -> str:
    """Return " Did you mean x?" where a known name is close to the given one, else nothing."""
    by_lower = {item.lower(): item for item in known}
    close = get_close_matches(name.lower(), by_lower, n=1, cutoff=0.6)
    return f" Did you mean {by_lower[close[0]]}?" if close else ""


def cut(text: str, length: int) -> str:
    """Return the text, shortened to the given length with an ellipsis where it is longer."""
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"
