"""Checks of order, spans, periods, two datasets and drift once more, in plain Python: slow, obvious, apart from the engine.

Rows are dictionaries. Every function returns (rows or groups in scope, judged, failing), or a measure.
"""

import math
import statistics
from collections import Counter, defaultdict
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise


def is_nan(value):
    return isinstance(value, float) and math.isnan(value)


def known(value):
    return value is not None and not is_nan(value)


def parts(rows, by):
    found = defaultdict(list)
    for row in rows:
        found[tuple(row[name] for name in by)].append(row)
    return found.values()


def monotonic(rows, value, order, by=(), strict=False, rises=True):
    judged = [row for row in rows if known(row[value]) and known(row[order])]
    wrong = 0
    for part in parts(judged, by):
        sign = 1 if rises else -1
        # rows of one place are taken in the order that breaks the rule least
        for place in {row[order] for row in part}:
            assert place is not None
        part = sorted(part, key=lambda row: row[value], reverse=not rises)
        part = sorted(part, key=lambda row: row[order])
        for one, two in pairwise(part):
            if one[value] == two[value]:
                wrong += strict
            else:
                wrong += (two[value] > one[value]) != (sign > 0)
    return len(rows), len(judged), wrong


def sequential(rows, value, step=1, by=()):
    judged = [row for row in rows if row[value] is not None]
    gaps = repeats = 0
    for part in parts(judged, by):
        values = sorted(row[value] for row in part)
        for one, two in pairwise(values):
            repeats += one == two
            apart = (two - one).days if isinstance(two - one, timedelta) else two - one
            gaps += one != two and apart != step
    return len(rows), len(judged), gaps + repeats, gaps, repeats


def no_overlap(rows, start, end, by=(), touching=True):
    """Every pair is compared: a span is wrong where one that comes before it has not ended when it starts."""

    def place(row):
        return (row[start], row[end] is None, row[end] if row[end] is not None else row[start])

    judged = [row for row in rows if row[start] is not None]
    wrong = 0
    for part in parts(judged, by):
        part = sorted(part, key=place)
        for at, row in enumerate(part):
            before = part[:at]
            open_ = any(one[end] is None for one in before)
            late = any(
                one[end] is not None and (one[end] > row[start] or (not touching and one[end] == row[start]))
                for one in before
            )
            turned = row[end] is not None and row[end] < row[start]
            wrong += open_ or late or turned
    return len(rows), len(judged), wrong


def periods(days, first, last, grain, off=()):
    """Days without rows between two dates; weekends and holidays come as `off`."""

    def period(day):
        if grain == "week":
            return day - timedelta(days=day.weekday())
        return (day.year, day.month) if grain == "month" else day

    span, day = [], first
    while day <= last:
        span.append(day)
        day += timedelta(days=1)
    expected = {period(day) for day in span if day not in off}
    there = {period(day) for day in days if day is not None and first <= day <= last}
    return len(expected), len(expected), len(expected - there)


def windows(rows, date_of, by, end, length, mode):
    def combinations(after, until):
        return {
            tuple(row[name] for name in by)
            for row in rows
            if row[date_of] is not None and after < row[date_of] <= until
        }

    now, before = combinations(end - length, end), combinations(end - 2 * length, end - length)
    lost, new = len(before - now), len(now - before)
    either = len(before | now)
    if mode == "gain":
        return either, len(before), lost
    return either, either, lost + new


def reconcile(here, there, mode):
    """Sides are lists of tuples; NaN equals NaN."""
    one, two = (
        Counter(tuple("NaN" if is_nan(part) else part for part in row) for row in side)
        for side in (here, there)
    )
    if mode == "set":
        either = one.keys() | two.keys()
        return len(either), len(either), len(one.keys() ^ two.keys())
    total = len(here) + len(there)
    return total, total, sum(abs(one[row] - two[row]) for row in one.keys() | two.keys())


def differ(left, right, tolerance=0, share=None):
    if left is None or right is None or is_nan(left) or is_nan(right):
        return not (left is right is None or (is_nan(left) and is_nan(right)))
    if left == right:
        return False
    if isinstance(left, str) or (not tolerance and share is None):
        return True
    allowed = abs(Decimal(right)) * Decimal(share) / 100 if share is not None else Decimal(str(tolerance))
    return abs(Decimal(left) - Decimal(right)) > allowed


def table_diff(here, there, key, columns, tolerance=0, share=None):
    one, two = ({row[key]: row for row in side} for side in (here, there))
    cells = Counter(
        name
        for at in one.keys() & two.keys()
        for name in columns
        if differ(one[at][name], two[at][name], tolerance, share)
    )
    changed = sum(
        any(differ(one[at][name], two[at][name], tolerance, share) for name in columns)
        for at in one.keys() & two.keys()
    )
    return {
        "missing": len(two.keys() - one.keys()),
        "extra": len(one.keys() - two.keys()),
        "changed": changed,
    }, cells


def hops(values, tolerance=0, share=None):
    """Return how many stages differ from the one before by more than is allowed."""
    wrong = 0
    for before, value in pairwise(values):
        allowed = abs(before) * Decimal(share) / 100 if share is not None else Decimal(str(tolerance))
        wrong += abs(value - before) > allowed
    return wrong


def categories(values, expected):
    """Return (categories, wrong ones): those expected and not there, and those there and not expected."""
    there = set(values)
    return len(there | set(expected)), len(there ^ set(expected))


def mean_and_variance(values):
    values = [float(value) for value in values if known(value)]
    return len(values), statistics.fmean(values), statistics.variance(values)
