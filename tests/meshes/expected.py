"""What every test of the mesh must find, counted by plain Python over rows: no engine, no SQL, none of the checks.

Where a check has an oracle among the tests of checks, that is used; what it does not know is here.
"""

from __future__ import annotations

import math
import re
import statistics
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any, NamedTuple

from tests.meshes import events
from tests.meshes.conditions import CONDITIONS, METRICS, PROGRAMS, STATEMENTS, Row, Tables, is_json, is_label
from tests.recipes.core.checks import oracle, oracle_joins, oracle_values

DAY = timedelta(days=1)
FORMS = {
    "iata": "[A-Z]{3}",
    "icao": "[A-Z]{4}",
    "iata_airline": "[A-Z0-9]{2}",
    "icao_airline": "[A-Z]{3}",
    "country": "[A-Z]{2}",
}
OF_ITS_PAST = frozenset(
    {
        "row_count_change",
        "row_count_anomaly",
        "aggregate_anomaly",
        "freshness_anomaly",
        "share_anomaly",
        "schema_drift",
        "table_changed",
        "run_duration",
        "arrival_window",
    }
)


COMPARED: dict[str, Callable[[float, float], bool]] = {
    ">=": lambda one, two: one >= two,
    "<=": lambda one, two: one <= two,
    ">": lambda one, two: one > two,
    "<": lambda one, two: one < two,
    "!=": lambda one, two: one != two,
}


class Counts(NamedTuple):
    """Rows (groups, values, stages) judged, failing ones, and the measure; None where the check has no such number."""

    judged: int
    failing: int | None
    measure: float | None = None


@dataclass(frozen=True)
class Asked:
    """One test as its recipe has it, with the rows it is about."""

    name: str
    given: Mapping[str, Any]
    tables: Tables
    rows: Sequence[Row]
    as_of: datetime

    def values(self) -> list[Any]:
        return [row[self.given["column"]] for row in self.rows]

    def keys(self) -> list[tuple[Any, ...]]:
        columns = self.given.get("columns") or [self.given["column"]]
        return [tuple(row[name] for name in columns) for row in self.rows]

    def there(self, where: str | None = None) -> list[Row]:
        """Return the rows of the other dataset."""
        condition = CONDITIONS[self.given.get("of_where", where or "")]
        return [row for row in self.tables[self.given["of"]] if condition(row)]

    def members(self) -> list[Any]:
        """Return the set that is given, or the column that holds it."""
        if "values" in self.given:
            return list(self.given["values"])
        dataset, _, column = self.given["of"].rpartition(".")
        condition = CONDITIONS[self.given.get("of_where", "")]
        return [row[column] for row in self.tables[dataset] if condition(row)]


def expected(
    name: str, check: str, dataset: str, where: str, given: Mapping[str, Any], tables: Tables, as_of: datetime
) -> Counts:
    """Return what the test must count; a KeyError where this oracle does not know it."""
    rows = [row for row in tables.get(dataset, ()) if CONDITIONS[where](row)]
    found = ORACLES[check](Asked(name, given, tables, rows, as_of))
    return found if isinstance(found, Counts) else Counts(*found[1:])


def _form(asked: Asked) -> Callable[[str], bool]:
    """Return whether a text has the form that the test asks for."""
    given = asked.given
    if given.get("format") == "json":
        return is_json
    flags = re.DOTALL | (re.IGNORECASE if given.get("ignore_case") else 0)
    form = re.compile(given.get("pattern") or FORMS[given["format"]], flags)
    look = form.search if given.get("anywhere") else form.fullmatch
    return lambda text: look(text) is not None


def _other_than(right: Callable[[str], bool]) -> Callable[[str], bool]:
    return lambda text: not right(text)


def _range(asked: Asked) -> tuple[Any, ...]:
    values = asked.values()
    first = next((value for value in values if value is not None), None)

    def bound(name: str) -> Any:
        raw = asked.given.get(name)
        return date.fromisoformat(raw) if isinstance(raw, str) and isinstance(first, date) else raw

    names = {"least": "min", "most": "max", "above": "above", "below": "below"}
    return oracle.in_range(values, **{name: bound(told) for name, told in names.items()})


def _outliers(asked: Asked) -> tuple[Any, ...]:
    low, high = asked.given.get("low"), asked.given.get("high")
    if low is None:
        reach = asked.given.get("k", 3.5) * 1.4826 * asked.given["mad"]
        low, high = asked.given["median"] - reach, asked.given["median"] + reach
    return oracle_values.outliers(asked.values(), low, high, "ignore")


def _keys(asked: Asked) -> tuple[Any, ...]:
    return oracle.unique(asked.keys(), asked.given.get("nulls") or "ignore")


def _copies(asked: Asked) -> tuple[Any, ...]:
    left_out = asked.given.get("exclude", ())
    rows = [tuple(value for name, value in row.items() if name not in left_out) for row in asked.rows]
    return oracle_values.duplicate_rows(rows)


def _spread(measure: str) -> Callable[[Asked], Counts]:
    def taken(asked: Asked) -> Counts:
        _, judged, measures = oracle_values.spread(asked.keys(), "ignore")
        return Counts(judged, None, measures[measure])

    return taken


def _sets(wanted: str) -> Callable[[Asked], Any]:
    return lambda asked: oracle_values.sets(asked.values(), asked.members(), "ignore", wanted)


def _foreign(asked: Asked) -> tuple[Any, ...]:
    given = asked.given
    if "to_columns" in given:
        dataset, columns = given["to"], given["to_columns"]
    else:
        dataset, _, column = given["to"].rpartition(".")
        columns = [column]
    condition = CONDITIONS[given.get("to_where", "")]
    parents = {tuple(row[name] for name in columns) for row in asked.tables[dataset] if condition(row)}
    return oracle.foreign_key(asked.keys(), parents)


def _precision(asked: Asked) -> Counts:
    known = [value for value in asked.values() if value is not None]
    if asked.given["what"] == "length":
        return Counts(len(known), None, max(map(len, known)))
    return Counts(len(known), None, sum(value != int(value) for value in known) / len(known))


def _date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _balance(asked: Asked) -> Counts:
    given = asked.given
    by = given["by"]
    function = given.get("function") or ("sum" if "column" in given else "count")
    here = _totals(asked.rows, by, function, given.get("column"))
    there = _totals(
        asked.there(),
        given.get("of_by") or by,
        given.get("of_function") or function,
        given.get("of_column") or given.get("column"),
    )
    told = str(given.get("tolerance", 0))
    groups, wrong = here.keys() | there.keys(), 0
    for group in groups:
        one, two = here.get(group, 0), there.get(group, 0)
        allowed = abs(two) * float(told.rstrip(" %")) / 100 if "%" in told else float(told)
        allowed += 1e-9 * abs(two) if isinstance(two, float) else 0
        wrong += abs(one - two) > allowed
    return Counts(len(groups), wrong)


def _totals(rows: Sequence[Row], by: Sequence[str], function: str, column: str | None) -> dict[Any, Any]:
    found: dict[Any, Any] = defaultdict(int)
    for row in rows:
        value = row[column] if column and function == "sum" else 1
        found[tuple(row[name] for name in by)] += value or 0
    return found


def _compare(asked: Asked) -> tuple[Any, ...]:
    """Pairs of numbers or of texts; no test of the mesh tolerates a difference."""
    holds = COMPARED[asked.given["op"]]
    pairs = ((row[asked.given["column"]], row[asked.given["other"]]) for row in asked.rows)
    return oracle.judged([None if None in pair else holds(*pair) for pair in pairs], lambda held: not held)


def _total(asked: Asked) -> tuple[Any, ...]:
    names = [*asked.given["columns"], asked.given["total"]]
    return oracle_values.columns_sum([tuple(row[name] for name in names) for row in asked.rows], 0, "ignore")


def _overlaps(asked: Asked) -> Counts:
    """Rows are looked at by their start: one is wrong where an earlier one has not ended."""
    wrong, latest = 0, {}
    for row in sorted(asked.rows, key=lambda row: row[asked.given["start"]]):
        part = tuple(row[name] for name in asked.given["partition_by"])
        wrong += part in latest and latest[part] > row[asked.given["start"]]
        latest[part] = max(latest.get(part, row[asked.given["end"]]), row[asked.given["end"]])
    return Counts(len(asked.rows), wrong)


HOLIDAYS = {date(2001, 1, 1), date(2001, 1, 15), date(2001, 2, 19)}  # of the United States, in that quarter


def _periods(asked: Asked) -> Counts:
    given = asked.given
    first, last = (date.fromisoformat(str(given[end])) for end in ("first", "last"))
    days = {value.date() if isinstance(value, datetime) else value for value in asked.values()}
    off: set[date] = set()
    if given.get("business_days"):
        span = [first + n * DAY for n in range((last - first).days + 1)]
        off = {day for day in span if day.weekday() > 4} | HOLIDAYS
    return Counts(*oracle_joins.periods(days, first, last, given["grain"], off)[1:])


def _windows(asked: Asked) -> Counts:
    length = timedelta(days=int(str(asked.given["window"]).split()[0]))
    now = asked.as_of.replace(tzinfo=None)
    column = asked.given["column"]
    rows = [row | {column: datetime.combine(row[column], datetime.min.time())} for row in asked.rows]
    mode = asked.given.get("mode", "gain")
    return Counts(*oracle_joins.windows(rows, column, asked.given["by"], now, length, mode)[1:])


def _reconcile(asked: Asked) -> Counts:
    sides = [[tuple(row[name] for name in asked.given["columns"]) for row in rows] for rows in _both(asked)]
    return Counts(*oracle_joins.reconcile(*sides, asked.given.get("mode", "bag"))[1:])


def _both(asked: Asked) -> tuple[Sequence[Row], Sequence[Row]]:
    return asked.rows, asked.there()


def _cells(asked: Asked) -> Counts:
    given = asked.given
    here, there = (
        [row | {"key": tuple(row[name] for name in given["key"])} for row in rows] for rows in _both(asked)
    )
    kinds, _ = oracle_joins.table_diff(here, there, "key", given["columns"], given.get("tolerance", 0))
    keys = {row["key"] for row in (*here, *there)}
    return Counts(len(keys), sum(n for kind, n in kinds.items() if kind not in given.get("ignore", ())))


def _stages(asked: Asked) -> Counts:
    values = []
    for stage in asked.given["stages"]:
        plain = isinstance(stage, str)
        dataset, measure = (stage, "") if plain else (stage["dataset"], stage.get("measure", ""))
        column = re.fullmatch(r"sum\((\w+)\)", measure or asked.given["measure"])
        rows = asked.tables[dataset]
        values.append(sum(row[column[1]] for row in rows) if column else len(rows))
    return Counts(len(values) - 1, oracle_joins.hops(values), values[-1] - values[0])


def _categories(asked: Asked) -> Counts:
    values = asked.values()
    if asked.given.get("nulls") == "ignore":
        values = [value for value in values if value is not None]
    counts = Counter(values)
    wanted = set(asked.given["expected"])
    out = set(counts) ^ wanted
    for bound, sign in (("min_share", 1), ("max_share", -1)):
        for category, limit in asked.given.get(bound, {}).items():
            share = 100 * counts[category] / len(values)
            out |= {category} if sign * share < sign * limit else set()
    return Counts(len(set(counts) | wanted), len(out))


def _sides(asked: Asked) -> tuple[list[Any], list[Any]]:
    """Return the values of both sides; the reference may be other rows of the same dataset."""
    there = asked.there() if "of" in asked.given else _elsewhere(asked)
    column = asked.given.get("of_column") or asked.given["column"]
    return asked.values(), [row[column] for row in there]


def _elsewhere(asked: Asked) -> list[Row]:
    condition = CONDITIONS[asked.given["of_where"]]
    return [row for row in asked.tables[asked.given["dataset"]] if condition(row)]


def _shift(asked: Asked) -> Counts:
    """Cohen's d, or the logarithm of the ratio of the variances."""
    here, there = ([float(value) for value in side if value is not None] for side in _sides(asked))
    one, two = statistics.variance(here), statistics.variance(there)
    if asked.given["check"] == "variance_shift":
        return Counts(len(here), None, math.log(one / two))
    pooled = ((len(here) - 1) * one + (len(there) - 1) * two) / (len(here) + len(there) - 2)
    return Counts(len(here), None, (statistics.fmean(here) - statistics.fmean(there)) / math.sqrt(pooled))


def _completeness(asked: Asked) -> Counts:
    values = asked.values()
    share = sum(value is not None for value in values) / len(values)
    angles = [math.asin(math.sqrt(one)) for one in (share, asked.given["baseline"])]
    return Counts(len(values), None, 2 * angles[0] - 2 * angles[1])


def _drift(asked: Asked) -> Counts:
    here, there = _sides(asked)
    if asked.given["method"] == "ks":
        known = [sorted(value for value in side if value is not None) for side in (here, there)]
        return Counts(len(known[0]), None, _largest_step(*known))
    edges = asked.given["bins"]
    counts = [
        Counter(None if value is None else sum(value >= edge for edge in edges) for value in side)
        for side in (here, there)
    ]
    shares = [
        (counts[0][place] / len(here), counts[1][place] / len(there)) for place in counts[0] | counts[1]
    ]
    if asked.given["method"] == "psi":
        return Counts(len(here), None, math.fsum((p - q) * math.log(p / q) for p, q in shares))
    apart = math.fsum(part * math.log2(2 * part / (p + q)) / 2 for p, q in shares for part in (p, q) if part)
    return Counts(len(here), None, math.sqrt(apart))


def _largest_step(here: Sequence[Any], there: Sequence[Any]) -> float:
    """Return the largest difference of the shares of values up to each value."""
    counts = Counter(here), Counter(there)
    one = two = largest = 0.0
    for value in sorted(counts[0] | counts[1]):
        one += counts[0][value] / len(here)
        two += counts[1][value] / len(there)
        largest = max(largest, abs(one - two))
    return largest


def _dependence(asked: Asked) -> Counts:
    pairs = [key for key in asked.keys() if None not in key]  # noqa: SIM118 - not a dictionary
    if asked.given["method"] == "cramers_v":
        cells, left, right = Counter(pairs), Counter(a for a, _ in pairs), Counter(b for _, b in pairs)
        seen = math.fsum(n * n / (left[a] * right[b]) for (a, b), n in cells.items())
        return Counts(len(pairs), None, math.sqrt((seen - 1) / (min(len(left), len(right)) - 1)))
    return Counts(
        len(pairs), None, statistics.correlation(*(_ranks(side) for side in zip(*pairs, strict=True)))
    )


def _ranks(values: Sequence[Any]) -> list[float]:
    """Return the place of each value; equal ones share the mean of theirs."""
    place, ranks = 0, {}
    for value, copies in sorted(Counter(values).items()):
        ranks[value] = place + (copies + 1) / 2
        place += copies
    return [ranks[value] for value in values]


def _gaps(asked: Asked) -> Counts:
    by = asked.given.get("partition_by", ())
    return Counts(*oracle_joins.sequential(asked.rows, asked.given["column"], by=by)[1:3])


def _order(asked: Asked) -> Counts:
    """No two rows of a part share their place in these data, so that every neighbour can be compared."""
    given, wrong = asked.given, 0
    for part in oracle_joins.parts(asked.rows, given["partition_by"]):
        ordered = sorted(part, key=lambda row: row[given["order_by"][0]])
        for one, two in pairwise(row[given["column"]] for row in ordered):
            wrong += two < one or (bool(given.get("strict")) and two == one)
    return Counts(len(asked.rows), wrong)


def _row_count(asked: Asked) -> Counts:
    return Counts(len(asked.rows), None, len(asked.rows))


def _of_aggregate(asked: Asked) -> tuple[Any, ...]:
    return oracle.aggregate(asked.values(), asked.given["function"], asked.given.get("quantile"))


def _statement(asked: Asked) -> Counts:
    return Counts(len(asked.rows), STATEMENTS[asked.name](asked.tables))


def _structure(asked: Asked) -> Counts:
    return Counts(len(asked.given["columns"]), 0)


ORACLES: dict[str, Callable[[Asked], Any]] = {
    "run_status": lambda asked: Counts(1, int(events.STATUS != "COMPLETED")),
    "event_metric": lambda asked: Counts(1, None, events.METRICS[asked.given["metric"]]),
    "log_pattern": lambda asked: Counts(len(events.MESSAGES), events.messages_of(asked.given)),
    "run_cost": lambda asked: Counts(1, None, events.FACTS[asked.given["of"]]),
    "row_count": _row_count,
    "row_count_match": lambda asked: Counts(
        len(asked.rows), None, len(asked.rows) - len(asked.there()) * asked.given.get("factor", 1)
    ),
    "not_null": lambda asked: oracle.not_null(asked.values()),
    "not_missing": lambda asked: oracle_values.not_missing(
        asked.values(), asked.given.get("sentinels", ()), asked.given.get("ignore_case", False)
    )[0],
    "at_least_one": lambda asked: oracle_values.at_least_one(asked.values()),
    "is_null": lambda asked: oracle_values.is_null(asked.values()),
    "unique": _keys,
    "unique_key": _keys,
    "duplicate_rows": _copies,
    **{name: _spread(name) for name in ("distinct_count", "unique_proportion", "top_share", "entropy")},
    "in_set": lambda asked: oracle_values.in_reference(
        asked.values(), asked.members(), "ignore", inside=True
    ),
    "not_in_set": lambda asked: oracle_values.in_reference(
        asked.values(), asked.members(), "ignore", inside=False
    ),
    **{name: _sets(name) for name in ("set_equals", "set_contains", "set_within")},
    "range": _range,
    "outlier_fraction": _outliers,
    "matches": lambda asked: oracle.judged(asked.values(), _other_than(_form(asked))),
    "not_matches": lambda asked: oracle.judged(asked.values(), _form(asked)),
    "length": lambda asked: oracle_values.length(
        asked.values(), asked.given["min"], asked.given["max"], "ignore"
    ),
    "castable": lambda asked: oracle.judged(asked.values(), _other_than(_date)),
    "json_schema": lambda asked: oracle.judged(asked.values(), _other_than(is_label)),
    "precision_kept": _precision,
    "casing_consistent": lambda asked: oracle_values.casing(asked.values()),
    "foreign_key": _foreign,
    "freshness": lambda asked: oracle.freshness(asked.values(), asked.as_of.replace(tzinfo=None)),
    "aggregate": _of_aggregate,
    "aggregate_balance": _balance,
    "row_expression": lambda asked: oracle.row_expression(asked.rows, CONDITIONS[asked.given["expression"]]),
    "column_compare": _compare,
    "columns_sum": _total,
    "distinct_within_row": lambda asked: oracle_values.distinct_within_row(asked.keys(), "ignore"),
    "sql_failing_rows": _statement,
    "monotonic": _order,
    "sequential": _gaps,
    "no_overlap": _overlaps,
    "period_complete": _periods,
    "window_compare": _windows,
    "set_reconcile": _reconcile,
    "table_diff": _cells,
    "location_balance": _stages,
    "dimension_volume": _categories,
    "mean_shift": _shift,
    "variance_shift": _shift,
    "completeness_shift": _completeness,
    "distribution_drift": _drift,
    "dependence": _dependence,
    "schema_match": _structure,
    "exposure_valid": _structure,
    "sql_metric": lambda asked: Counts(1, None, METRICS[asked.name](asked.tables)),
    "python_check": lambda asked: Counts(*PROGRAMS[asked.name](asked.tables)),
}


# Verdicts, from the limits as they are written


def verdict(check: str, given: Mapping[str, Any], warn: str, fail: str, found: Counts) -> str:
    """Return the verdict that the numbers deserve."""
    if found.failing is None:
        assert found.measure is not None
        if _outside(check, given, found):
            return "fail"
        return "warn" if warn and _crossed(warn, found) else "pass"
    default = "> 5 %" if check == "outlier_fraction" else "> 0"
    limit = fail or ("" if warn else default)
    if limit and _crossed(limit, found):
        return "fail"
    return "warn" if warn and _crossed(warn, found) else "pass"


def _crossed(limit: str, found: Counts) -> bool:
    sign, number = re.fullmatch(r"([<>]=?) ?([0-9.]+).*", limit).groups()
    value = found.measure if found.failing is None else found.failing
    if "%" in limit:
        value = 100 * value / found.judged if found.judged else 0
    return COMPARED[sign](value, float(number))


def _outside(check: str, given: Mapping[str, Any], found: Counts) -> bool:
    """Say whether the measure lies outside of what the parameters allow."""
    measure = float(found.measure or 0)
    if check == "row_count_match":
        told = str(given.get("tolerance", 0))
        number = float(told.rstrip(" %"))
        return abs(measure) > (number * (found.judged - measure) / 100 if "%" in told else number)
    if check.endswith("_shift"):
        return abs(measure) >= given.get("effect", 0.2)
    if check == "freshness":
        return measure > 24 * int(str(given["max_age"]).split()[0])
    if check == "precision_kept":
        return measure < given["at_least"]
    least = given.get("min") if given.get("min") is not None else _least(check)
    most = given.get("max")
    return not least <= measure <= (math.inf if most is None else most)


def _least(check: str) -> float:
    return 1 if check in ("row_count", "at_least_one") else -math.inf
