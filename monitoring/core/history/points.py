"""One evaluation of a test as its history needs it, with the limits as they were then."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kitchens.core.words import number
from recipes.core.checks.marks import EXPECTED, INCIDENT, USABLE
from recipes.core.verdict import NOT_GREEN, Verdict

_SHAPES: Mapping[str, str] = {Verdict.WARN: "warn", Verdict.LEARNING: "learning", Verdict.SKIPPED: "skip"}
_AT_LEAST = re.compile(r"(?:at least|more than) ([\d,.]+)")
_AT_MOST = re.compile(r"(?:at most|less than) ([\d,.]+)")
_BETWEEN = re.compile(r"between (-?[\d,.]+) and (-?[\d,.]+)")
_SHARE = re.compile(r"^(?:at most|less than) ([\d,.]+) %")
_EXACTLY = re.compile(r"exactly (-?[\d,.]+)")


@dataclass(frozen=True)
class Point:
    """One evaluation: `expected` is the limit in words, as it was then; `low` and `high` are those of a control chart."""

    result: int
    run: int | None
    at: datetime
    verdict: str
    measure: float | None
    expected: str = ""
    said: str = ""
    unit: str = ""
    low: float | None = None
    high: float | None = None
    centre: float | None = None
    baseline: str = ""  # version of the baseline that judged
    mark: str = ""  # of recipes.core.checks.marks
    applicable: int | None = None  # rows that could be judged
    left_out: str = ""  # why nothing is learnt from it, by the newest baseline

    @property
    def url(self) -> str:
        """The page of the result; "" where another tool sent it without a run of ours."""
        return f"/runs/{self.run}/tests/{self.result}/" if self.run else ""

    @property
    def red(self) -> bool:
        return self.verdict in NOT_GREEN

    @property
    def limits(self) -> tuple[float | None, float | None]:
        """The lower and upper limit of then: of the chart where it had some, else those the words name."""
        if self.low is not None or self.high is not None:
            return self.low, self.high
        return limits_of(self.expected, self.unit, self.applicable)

    @property
    def within(self) -> str:
        """Say its limits: "82 to 121", "≥ 150", "≤ 0"; nothing where there is none."""
        low, high = self.limits
        if low is not None and high is not None:
            return f"{number(low)} to {number(high)}"
        return f"≥ {number(low)}" if low is not None else f"≤ {number(high)}" if high is not None else ""

    @property
    def warns_above(self) -> float | None:
        """The number of failing things above which it warns before it fails; None where it does not."""
        _, _, text = self.expected.partition("warns unless ")
        return limits_of(text, self.unit, self.applicable)[1] if text else None

    @property
    def counts(self) -> bool:
        """Whether it counts what fails, which is nothing where all is well."""
        return "failing" in self.expected or bool(_SHARE.match(self.expected))

    @property
    def excluded(self) -> str:
        """Return why later runs learn nothing from it; empty where they do, and for tests without a past."""
        if not (self.baseline or self.mark or self.verdict == Verdict.LEARNING):
            return ""  # nothing learns from results of this test
        if self.mark == INCIDENT:
            return "part of an incident"
        if self.red and self.mark not in (EXPECTED, USABLE):
            return f"its verdict was {self.verdict.replace('_', ' ')}"
        return self.left_out if self.mark != USABLE else ""

    @property
    def shape(self) -> str:
        """Return what it is drawn as: red, warn, learning, skip or ok."""
        if self.red:
            return "red"
        return _SHAPES.get(self.verdict, "ok")


def limits_of(
    expected: str, unit: str = "", applicable: int | None = None
) -> tuple[float | None, float | None]:
    """Return the lower and upper limit that a text of the checks names; None where it names none in numbers.

    A share of rows is turned into rows by how many could be judged, unless the measure is in percent itself.
    """
    expected = expected.split("warns unless ")[0]
    if part := _SHARE.match(expected):
        share = _number(part[1])
        of = 1.0 if unit == "%" else applicable and applicable / 100
        return None, share * of if share is not None and of else None
    if "%" in expected:
        return None, None
    if found := _BETWEEN.search(expected):
        return _number(found[1]), _number(found[2])
    if found := _EXACTLY.search(expected):
        return _number(found[1]), _number(found[1])
    least, most = _AT_LEAST.search(expected), _AT_MOST.search(expected)
    upper = _number(most[1]) if most else 0.0 if expected.startswith("no failing") else None
    return (_number(least[1]) if least else None), upper


def _number(text: str) -> float | None:
    try:
        return float(text.replace(",", "").rstrip("."))
    except ValueError:
        return None


def finite(value: Any) -> float | None:
    """Return a number out of kept details, None for all else: they come from code of recipes and from other tools."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        found = float(value)
    except OverflowError:
        return None
    return found if math.isfinite(found) else None


def streak(verdicts: Sequence[str]) -> int:
    """Return how many of the newest verdicts (oldest first) are the same as the newest."""
    length = 0
    for verdict in reversed(verdicts):
        if verdict != verdicts[-1]:
            break
        length += 1
    return length
