"""distribution_drift: values are spread as in a reference, by PSI, Jensen–Shannon or Kolmogorov–Smirnov."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from recipes.core.checks.base import (
    CannotMeasureError,
    Check,
    Measurement,
    Numbers,
    Subject,
    Values,
    find_column,
)
from recipes.core.checks.drift import bins
from recipes.core.checks.drift.categories import MOST, shown
from recipes.core.checks.drift.reference import HERE, THERE, Against, Side, sides_of
from recipes.core.checks.families import Family, family
from recipes.core.checks.operands import NUMBERS, ORDERED, of_kind
from recipes.core.checks.rows import nothing_to_judge
from recipes.core.checks.tree import beside
from recipes.core.checks.words import number
from recipes.core.statistics.effects import jensen_shannon, kolmogorov_smirnov, psi

VALUES = 1000  # different values that are read where neither bins nor categories are given
ANY = tuple(Family)
DISTANCE: Mapping[str, Callable[[Sequence[float], Sequence[float]], float]] = {
    "psi": psi,
    "js": jensen_shannon,
    "ks": kolmogorov_smirnov,
}
NAMES = {"psi": "population stability index", "js": "Jensen–Shannon distance", "ks": "Kolmogorov–Smirnov"}

Counts = Annotated[
    dict[str, Annotated[float, Field(ge=0, allow_inf_nan=False)]],
    BeforeValidator(
        lambda raw: {shown(name): rows for name, rows in raw.items()} if isinstance(raw, dict) else raw
    ),
]


class DistributionDrift(Against):
    """A column, what its values are held against, and the measure of the distance."""

    method: Literal["psi", "js", "ks"] = "psi"
    """psi: population stability index; js: Jensen–Shannon distance, 0 to 1; ks: largest step, numbers and times only"""
    max: float | None = Field(default=None, gt=0, allow_inf_nan=False)
    """Greatest distance"""
    bins: list[Annotated[float, Field(allow_inf_nan=False)]] = Field(default=[], max_length=200)
    """Edges of bins for numbers, rising; without them the deciles of the reference"""
    expected: list[Annotated[float, Field(ge=0, allow_inf_nan=False)]] = []
    """Frozen baseline: its rows in each bin, one more than there are edges"""
    categories: Counts = Field(default={}, max_length=MOST)
    """Frozen baseline: its rows by category"""
    expected_nulls: float = Field(default=0, ge=0, allow_inf_nan=False)
    """Frozen baseline: its rows without a value"""

    @model_validator(mode="after")
    def _fitting(self) -> DistributionDrift:
        if any(low >= high for low, high in pairwise(self.bins)):
            raise ValueError("the edges in bins must rise.")
        if self.expected and len(self.expected) != len(self.bins) + 1:
            raise ValueError(f"expected must give {len(self.bins) + 1} numbers, one for each bin.")
        if self.categories and (self.bins or self.method == "ks"):
            raise ValueError("categories have no order: they go neither with bins nor with ks.")
        if self.frozen and not sum(self.expected or self.categories.values()) + self.expected_nulls:
            raise ValueError("the frozen baseline has no rows.")
        if self.frozen and self.of:
            raise ValueError("give either a dataset of reference or a frozen baseline.")
        return self

    @property
    def frozen(self) -> bool:
        return bool(self.expected or self.categories)

    @property
    def needs_reference(self) -> bool:
        return not self.frozen


@dataclass(frozen=True)
class Bin:
    """One bin or category with the rows of both sides."""

    name: str
    here: float
    there: float


def measure(subject: Subject) -> Measurement:
    """Count both sides by bins, categories or values in one statement, and take the distance of their shares."""
    params: DistributionDrift = subject.params
    if params.frozen:
        return _frozen(subject)
    here, there = sides_of(subject, ORDERED if params.method == "ks" else ANY, "distribution_drift")
    if params.method == "ks" and not params.bins:
        statement = beside(
            here.rows(here.counts()), there.rows(there.counts()), bins.largest_step(here, there)
        )
        return Measurement(read=lambda values: _steps(subject, there, values), statement=statement)
    if params.bins or family(here.column.type) is Family.NUMBER:
        _demand_numbers(subject, here, there)
        rows = bins.by_edges((here, there), params.bins) if params.bins else bins.by_deciles(here, there)
        labels = bins.edge_names(params.bins) if params.bins else _tenths()
        return Measurement(
            rows=rows, read_rows=lambda read: _numbers(subject, _by_side(read, labels), str(there))
        )
    rows = bins.by_values(here, there, VALUES + 1)
    return Measurement(rows=rows, read_rows=lambda read: _numbers(subject, _by_value(read), str(there)))


def _demand_numbers(subject: Subject, *sides: Side) -> None:
    for side in sides:
        of_kind(side.column.name, {side.column.name: side.column}, side.dataset, NUMBERS, "bins")


def _frozen(subject: Subject) -> Measurement:
    params: DistributionDrift = subject.params
    found = find_column(params.column, subject.columns, subject.dataset)
    side = Side(HERE, subject.dataset, found, subject.where, subject.where_in_words)
    known = list(params.categories)
    if known:
        rows, labels = bins.by_places(side, known), [*known, "others"]
        wanted = [*params.categories.values(), 0.0]
    else:
        _demand_numbers(subject, side)
        rows, labels, wanted = (
            bins.by_edges((side,), params.bins),
            bins.edge_names(params.bins),
            params.expected,
        )
    expected = dict(enumerate(wanted)) | {bins.WITHOUT: params.expected_nulls}

    def read(rows_read: Sequence[Values]) -> Numbers:
        return _numbers(subject, _by_side(rows_read, labels, expected), "the frozen baseline")

    return Measurement(rows=rows, read_rows=read)


def _tenths() -> list[str]:
    return [f"tenth {place + 1} of the reference" for place in range(len(bins.DECILES) + 1)]


def _by_side(
    rows: Sequence[Values], labels: Sequence[str], expected: Mapping[int, float] | None = None
) -> list[Bin]:
    """Return the bins in their order; those of NULL and NaN first, without them where no side has any."""
    counted = [dict.fromkeys(range(len(labels)), 0.0), dict(expected or {})]
    for row in rows:
        counted[int(row[bins.SIDE])][int(row[bins.BIN])] = float(row[bins.ROWS])
    names = {bins.NOT_A_NUMBER: "NaN", bins.WITHOUT: "no value", **dict(enumerate(labels))}
    found = [
        Bin(name, counted[0].get(place, 0.0), counted[1].get(place, 0.0)) for place, name in names.items()
    ]
    return [one for one in found if one.here or one.there]


def _by_value(rows: Sequence[Values]) -> list[Bin]:
    if len(rows) > VALUES:
        raise CannotMeasureError(
            f"The column has more than {number(VALUES)} different values: give categories, or a column of numbers."
        )
    found = [Bin(shown(row["value"]), float(row["here"]), float(row["there"])) for row in rows]
    return sorted(found, key=lambda one: (-one.there, -one.here, one.name))


def _numbers(subject: Subject, found: Sequence[Bin], against: str) -> Numbers:
    params: DistributionDrift = subject.params
    here, there = sum(one.here for one in found), sum(one.there for one in found)
    if not here:
        return Numbers(nothing_to_judge(subject, 0, (params.column,)), 0, 0)
    if not there:
        raise CannotMeasureError(f"The reference {against} has no rows.")
    counts, expected = [one.here for one in found], [one.there for one in found]
    shares = [
        {"bin": one.name, "rows": one.here, "share": one.here / here, "reference": one.there / there}
        for one in found
    ]
    shares.sort(key=lambda one: -abs(float(one["share"]) - float(one["reference"])))  # type: ignore[arg-type]
    return _judged(subject, int(here), int(here), DISTANCE[params.method](counts, expected), against, shares)


def _steps(subject: Subject, there: Side, values: Values) -> Numbers:
    scope, known = int(values[f"rows {HERE}"]), int(values[f"known {HERE}"])
    if not known:
        return Numbers(nothing_to_judge(subject, scope, (subject.params.column,)), scope, 0)
    if not int(values[f"known {THERE}"]):
        raise CannotMeasureError(f"The reference {there} has no values.")
    return _judged(subject, scope, known, float(values["distance"]), str(there), ())


def _judged(
    subject: Subject,
    scope: int,
    applicable: int,
    distance: float,
    against: str,
    shares: Sequence[Mapping[str, Any]],
) -> Numbers:
    params: DistributionDrift = subject.params
    rounded = round(distance, 12)
    return Numbers(
        said=f"The values of {params.column} in {subject.dataset} lie {number(rounded)} from those of {against}"
        f" ({NAMES[params.method]})",
        n_scope=scope,
        n_applicable=applicable,
        measure=rounded,
        unit="",
        details={"method": params.method, "not_judged": scope - applicable, "bins": list(shares[:50])},
        outside=params.max is not None and rounded > params.max,
        expected=f"at most {number(params.max)}" if params.max is not None else "",
        found=shares,
    )


CHECK = Check(
    name="distribution_drift",
    summary="The values of a column are spread as in a reference.",
    about="column",
    parameters=DistributionDrift,
    measure=measure,
    nulls=("value",),
    counts="",
    limits=("max",),
    conditions=("of_where",),
    example="{node: clean, check: distribution_drift, column: delay, of: reference.flights, method: psi, max: 0.2}",
    notes=(
        "The reference is a dataset (`of`), other rows of this one (`of_where`), or a frozen baseline: `bins` with"
        " `expected`, or `categories`. Numbers are taken by bins, all else value by value (at most 1,000 values).",
        "A value belongs to the bin above all edges it has reached. NULL and NaN have bins of their own; ks without"
        " bins leaves them out and looks at every value.",
        "psi counts half a row in a bin that one side leaves empty, else a single new value were infinitely far. No"
        " limit fits all columns: take one from how windows of the reference differ among themselves.",
    ),
)
