"""The freshness of a dataset whose time column nobody has named: it is found, and then watched from run to run."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from recipes.core.checks import freshness
from recipes.core.checks.base import Measurement, Numbers, Subject, Values
from recipes.core.checks.families import Family, family
from recipes.core.checks.moments import span_in_words
from recipes.core.checks.past.charts import charted, measure_name

MOST = 6  # columns with moments that are looked at
HOUR = timedelta(hours=1)
ON_DEMAND = ", on demand"  # runs that no schedule meant come at any hour: they are a series of their own
SINCE = "time since the result before"


def age_of(column: str) -> str:
    return f"age of {column}"


def measure_found(subject: Subject) -> Measurement:
    """Measure the age of the newest row by the column that was watched before, else by the best there is."""
    personal = {name.lower() for name in subject.context.personal.get(subject.dataset, {})}
    times = (Family.DATE, Family.TIME, Family.MOMENT)
    there = [
        name
        for name, one in subject.columns.items()
        if family(one.type) in times and name.lower() not in personal
    ]
    watched = _watched(subject, there)
    chosen = [watched] if watched else there[:MOST]
    if not chosen:
        return Measurement(read=lambda _: _since(subject))
    plain = {
        name: freshness.measure(replace(subject, params=freshness.Freshness(column=name))) for name in chosen
    }
    aggregates = {
        f"{place} {key}": aggregate
        for place, one in enumerate(plain.values())
        for key, aggregate in one.aggregates.items()
    }
    return Measurement(read=lambda values: _read(subject, plain, values), aggregates=aggregates)


def _watched(subject: Subject, there: list[str]) -> str:
    """Return the column of the newest result that still is there; "" where there is none."""
    names = {measure_name(subject, age_of(name) + kind): name for name in there for kind in ("", ON_DEMAND)}
    return next((names[point.of] for point in reversed(subject.past.points) if point.of in names), "")


def _read(subject: Subject, plain: dict[str, Measurement], values: Values) -> Numbers:
    found: dict[str, Numbers] = {}
    for place, (name, one) in enumerate(plain.items()):
        start = f"{place} "
        assert one.read is not None  # noqa: S101 - freshness is measured by aggregates
        found[name] = one.read(
            {key.removeprefix(start): value for key, value in values.items() if key.startswith(start)}
        )
    judged = [name for name, numbers in found.items() if numbers.n_applicable]
    if not judged:
        return next(iter(found.values()))
    # A column with moments to come (a date that something is due) tells little of how new the rows are.
    best = min(judged, key=lambda name: (found[name].details["future"] > 0, found[name].measure))
    return charted(
        subject, found[best], age_of(best) + (ON_DEMAND if subject.context.on_demand else ""), "log"
    )


def _since(subject: Subject) -> Numbers:
    """Return how long ago the last result was: now that it came all is well; that it does not come is told without a run."""
    of, at = subject.dataset, subject.context.moment_of_run
    before = [point.at for point in subject.past.points if point.at < at]
    if not before:
        return Numbers(f"{of} has no column with moments that could be watched", 0, 0, unit="hours")
    passed = at - before[-1]
    said = f"{of} was written, {span_in_words(passed.total_seconds())} after the time before"
    details = {"of": measure_name(subject, SINCE)}
    return Numbers(said, 1, 1, measure=passed / HOUR, unit="hours", details=details)
