"""The frozen baseline of one series: all that is needed to judge a point, and to say later how. Plain Python."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, Literal

from recipes.core.statistics.days import Types, type_of
from recipes.core.statistics.memory import Memory, State
from recipes.core.statistics.proportions import Shares
from recipes.core.statistics.proportions import limits as share_limits
from recipes.core.statistics.transforms import TRANSFORMS, Scale

FORMAT = 1  # of the JSON
Direction = Literal["both", "down", "up"]
SAME = 1e-9  # share by which a number and itself may differ, computed in two ways
NINE_IN_TEN = 1.2816  # standard normal quantile


@dataclass(frozen=True)
class Value:
    """A point of a series. `left_out` says why it may not be learnt from; empty: it may."""

    at: datetime
    value: float
    left_out: str = ""
    rows: int = 0  # that a share is of


@dataclass(frozen=True)
class Power:
    """The smallest changes that are seen, as shares of the centre; None: none is.

    `drop` and `rise` of one point are seen nine times in ten; `lasting` (down) within seven points on average.
    """

    drop: float | None
    rise: float | None
    lasting: float | None

    def sentence(self) -> str:
        """Return what people are told; empty where nothing is seen."""
        seen = [
            f"a {name} of {share:.0%}".replace("%", " %")
            for name, share in (
                ("one-run drop", self.drop), ("one-run rise", self.rise), ("lasting drop", self.lasting)
            )
            if share is not None
        ]  # fmt: skip
        return f"At today's noise it sees {' or '.join(seen)}." if seen else ""


@dataclass(frozen=True)
class Baseline:
    """What a series looked like when it was last learnt from. The centre of a slot is

    level + drift × days since `origin` + the offset of the slot's type of day or hour, on the chart's scale.
    """

    of: str  # what is measured
    asked: str  # fingerprint of what the author of the test asked of the chart
    model: str  # for people: "typical weekday with trend"
    types: Types
    scale: Scale
    level: float
    origin: datetime  # the last point learnt from
    start: datetime  # the first
    valid_until: datetime
    points: int
    sigma: float  # robust standard deviation of out-of-sample residuals, on the chart's scale
    multiplier: float  # of sigma, for single points
    alpha: float
    direction: Direction = "both"
    min_effect: float = 0.0  # share of the centre below which nothing matters
    drift: float = 0.0  # a day
    offsets: Mapping[str, float] = field(default_factory=dict)
    timezone: str = "UTC"
    holidays: tuple[str, ...] = ()  # ISO dates up to its end that are days of their own
    memory: Memory | None = None
    state: State = ()  # of the memory after the last point learnt from
    correlation: float = 0.0  # lag 1, of the residuals
    per_week: float = 7.0  # points a week, for the budget of false alarms
    excluded: tuple[tuple[datetime, str], ...] = ()
    power: Power = Power(None, None, None)
    shares: Shares | None = (
        None  # of a share of rows: its limits come from these, and from the rows of the point
    )

    @cached_property
    def id(self) -> str:
        """Return the first 16 digits of the SHA-256 of its content: a version that cannot be changed unnoticed."""
        return hashlib.sha256(json.dumps(self.as_dict(), sort_keys=True).encode()).hexdigest()[:16]

    def holds(self, asked: str, at: datetime) -> bool:
        """Say whether it may judge what is asked at this moment: newer than all it has learnt, and not too old."""
        return self.asked == asked and self.origin < at <= self.valid_until

    def centre(self, at: datetime) -> float | None:
        """Return the centre on the chart's scale; None for a type of day it has never seen."""
        kind = type_of(at, self.types, self.timezone, self.holidays)
        if self.types and kind not in self.offsets:
            return None
        return (
            self.level + self.drift * ((at - self.origin) / timedelta(days=1)) + self.offsets.get(kind, 0.0)
        )

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON holds it."""
        raw = asdict(self) | {"format": FORMAT}
        raw |= {name: raw[name].isoformat() for name in ("origin", "start", "valid_until")}
        raw["excluded"] = [[at.isoformat(), why] for at, why in self.excluded]
        raw["holidays"], raw["state"] = list(self.holidays), list(self.state)
        raw["offsets"] = dict(self.offsets)
        return raw

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any]) -> Baseline:
        """Return it from JSON; ValueError for a format this hub does not know."""
        known = dict(raw)
        if (format_ := known.pop("format", None)) != FORMAT:
            raise ValueError(f"This hub does not know baselines of format {format_!r}.")
        known |= {name: datetime.fromisoformat(known[name]) for name in ("origin", "start", "valid_until")}
        known["excluded"] = tuple((datetime.fromisoformat(at), why) for at, why in known["excluded"])
        known["holidays"], known["state"] = tuple(known["holidays"]), tuple(known["state"])
        known["memory"] = Memory(**known["memory"]) if known["memory"] else None
        known["power"] = Power(**known["power"])
        known["shares"] = Shares(**known["shares"]) if known["shares"] else None
        return cls(**known)


@dataclass(frozen=True)
class Judgement:
    """What a baseline says of a point; numbers are on the scale of the measure."""

    centre: float
    low: float | None  # None: no limit on this side
    high: float | None
    score: float  # how many sigmas off the centre
    single: Literal["", "low", "high"] = ""
    lasting: Literal["", "down", "up"] = ""
    shift: float = 0.0  # share of the centre that the lasting shift amounts to


def judge(
    baseline: Baseline, at: datetime, value: float, since: Iterable[Value] = (), rows: int = 0
) -> Judgement | None:
    """Return the judgement of a value at a slot; None where its type of day was never seen.

    The same baseline, slot, value and points `since` it was learnt give the same judgement, always. `since` feeds the
    chart with a memory only: points after the baseline's last and before the slot, in the order of time. `rows` are those
    that a share is of.
    """
    if baseline.shares:
        return judge_share(baseline, baseline.shares, value, rows)
    centre = baseline.centre(at)
    if centre is None:
        return None
    low, high = limits(baseline, centre)
    score = (TRANSFORMS[baseline.scale].there(value) - centre) / baseline.sigma
    found = _held(Judgement(TRANSFORMS[baseline.scale].back(centre), low, high, score), value)
    return _with_memory(baseline, found, centre, [*_scores(baseline, at, since), score])


def judge_share(baseline: Baseline, shares: Shares, value: float, rows: int) -> Judgement | None:
    """Return the judgement of a share of rows, in percent; None without rows."""
    if rows <= 0:
        return None
    least, most = share_limits(shares, rows, baseline.alpha)
    mean, effect = 100 * shares.mean, 100 * baseline.min_effect
    low = min(100 * least, mean - effect) if baseline.direction != "up" else None
    high = max(100 * most, mean + effect) if baseline.direction != "down" else None
    score = (value / 100 - shares.mean) / shares.sigma(rows)
    return _held(Judgement(mean, low, high, score), value)


def _held(found: Judgement, value: float) -> Judgement:
    """Return the judgement of a value by its limits; one that is a limit but for its last digits keeps it."""
    if found.low is not None and value < found.low and not math.isclose(value, found.low, rel_tol=SAME):
        return replace(found, single="low")
    if found.high is not None and value > found.high and not math.isclose(value, found.high, rel_tol=SAME):
        return replace(found, single="high")
    return found


def limits(baseline: Baseline, centre: float) -> tuple[float | None, float | None]:
    """Return the limits of single points: the chart's, but never nearer than the smallest effect that matters."""
    back, half = TRANSFORMS[baseline.scale].back, baseline.multiplier * baseline.sigma
    middle = back(centre)
    effect = baseline.min_effect * abs(middle)
    low = min(back(centre - half), middle - effect) if baseline.direction != "up" else None
    high = max(back(centre + half), middle + effect) if baseline.direction != "down" else None
    return low, high


def _scores(baseline: Baseline, at: datetime, since: Iterable[Value]) -> Iterable[float]:
    there = TRANSFORMS[baseline.scale].there
    for point in since:
        centre = baseline.centre(point.at)
        if baseline.origin < point.at < at and centre is not None and not point.left_out:
            yield (there(point.value) - centre) / baseline.sigma


def _with_memory(baseline: Baseline, found: Judgement, centre: float, scores: Iterable[float]) -> Judgement:
    memory = baseline.memory
    if memory is None:
        return found
    state = memory.after(baseline.state, scores)
    moved = memory.shift(state)
    back = TRANSFORMS[baseline.scale].back
    share = (back(centre + moved * baseline.sigma) - found.centre) / (abs(found.centre) or 1.0)
    found = replace(found, shift=share)
    sides: Mapping[Direction, bool] = {"both": True, "down": moved < 0, "up": moved > 0}
    if memory.fires(state) and sides[baseline.direction] and abs(share) >= baseline.min_effect:
        return replace(found, lasting="up" if moved > 0 else "down")
    return found
