"""One JSON line a figure, and the table made of them."""

from __future__ import annotations

import json
import statistics
import sys
from collections.abc import Sequence


def line(what: str, value: float, unit: str, *, goal: float | None = None, **facts: object) -> None:
    """Print one figure; `goal` is the most it may be."""
    met = {} if goal is None else {"goal": goal, "met": value <= goal}
    print(json.dumps({"what": what, "value": round(value, 3), "unit": unit, **met, **facts}), flush=True)


def note(sentence: str) -> None:
    """Say on stderr what is going on."""
    print(sentence, file=sys.stderr, flush=True)


def median_and_p95(times: Sequence[float]) -> tuple[float, float]:
    """Return the median and the 95th percentile of some times, in the unit they are in."""
    ordered = sorted(times)
    return statistics.median(ordered), ordered[min(len(ordered) - 1, round(0.95 * len(ordered)))]
