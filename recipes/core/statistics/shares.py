"""Learn the baseline of a share of rows. Plain Python."""

from __future__ import annotations

from collections.abc import Sequence

from recipes.core.statistics.baseline import NINE_IN_TEN, Baseline, Power, Value
from recipes.core.statistics.enough import gap_of, seasons, valid_until
from recipes.core.statistics.proportions import Shares, learn_shares, limits
from recipes.core.statistics.wishes import Wish


def learn_share(values: Sequence[Value], wish: Wish) -> Baseline | str:
    """Return the baseline of a share in percent of each point's rows, or a sentence that says what is missing."""
    usable = [point for point in values if not point.left_out and point.rows > 0]
    missing = seasons([point.at for point in usable], wish)
    if isinstance(missing, str):
        return missing
    events = [round(point.value / 100 * point.rows) for point in usable]
    shares = learn_shares(events, [point.rows for point in usable])
    gap = gap_of([point.at for point in usable])
    typical = sorted(point.rows for point in usable)[len(usable) // 2]
    return Baseline(
        of=wish.of,
        asked=wish.asked,
        model="the mean share",
        types="",
        scale="share",
        level=100 * shares.mean,
        origin=usable[-1].at,
        start=usable[0].at,
        valid_until=valid_until(usable[-1].at, gap),
        points=len(usable),
        sigma=100 * shares.sigma(typical),
        multiplier=0.0,
        alpha=wish.risk,
        direction=wish.direction,
        min_effect=wish.min_effect,
        timezone=wish.timezone,
        per_week=round(7 / gap, 3),
        excluded=tuple((point.at, point.left_out) for point in values if point.left_out),
        power=_power(shares, typical, wish),
        shares=shares,
    )


def _power(shares: Shares, rows: int, wish: Wish) -> Power:
    """Return the smallest changes that are seen nine times in ten among so many rows, as shares of the mean."""
    if not shares.events:
        return Power(None, None, None)
    least, most = limits(shares, rows, wish.risk)
    further = NINE_IN_TEN * shares.sigma(rows)
    drop = max(shares.mean - least, wish.min_effect) + further
    rise = max(most - shares.mean, wish.min_effect) + further
    return Power(
        drop=round(drop / shares.mean, 4) if drop <= shares.mean and wish.direction != "up" else None,
        rise=round(rise / shares.mean, 4) if shares.mean + rise <= 1 and wish.direction != "down" else None,
        lasting=None,
    )
