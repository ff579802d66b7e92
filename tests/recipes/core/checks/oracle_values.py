"""The checks of values, sets and rows once more, in plain Python: slow, obvious, and apart from the engine.

As in oracle.py every function returns (in scope, judged, failing, measure).
"""

import math
from collections import Counter
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from tests.recipes.core.checks.oracle import is_nan, judged

BLANKS = " \t\n\r\f\v\u00a0\u2007\u200b\u202f\u3000\ufeff"


def exact(value):
    return Fraction(value) if isinstance(value, float) else Fraction(Decimal(value))


def not_missing(values, sentinels=(), ignore_case=False, trim=True):
    """Returns also how many are NULL, NaN, blank, sentinels."""
    kinds = Counter()
    lowered = {str(one).lower() if ignore_case else one for one in sentinels}
    for value in values:
        text = value.strip(" ") if isinstance(value, str) and trim else value
        text = text.lower() if isinstance(text, str) and ignore_case else text
        if value is None:
            kinds["nulls"] += 1
        elif is_nan(value):
            kinds["not_a_number"] += 1
        elif isinstance(value, str) and value.strip(BLANKS) == "":
            kinds["blank"] += 1
        elif text in lowered:
            kinds["sentinel"] += 1
    return (len(values), len(values), sum(kinds.values()), None), dict(kinds)


def is_null(values):
    return len(values), len(values), sum(value is not None for value in values), None


def at_least_one(values):
    return len(values), len(values), None, sum(value is not None for value in values)


def length(values, least, most, nulls):
    return judged(values, lambda value: not least <= len(str(value)) <= most, nulls)


def castable_to_integer(values, nulls):
    def wrong(text):
        digits = text[1:] if text[:1] in ("+", "-") else text
        return not (digits.isascii() and digits.isdigit() and len(digits.lstrip("0")) <= 18)

    return judged(values, wrong, nulls)


def castable_to_date(values, nulls):
    """Days as 2001-12-31 and no other of the forms that Python reads."""

    def wrong(text):
        try:
            return len(text) != 10 or datetime.strptime(text, "%Y-%m-%d").strftime("%Y-%m-%d") != text
        except ValueError:
            return True

    return judged(values, wrong, nulls)


def keys_of(rows):
    return [tuple("NaN" if is_nan(part) else part for part in row) for row in rows]


def duplicate_rows(rows):
    return len(rows), len(rows), len(rows) - len(set(keys_of(rows))), None


def spread(rows, nulls):
    """Returns rows, judged, and the four measures: different, unique share, top share, entropy in bits."""
    keys = [key for key in keys_of(rows) if nulls == "value" or None not in key]
    counts = Counter(keys)
    if not keys:
        return len(rows), 0, {}
    shares = [count / len(keys) for count in counts.values()]
    return (
        len(rows),
        len(keys),
        {
            "distinct_count": len(counts),
            "unique_proportion": len(counts) / len(keys),
            "top_share": max(counts.values()) / len(keys),
            "entropy": -sum(share * math.log2(share) for share in shares),
        },
    )


def sets(values, members, nulls, wanted):
    """Values of a column against a set; NULL in the set counts only where it is a value."""
    found = {value for value in values if value is not None}
    expected = {member for member in members if member is not None}
    if nulls != "ignore" and None in values:
        found.add(None)
    if nulls == "value" and None in members:
        expected.add(None)
    missing, extra = expected - found, found - expected
    sizes = {
        "set_equals": (len(found | expected), len(missing) + len(extra)),
        "set_contains": (len(expected), len(missing)),
        "set_within": (len(found), len(extra)),
    }
    applicable, failing = sizes[wanted]
    return len(values), applicable if found else 0, failing, None


def in_reference(values, members, nulls, inside):
    known = {member for member in members if member is not None}
    failing = sum(1 for value in values if value is not None and (value in known) is not inside)
    empty = sum(1 for value in values if value is None)
    if nulls == "ignore":
        return len(values), len(values) - empty, failing, None
    null_is_right = nulls == "value" and (None in members) is inside
    return len(values), len(values), failing + (0 if null_is_right else empty), None


def casing(values):
    known = {value for value in values if value is not None}
    return len(values), len(known), len(known) - len({value.lower() for value in known}), None


def outliers(values, low, high, nulls):
    return judged(values, lambda value: is_nan(value) or not low <= value <= high, nulls)


HOLDS = {
    "=": lambda off, allowed: abs(off) <= allowed,
    "!=": lambda off, allowed: abs(off) > allowed,
    "<=": lambda off, allowed: off <= allowed,
    "<": lambda off, allowed: off < allowed,
    ">=": lambda off, allowed: -off <= allowed,
    ">": lambda off, allowed: -off < allowed,
}


def compare(pairs, op, tolerance=0, share=None, at_zero=0, nulls="ignore"):
    """Numbers; with a share the tolerance is of the second one, and `at_zero` where that is 0."""
    failing = complete = 0
    for left, right in pairs:
        if left is None or right is None:
            continue
        complete += 1
        if is_nan(left) or is_nan(right):
            failing += 1
            continue
        a, b = exact(left), exact(right)
        allowed = Fraction(str(tolerance))
        if share is not None:
            allowed = abs(b) * Fraction(share) / 100 if b else Fraction(str(at_zero))
        failing += not HOLDS[op](a - b, allowed)
    missing = len(pairs) - complete
    if nulls == "ignore":
        return len(pairs), complete, failing, None
    return len(pairs), len(pairs), failing + missing, None


def columns_sum(rows, tolerance, nulls, null_as_zero=False):
    """Rows of summands with the total last; floats within a billionth of their size."""
    failing = complete = 0
    for *summands, total in rows:
        if null_as_zero:
            summands = [0 if part is None else part for part in summands]
        parts = [*summands, total]
        if None in parts:
            continue
        complete += 1
        if any(map(is_nan, parts)):
            failing += 1
            continue
        allowed = Fraction(str(tolerance))
        if any(isinstance(part, float) for part in parts):
            allowed += sum(abs(exact(part)) for part in parts) / 10**9
        failing += abs(sum(map(exact, summands)) - exact(total)) > allowed
    missing = len(rows) - complete
    if nulls == "ignore":
        return len(rows), complete, failing, None
    return len(rows), len(rows), failing + missing, None


def distinct_within_row(rows, nulls):
    failing = applicable = 0
    for row in keys_of(rows):
        known = [value for value in row if value is not None]
        applicable += len(known) >= 2
        looked_at = list(row) if nulls == "value" else known
        failing += len(set(looked_at)) < len(looked_at) or (nulls == "fail" and len(known) < len(row))
    return len(rows), applicable if nulls == "ignore" else len(rows), failing, None


def scale(values):
    known = [value for value in values if value is not None]
    places = [len(format(value, "f").partition(".")[2].rstrip("0")) for value in known]
    return len(values), len(known), None, max(places, default=None)


def row_count_match(here, there, factor, allowed):
    difference = here - there * factor
    return difference, abs(difference) > allowed
