"""Limits of tests as authors write them: "> 0", "> 1 %", ">= 5", "< 0.9"."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from recipes.core.checks.words import number

PATTERN = re.compile(r"\s*(>=|<=|>|<|==|=|!=)\s*([+-]?(?:\d[\d_]*)?(?:\.\d+)?(?:[eE][+-]?\d+)?)\s*(%?)\s*")
COMPARE: Mapping[str, Callable[[float, float], bool]] = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
    "=": operator.eq,
    "!=": operator.ne,
}
# What a value that does not cross the limit looks like, in words.
KEPT: Mapping[str, str] = {
    ">": "at most {}",
    ">=": "less than {}",
    "<": "at least {}",
    "<=": "more than {}",
    "=": "not {}",
    "!=": "exactly {}",
}


@dataclass(frozen=True)
class Threshold:
    """When a test warns or fails: a comparison with a count or measure, or with a share in percent."""

    sign: str
    limit: float
    is_percent: bool = False

    def crossed(self, value: float) -> bool:
        return COMPARE[self.sign](value, self.limit)

    def limit_in_words(self) -> str:
        return f"{number(self.limit)} %" if self.is_percent else number(self.limit)

    def expected(self) -> str:
        """Return what keeps the limit, in words: "> 1 %" is "at most 1 %"."""
        return KEPT[self.sign].format(self.limit_in_words())


class ThresholdError(ValueError):
    """A limit that cannot be read; the message is a full sentence."""


@lru_cache(maxsize=1024)
def parse_threshold(text: str) -> Threshold:
    """Return the limit a text means; raises ThresholdError with a sentence."""
    match = PATTERN.fullmatch(text)
    try:
        limit = float(match[2].replace("_", "")) if match else None
    except ValueError:
        limit = None
    if match is None or limit is None:
        raise ThresholdError(
            f"“{text}” is not a limit. Write a comparison with a number, such as “> 0”, “> 1 %” or “< 0.9”."
        )
    if match[3] and not 0 <= limit <= 100:
        raise ThresholdError(
            f"“{text}” compares a share with {number(limit)} %; a share lies between 0 % and 100 %."
        )
    return Threshold("=" if match[1] == "==" else match[1], limit, bool(match[3]))
