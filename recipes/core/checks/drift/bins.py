"""SQL that counts the rows of both sides of a comparison by bins or by categories."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from sqlglot import exp

from recipes.core.checks.aggregate import aggregate_of
from recipes.core.checks.drift.categories import place_of
from recipes.core.checks.drift.reference import Side
from recipes.core.checks.families import literal, nan_in
from recipes.core.checks.operands import double, number_of, usable
from recipes.core.checks.tree import column, count, derived, null, select, window
from recipes.core.checks.words import number

BIN, SIDE, ROWS = "bin", "side", "rows"
WITHOUT, NOT_A_NUMBER = -1, -2  # the bins of NULL and of NaN
DECILES = tuple(tenth / 10 for tenth in range(1, 10))


def by_edges(sides: Sequence[Side], edges: Sequence[float]) -> exp.Query:
    """Return rows by side and bin: a value belongs to the bin above all edges that it has reached."""
    return _together(
        [
            _grouped(place, side, _bin(side, [double(literal(edge, side.column)) for edge in edges]))
            for place, side in enumerate(sides)
        ]
    )


def by_deciles(here: Side, there: Side) -> exp.Query:
    """Return rows by side and bin; the edges are the deciles of the reference, taken in the same statement."""
    taken = number_of(there.column)
    deciles = {f"edge {n}": aggregate_of("quantile", taken.copy(), share) for n, share in enumerate(DECILES)}
    names = list(deciles)
    parts = []
    for place, side in enumerate((here, there)):
        edges = derived(there.rows(deciles), "edges")
        parts.append(_grouped(place, side, _bin(side, [column(name, "edges") for name in names]), edges))
    return _together(parts)


def by_values(here: Side, there: Side, most: int) -> exp.Query:
    """Return rows of both sides by the value itself, at most so many values."""
    parts = [
        side.rows({"value": side.operand, "here": _number(1 - place), "there": _number(place)})
        for place, side in enumerate((here, there))
    ]
    both = derived(_union(parts), "both")
    sums = [exp.alias_(exp.Sum(this=column(name)), name, quoted=True) for name in ("here", "there")]
    found = select([column("value"), *sums], both).group_by(column("value"), copy=False)
    return found.limit(most, copy=False)


def by_places(side: Side, known: Sequence[Any]) -> exp.Query:
    """Return rows by the place of the value among known categories; NULL is one of its own, the rest the last."""
    place = exp.Coalesce(this=place_of(side.column, known), expressions=[_number(len(known))])
    return _grouped(0, side, exp.case().when(null(side.operand), _number(WITHOUT)).else_(place))


def largest_step(here: Side, there: Side) -> exp.Select:
    """Return the largest difference of the cumulative shares of both sides over all their values (KS), in one row."""
    parts = []
    for place, side in enumerate((here, there)):
        rows = side.rows({"value": side.operand, "here": _number(1 - place), "there": _number(place)})
        parts.append(rows.where(usable(side.column), copy=False))
    both = derived(_union(parts), "both")
    sums = [exp.alias_(exp.Sum(this=column(name)), name, quoted=True) for name in ("here", "there")]
    grouped = select([column("value"), *sums], both).group_by(column("value"), copy=False)
    value = exp.Ordered(this=column("value"), nulls_first=False)
    shares = []
    for name in ("here", "there"):
        running = double(window(exp.Sum(this=column(name)), [], [value]))
        whole = exp.Nullif(this=double(exp.Window(this=exp.Sum(this=column(name)))), expression=_number(0))
        shares.append(exp.Div(this=running, expression=whole))
    apart = exp.Abs(this=exp.Sub(this=shares[0], expression=shares[1]))
    steps = derived(select({"apart": apart}, derived(grouped, "grouped")), "steps")
    return select({"distance": exp.Max(this=column("apart"))}, steps)


def edge_names(edges: Sequence[float]) -> list[str]:
    """Return the bins between edges in words."""
    shown = [number(edge) for edge in edges]
    between = [f"{low} to {high}" for low, high in pairwise(shown)]
    return [f"under {shown[0]}", *between, f"{shown[-1]} and more"]


def _bin(side: Side, edges: Sequence[exp.Expr]) -> exp.Expr:
    operand = column(side.column.name, "rows")
    reached = [
        exp.case().when(exp.GTE(this=double(operand), expression=edge), _number(1)).else_(_number(0))
        for edge in edges
    ]
    found = exp.case().when(null(operand), _number(WITHOUT))
    if (nan := nan_in(operand, side.column)) is not None:
        found = found.when(nan, _number(NOT_A_NUMBER), copy=False)
    total: exp.Expr = reached[0]
    for step in reached[1:]:
        total = exp.Add(this=total, expression=step)
    return found.else_(total, copy=False)


def _grouped(place: int, side: Side, value: exp.Expr, beside: exp.Expr | None = None) -> exp.Select:
    """Return the rows of a side by a value; its rows have the alias `rows`."""
    source = derived(side.rows({side.column.name: side.operand}), "rows")
    binned = select({BIN: value}, source)
    if beside is not None:
        binned = binned.join(beside, join_type="cross", copy=False)
    shown = {SIDE: _number(place), BIN: column(BIN), ROWS: count()}
    return select(shown, derived(binned, "binned")).group_by(column(BIN), copy=False)


def _together(parts: Sequence[exp.Select]) -> exp.Query:
    return parts[0] if len(parts) == 1 else _union(parts)


def _union(parts: Sequence[exp.Select]) -> exp.Union:
    return exp.union(*parts, distinct=False, copy=False)


def _number(value: int) -> exp.Expr:
    made = exp.Literal.number(abs(value))
    return exp.Neg(this=made) if value < 0 else made
