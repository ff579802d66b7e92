"""The checks once more, in plain Python over lists of rows: slow, obvious, and apart from the engine.

Every function returns what the check must count: (rows in scope, rows judged, failing rows, measure).
"""

import math
import re
import statistics
from collections import Counter
from datetime import datetime
from decimal import Decimal


def is_nan(value):
    return isinstance(value, float) and math.isnan(value)


def judged(values, wrong, nulls="ignore"):
    """A rule about single values: how many are judged, and how many are wrong."""
    known = [value for value in values if value is not None]
    failing = sum(1 for value in known if wrong(value))
    if nulls == "ignore":
        return len(values), len(known), failing, None
    return len(values), len(values), failing + len(values) - len(known), None


def not_null(values):
    return len(values), len(values), sum(value is None for value in values), None


def unique(keys, nulls="ignore"):
    """Keys are tuples; NaN is equal to itself, as in the stores."""
    keys = [tuple("NaN" if is_nan(part) else part for part in key) for key in keys]
    complete = [key for key in keys if None not in key]
    counted = keys if nulls == "value" else complete
    excess = sum(copies - 1 for copies in Counter(counted).values())
    missing = len(keys) - len(complete)
    applicable = len(complete) if nulls == "ignore" else len(keys)
    return len(keys), applicable, excess + (missing if nulls == "fail" else 0), None


def in_set(values, members, nulls="ignore", inside=True):
    known = [member for member in members if member is not None]
    wrong = sum(1 for value in values if value is not None and (value in known) is not inside)
    empty = sum(1 for value in values if value is None)
    if nulls == "ignore":
        return len(values), len(values) - empty, wrong, None
    allowed = (None in members) is inside
    return len(values), len(values), wrong + (0 if nulls == "value" and allowed else empty), None


def in_range(values, nulls="ignore", least=None, most=None, above=None, below=None):
    def wrong(value):
        return (
            is_nan(value)
            or (least is not None and value < least)
            or (most is not None and value > most)
            or (above is not None and value <= above)
            or (below is not None and value >= below)
        )

    return judged(values, wrong, nulls)


def matches(values, pattern, nulls="ignore"):
    form = re.compile(pattern, re.DOTALL)
    return judged(values, lambda value: form.fullmatch(value) is None, nulls)


def foreign_key(children, parents, nulls="ignore"):
    """Keys are tuples. NULL equals NULL only where it is a value."""
    complete = {key for key in parents if None not in key}
    orphans = [key for key in children if None not in key and key not in complete]
    missing = [key for key in children if None in key]
    if nulls == "ignore":
        return len(children), len(children) - len(missing), len(orphans), None
    if nulls == "fail":
        return len(children), len(children), len(orphans) + len(missing), None
    lost = [key for key in missing if key not in set(parents)]
    return len(children), len(children), len(orphans) + len(lost), None


def row_expression(rows, rule, nulls="ignore"):
    """`rule` answers True, False or None (unknown)."""
    return judged([rule(row) for row in rows], lambda outcome: outcome is False, nulls)


def aggregate(values, function, quantile=None):
    usable = [value for value in values if value is not None and not is_nan(value)]
    return len(values), len(usable), None, _taken(usable, function, quantile)


def _taken(usable, function, quantile=None):
    if not usable:
        return None
    if function == "count_distinct":
        return len(set(usable))
    if function in ("min", "max", "sum"):
        return {"min": min, "max": max, "sum": _sum}[function](usable)
    numbers = [float(value) for value in usable]
    if function == "avg":
        return math.fsum(numbers) / len(numbers)
    if function == "stddev":
        return statistics.stdev(numbers) if len(numbers) > 1 else None
    place = (0.5 if quantile is None else quantile) * (len(numbers) - 1)
    low, high = math.floor(place), math.ceil(place)
    ordered = sorted(numbers)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def _sum(values):
    return math.fsum(values) if isinstance(values[0], float) else sum(values)


def freshness(moments, as_of):
    """The age in hours of the newest moment that is not after the clock."""
    usable = [_start(moment) for moment in moments if moment is not None and _start(moment) <= as_of]
    age = (as_of - max(usable)).total_seconds() / 3600 if usable else None
    return len(moments), len(usable), None, age


def _start(moment):
    return moment if isinstance(moment, datetime) else datetime(moment.year, moment.month, moment.day)


def balance(here, there, function, tolerance=0, share=None, fails_when="differs"):
    """Sides are lists of (group, value); a group that a side lacks holds 0. Returns (groups, groups, wrong)."""
    groups = {group for group, _ in here} | {group for group, _ in there}
    wrong = 0
    for group in groups:
        left, right = (
            _side([value for one, value in side if one == group], function) for side in (here, there)
        )
        off = left - right
        allowed = abs(right) * Decimal(str(share)) / 100 if share is not None else Decimal(str(tolerance))
        distance = {"differs": abs(off), "less": -off, "more": off}[fails_when]
        wrong += distance > allowed
    return len(groups), len(groups), wrong


def _side(values, function):
    known = [value for value in values if value is not None]
    if function == "count":
        return Decimal(len(values))
    if function == "count_distinct":
        return Decimal(len(set(known)))
    return Decimal(sum(known))
