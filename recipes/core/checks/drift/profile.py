"""profile_drift: every column is filled as much as it used to be, and its average lies where its past lets expect.

It looks at the rows that the run has written, in one statement, and judges each number by a chart of its own.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import Field
from sqlglot import exp

from kitchens.core.stores.base import Column, Part, Session
from recipes.core.checks.base import CannotMeasureError, Check, Measurement, Numbers, Parameters, Subject
from recipes.core.checks.bounds import bounds_in_words
from recipes.core.checks.drift.profile_series import COLUMNS, OFF, ROWS, Feature, features, fitted, values_of
from recipes.core.checks.families import Family, family, is_float
from recipes.core.checks.past.charts import learnt, rounded
from recipes.core.checks.past.percents import Percent
from recipes.core.checks.tree import column, count_if, sql_of, table
from recipes.core.checks.words import counted, cut, listed, number
from recipes.core.statistics.baseline import Baseline, Judgement, judge

MOST_COLUMNS = 60  # that are looked at, the first of the dataset
MOST_TEXTS = 100_000  # rows of a run, beyond which the lengths of texts are not looked at
MOST_ROWS = 5_000_000  # of a run, beyond which only what files say of themselves is looked at
NAMES_ROWS = re.compile(
    r"(^|_)(id|key|uuid|no|nr|number|code|zip|lat|lon|year|quarter|month|week|day|weekday|hour|minute)$",
    re.IGNORECASE,
)
LARGEST = "1e150"  # beyond it a square is no number any more; of a float of four bytes all is less
FILLED = "filled"
SHOWN = 3  # columns in the sentence
APART = 0.25  # standard deviations of its rows that an average has to move


class ProfileDrift(Parameters):
    """Which columns are left out, and how small a change does not matter."""

    leave_out: list[str] = []
    """Columns that are not looked at"""
    min_share: Percent = 2.0
    """Least change of the share of rows that are empty, or true, that matters, in percentage points"""
    min_effect: Percent = 20.0
    """Least change of an average that matters, in percent of what is expected"""
    alpha: float | None = Field(default=None, gt=0, le=0.1)
    """False alarms a point of each number, such as 0.001; else the project's budget says"""


@dataclass(frozen=True)
class Off:
    """A number that its past does not let expect."""

    feature: Feature
    value: float
    found: Judgement

    @property
    def said(self) -> str:
        low, high = _shown(self.found.low), _shown(self.found.high)
        if self.feature.is_share:
            low, high = (low if low and low > 0 else None), (high if high and high < 100 else None)
        limits = bounds_in_words(low, high)
        return f"{self.feature.said(_shown(self.value) or 0.0)} (expected {self.feature.bounds(limits)})"


def _shown(value: float | None) -> float | None:
    """Return a number with three digits: more mean nothing, and people read them."""
    return None if value is None else float(f"{value:.3g}")


def measure(subject: Subject) -> Measurement:
    """Look at the rows written; one statement, none where files tell all."""
    return Measurement(ask=lambda session: _ask(subject, session))


def _ask(subject: Subject, session: Session) -> Numbers:
    parts = subject.context.written.get(subject.dataset)
    if parts is None:
        raise CannotMeasureError(
            f"The node of the test did not write {subject.dataset}: put it at one that does."
        )
    rows = sum(part.rows for part in parts)
    watched = _watched(subject)
    if not rows:
        return Numbers(f"No row was written to {subject.dataset}", 0, 0, n_fail=0, unit="numbers")
    profile = _profile(subject, session, parts, watched)
    return _judged(subject, profile, rows)


def _watched(subject: Subject) -> list[Column]:
    out = {name.lower() for name in subject.params.leave_out}
    return [one for one in subject.columns.values() if one.name.lower() not in out][:MOST_COLUMNS]


def _profile(
    subject: Subject, session: Session, parts: Sequence[Part], watched: Sequence[Column]
) -> dict[str, dict[str, float]]:
    """Return the numbers of each column. Of a personal column only how many rows are empty."""
    rows = sum(part.rows for part in parts)
    found: dict[str, dict[str, float]] = {one.name: {} for one in watched}
    known = session.facts(subject.dataset) if rows > MOST_ROWS else {}
    asked: list[tuple[str, str, exp.Expr]] = []
    personal = {name.lower() for name in subject.context.personal.get(subject.dataset, {})}
    for one in watched:
        told = [known[part.name].columns.get(one.name) if part.name in known else None for part in parts]
        if all(told):
            found[one.name]["empty"] = float(sum(facts.nulls for facts in told if facts))
        else:
            asked.append((one.name, FILLED, exp.Count(this=column(one.name), big_int=True)))
        if one.name.lower() not in personal and rows <= MOST_ROWS:
            asked += [(one.name, what, aggregate) for what, aggregate in _averages(one, rows)]
    if asked:
        statement = exp.Select(
            expressions=[exp.alias_(aggregate, f"m{place}") for place, (_, _, aggregate) in enumerate(asked)]
        ).from_(table(session.subset(subject.dataset, parts)), copy=False)
        row = session.query(sql_of(statement)).rows[0]
        for (name, what, _), value in zip(asked, row, strict=True):
            if what == FILLED:
                found[name]["empty"] = float(rows - int(value))
            elif value is not None and math.isfinite(float(value)):
                found[name][what] = float(value)
    return found


def _averages(one: Column, rows: int) -> Iterator[tuple[str, exp.Expr]]:
    """Return what is taken of a column besides how full it is, as both stores compute it alike.

    Few and short: reading SQL takes longer than computing it for all but large data.
    """
    operand, kind = column(one.name), family(one.type)
    if kind is Family.BOOLEAN:
        yield "true", count_if(operand)
    elif kind is Family.NUMBER and not NAMES_ROWS.search(one.name):
        yield "average", _finite(exp.Avg(this=operand), one)
        yield "spread", _finite(exp.StddevSamp(this=operand.copy()), one)
    elif kind is Family.TEXT and rows <= MOST_TEXTS and not NAMES_ROWS.search(one.name):
        length = exp.Length(this=operand)
        yield "length", exp.Avg(this=length)
        yield "spread", exp.StddevSamp(this=length.copy())


def _finite(aggregate: exp.Expr, one: Column) -> exp.Expr:
    """Return an aggregate without NaN, which both engines hold greater than every number, and what has no square."""
    if not is_float(one.type):
        return aggregate
    bounds = {"low": exp.Neg(this=exp.Literal.number(LARGEST)), "high": exp.Literal.number(LARGEST)}
    usable = exp.Between(this=column(one.name), **bounds)
    return exp.Filter(this=aggregate, expression=exp.Where(this=usable))


def _judged(subject: Subject, profile: Mapping[str, Mapping[str, float]], rows: int) -> Numbers:
    """Return the numbers with what is off; what still learns is passed over, unless all does."""
    at, past = subject.context.moment_of_run, subject.past
    fresh: list[Baseline] = []
    numbers, judged, off, missing = 0, 0, [], ""
    for feature in features(subject.params, subject.dataset, profile, rows, past):
        value = feature.value(profile, rows)
        numbers += 1
        baseline = past.baseline(feature.wish.asked, at)
        if baseline is None:
            found = learnt(values_of(past, feature, at), feature.wish, at)
            if isinstance(found, str):
                missing = missing or found
                continue
            baseline = fitted(found, values_of(past, feature, at), feature)
            fresh.append(baseline)
        judged += 1
        judgement = judge(baseline, at, value, (), rows)
        if judgement and judgement.single and _matters(feature, profile, value, judgement):
            off.append(Off(feature, value, judgement))
    details: dict[str, Any] = {
        ROWS: rows,
        COLUMNS: {name: {what: rounded(one) for what, one in told.items()} for name, told in profile.items()},
        OFF: [one.feature.key for one in off],
        "judged": judged,
    }
    if past.borrowed:
        details["judged_by"] = "production"
    return Numbers(
        said=_said(subject.dataset, rows, off, judged, len(profile)),
        n_scope=rows,
        n_applicable=numbers,
        n_fail=len(off),
        unit="numbers",
        details={"profile": details} | ({"off": [one.said for one in off[:20]]} if off else {}),
        expected="what its past lets expect",
        learning="" if judged or not missing else missing,
        baselines=fresh,
    )


def _matters(
    feature: Feature, profile: Mapping[str, Mapping[str, float]], value: float, found: Judgement
) -> bool:
    """Say whether an average has moved by more than a part of what its rows differ by."""
    spread = profile[feature.column].get("spread")
    return feature.is_share or spread is None or abs(value - found.centre) >= APART * spread


def _said(dataset: str, rows: int, off: Sequence[Off], judged: int, columns: int) -> str:
    of = f"Of the {counted(rows, 'row')} written to {dataset}"
    if not off:
        what = "every number is" if judged else "nothing is"
        return f"{of}, {counted(columns, 'column')} looked at, {what} {'as its past lets expect' if judged else 'judged yet'}"
    told = [one.said for one in off[:SHOWN]]
    more = [f"{number(len(off) - SHOWN)} more"] if len(off) > SHOWN else []
    return cut(f"{of}, {listed([*told, *more])}", 360)


CHECK = Check(
    name="profile_drift",
    summary="Every column of what a run writes is filled, and its average lies, as its past lets expect.",
    about="dataset",
    parameters=ProfileDrift,
    measure=measure,
    fail="> 0",
    counts="numbers",
    takes_where=False,
    history=True,
    example="{node: load, check: profile_drift, dataset: flights.raw, leave_out: [comment]}",
    notes=(
        "It looks at the rows that the run has written, not at all there are, in one statement: how many are empty and, of"
        " numbers, texts and yes/no columns, the average, the average length and the share of true.",
        "Columns whose names say that they only name rows (`id`, `…_key`, `…_code` and the like) have no average, personal"
        " columns neither. Of a dataset with more than 60 columns the first 60 are looked at; lengths of texts are left out"
        " from 100,000 rows in one run on, and from five million all but how full the columns are.",
        "Each number has a chart of its own, and all of them together the share of the budget of false alarms that another"
        " test has. An average must be of five rows and more, and move by a quarter of the standard deviation of its rows.",
    ),
)
