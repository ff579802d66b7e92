"""The rules by which a past proposes tests. Each asks for several versions, and says what it has seen."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import pairwise

from kitchens.core.stores.base import Column
from kitchens.core.stores.profiles import BROKEN, WHOLE
from recipes.core.checks.words import counted, number
from recipes.core.proposals.seen import Past, Proposal
from recipes.core.proposals.told import rule_of_three, spans, values_of
from recipes.core.proposals.tolerance import high_limit, low_limit, plain, rounded
from recipes.core.statistics.baseline import Value
from recipes.core.statistics.wishes import Wish

FEWEST_VERSIONS = 3
FEWEST_ROWS = 30  # below it, none of them proves little
MOST_CATEGORIES = 50
ROWS_A_CATEGORY = 10
FEWEST_POINTS = 8  # versions that a tolerance interval is learnt from
FEWEST_CHARTED = 15
UNIQUE = 0.9  # least share of different values that makes a key worth trying: larger numbers are estimates


def proposals(past: Past) -> list[Proposal]:
    """Return what the past proposes, not tried yet; nothing below three versions."""
    if len(past.versions) < FEWEST_VERSIONS or past.rows < FEWEST_ROWS:
        return []
    found = [*_row_count(past)]
    for column in past.columns():
        for rule in RULES:
            found += rule(past, column)
    return found


def few_valued(past: Past) -> list[str]:
    """Return the text columns that have a stable set of few values, whose values are to be fetched."""
    return [column.name for column in past.columns() if _is_category(past, column)]


def _row_count(past: Past) -> Iterator[Proposal]:
    counts = [float(one.profile.rows) for one in past.versions]
    growing = all(a <= b for a, b in pairwise(counts)) and counts[-1] > 1.05 * counts[0]
    if growing or len(counts) < FEWEST_POINTS:
        return
    evidence = f"{values_of(counts)} rows in {counted(len(counts), 'version')}"
    if len(counts) >= FEWEST_CHARTED:
        from recipes.core.statistics.backtest import replay  # heavy: loaded where something is charted

        told = replay([Value(v.at, c) for v, c in zip(past.versions, counts, strict=True)], Wish(of="rows"))
        if told.judged:
            yield Proposal(
                f"{past.table} has as many rows as ever",
                {"check": "row_count_anomaly", "min_effect": 10, "severity": "warn"},
                f"{evidence}; a control chart learns what to expect from them.",
                fired=tuple(one.point.at for one in told.fired),
                tried=len(told.judged),
            )
            return
    logs = [math.log1p(count) for count in counts]
    low = rounded(math.expm1(low_limit(logs, 0.02)), up=False)
    high = rounded(math.expm1(high_limit(logs, 0.02)), up=True)
    if low >= 1:
        yield Proposal(
            f"{past.table} has as many rows as ever",
            {"check": "row_count", "min": plain(low), "max": plain(high)},
            f"{evidence}; the limits are a tolerance interval that 99.9 % of versions should keep.",
        )


def _complete(past: Past, column: Column) -> Iterator[Proposal]:
    if not any(one.nulls for one in past.of(column.name)):
        evidence = rule_of_three(past, "No value is missing")
        params = {"check": "not_null", "column": column.name}
        yield Proposal(f"{column.name} of {past.table} is filled", params, evidence, column.name)


def _unique(past: Past, column: Column) -> Iterator[Proposal]:
    if not (WHOLE.match(column.type) or column.type in ("VARCHAR", "UUID")):
        return
    filled = [
        (one.profile.rows - one.column(column.name).nulls, one.column(column.name)) for one in past.versions
    ]
    if any(rows < FEWEST_ROWS for rows, _ in filled):
        return
    if all(
        found.distinct == rows if found.exact else found.distinct >= UNIQUE * rows for rows, found in filled
    ):
        params = {"check": "unique", "column": column.name}
        evidence = f"As many values as rows in each of {spans(past)}."
        yield Proposal(f"{column.name} of {past.table} is unique", params, evidence, column.name)


def _category(past: Past, column: Column) -> Iterator[Proposal]:
    values = (past.values or {}).get(column.name)
    if values and _is_category(past, column):
        same = f"The same {counted(len(values), 'value')} in all of {spans(past)}"
        evidence = f"{same}; the newest was held out and has no other."
        params = {"check": "in_set", "column": column.name, "values": list(values)}
        yield Proposal(f"{column.name} of {past.table} is a known one", params, evidence, column.name)


def _is_category(past: Past, column: Column) -> bool:
    """Few values, the same set in every version that is learnt from, and all of the held-out one are among them."""
    if (
        column.type != "VARCHAR"
        or column.name.lower() in past.personal
        or len(past.versions) < FEWEST_VERSIONS
    ):
        return False
    *learnt, held_out = past.of(column.name)
    sets = {one.hashes for one in learnt}
    known = set(learnt[0].hashes)
    few = 0 < len(known) <= MOST_CATEGORIES and past.rows >= ROWS_A_CATEGORY * len(known)
    return few and len(sets) == 1 and set(held_out.hashes) <= known


def _not_negative(past: Past, column: Column) -> Iterator[Proposal]:
    low = [float(one.low) for one in past.of(column.name) if _is_number(column) and one.low is not None]
    if len(low) >= FEWEST_VERSIONS and min(low) >= 0:
        evidence = rule_of_three(past, "No value is below 0")
        params = {"check": "range", "column": column.name, "min": 0}
        hidden = column.name.lower() in past.personal
        least = "" if hidden else f" The least was {number(min(low))}."
        yield Proposal(
            f"{column.name} of {past.table} is not negative", params, evidence + least, column.name
        )


def _range(past: Past, column: Column) -> Iterator[Proposal]:
    """A range only for numbers that are no keys: those grow."""
    found = [one for one in past.of(column.name) if one.low is not None and one.high is not None]
    if not _is_number(column) or column.name.lower() in past.personal or len(found) < FEWEST_POINTS:
        return
    if any(True for _ in _unique(past, column)):
        return
    lows, highs = [float(str(one.low)) for one in found], [float(str(one.high)) for one in found]
    if not all(map(math.isfinite, (*lows, *highs))) or min(lows) == max(highs):
        return
    spread = 0.05 * (max(highs) - min(lows))
    low, high = rounded(low_limit(lows, spread), up=False), rounded(high_limit(highs, spread), up=True)
    if min(lows) >= 0:
        low = max(0.0, low)
    params = {
        "check": "range",
        "column": column.name,
        "min": plain(low),
        "max": plain(high),
        "severity": "warn",
    }
    evidence = (
        f"The least values of {spans(past)} were {values_of(lows)}, the greatest {values_of(highs)}; the limits are "
        "tolerance intervals that 99.9 % of versions should keep."
    )
    yield Proposal(f"{column.name} of {past.table} is in its usual range", params, evidence, column.name)


def _fresh(past: Past, column: Column) -> Iterator[Proposal]:
    """The age of the newest row when a version was written, where the newest row moved on from version to version."""
    if not column.type.startswith(("DATE", "TIMESTAMP")) or column.name.lower() in past.personal:
        return
    newest = [(one.at, _moment(one.column(column.name).high)) for one in past.versions]
    pairs = [(at, moment) for at, moment in newest if moment is not None]
    ages = [(at - moment).total_seconds() / 3600 for at, moment in pairs]
    moved = sum(a[1] < b[1] for a, b in pairwise(pairs))
    if len(ages) < FEWEST_POINTS or min(ages) < 0 or moved < 0.8 * (len(pairs) - 1):
        return
    hours = math.ceil(math.expm1(high_limit([math.log1p(age) for age in ages], 0.1)))
    evidence = (
        f"When each of {spans(past)} was written its newest row was {values_of([round(a, 1) for a in ages])} hours old; "
        "the limit is a tolerance interval that 99.9 % of versions should keep."
    )
    params = {"check": "freshness", "column": column.name, "max_age": f"{hours} h"}
    yield Proposal(f"{past.table} is fresh by {column.name}", params, evidence, column.name)


def _moment(text: str | None) -> datetime | None:
    try:
        found = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _is_number(column: Column) -> bool:
    return bool(WHOLE.match(column.type) or BROKEN.match(column.type))


Rule = Callable[[Past, Column], Iterator[Proposal]]
RULES: tuple[Rule, ...] = (_complete, _unique, _category, _not_negative, _range, _fresh)
