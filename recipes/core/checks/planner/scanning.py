"""Run the scans: many numbers in one statement, halved where it fails, so that only the guilty number is refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from time import perf_counter
from typing import Any

from sqlglot import exp
from sqlglot.errors import SqlglotError

from kitchens.core.stores.base import Row, Session, StoreError
from recipes.core.checks.planner.asked import Asked, Scan, folded
from recipes.core.checks.planner.notes import Notes
from recipes.core.checks.tree import column, count, select, sql_of, table

PLACE = "place of the part"  # holds blanks, so that it is no column of the dataset
ALL_ROWS = "all rows"


def run(scan: Scan, session: Session, notes: Notes) -> None:
    """Settle what can be settled by one scan; a number that the store refuses even alone is marked as failed."""
    started = perf_counter()
    try:
        rows = _rows(scan, session)
    except (StoreError, SqlglotError):
        if len(scan.asked) == 1:
            scan.asked[0].failed = True
            return
        half = len(scan.asked) // 2
        for piece in (scan.asked[:half], scan.asked[half:]):
            run(replace(scan, asked=piece), session, notes)
        return
    spent = (perf_counter() - started) / len(scan.asked)
    for place, one in enumerate(scan.asked):
        one.seconds += spent
        _take(one, scan, {number: row[place] for number, row in rows.items()}, notes)


def _rows(scan: Scan, session: Session) -> dict[int, Row]:
    """Return a row of numbers, or one for each part; a part whose rows the filter leaves out has none."""
    wanted: dict[str, exp.Expr] = {}
    left = _left_over(scan)
    for place, one in enumerate(scan.asked):
        fold = one.where is not None and scan.where is None
        if place not in left:
            wanted[f"m{place}"] = (
                folded(one.aggregate, one.where) if fold and one.where is not None else one.aggregate
            )
    if left:
        wanted[ALL_ROWS] = count()
    name = scan.dataset
    if scan.parts:
        name = session.subset(scan.dataset, scan.parts, PLACE if scan.numbered else "")
    statement = select(wanted, table(name), scan.where)
    if not scan.numbered:
        return {0: _filled(session.query(sql_of(statement)).rows[0], wanted, left, scan)}
    statement = statement.select(exp.alias_(column(PLACE), "place", quoted=True), copy=False).group_by(
        column(PLACE), copy=False
    )
    found = session.query(sql_of(statement)).rows
    return {int(row[-1]): _filled(row, wanted, left, scan) for row in found}


def _left_over(scan: Scan) -> dict[int, int]:
    """Return the places of counts of what is not NULL, each with that of the count of what is: one tells the other.

    So does a row-wise store count once where it would count twice. Numbers with a row filter of their own are left out.
    """
    filled: dict[str, int] = {}
    empty: dict[str, int] = {}
    for place, one in enumerate(scan.asked):
        if one.where is not None and scan.where is None:
            continue
        condition = _counted(one.aggregate)
        inverse = isinstance(condition, exp.Not)
        condition = condition.this.unnest() if isinstance(condition, exp.Not) else condition
        if isinstance(condition, exp.Is) and isinstance(condition.expression, exp.Null):
            (filled if inverse else empty).setdefault(sql_of(condition.this), place)
    return {place: empty[text] for text, place in filled.items() if text in empty}


def _counted(aggregate: exp.Expr) -> exp.Expr | None:
    """Return the condition of a COUNT(*) FILTER (WHERE …); None for any other aggregate."""
    if not isinstance(aggregate, exp.Filter) or not isinstance(aggregate.this, exp.Count):
        return None
    condition = aggregate.expression.this if isinstance(aggregate.this.this, exp.Star) else None
    return condition.unnest() if isinstance(condition, exp.Expr) else None


def _filled(row: Row, wanted: Mapping[str, exp.Expr], left: Mapping[int, int], scan: Scan) -> Row:
    """Return the numbers in the order they are asked for, those that others tell among them."""
    told = dict(zip(wanted, row, strict=False))
    return tuple(
        told[ALL_ROWS] - told[f"m{left[place]}"] if place in left else told[f"m{place}"]
        for place in range(len(scan.asked))
    )


def _take(one: Asked, scan: Scan, values: dict[int, Any], notes: Notes) -> None:
    """Put the answer of a scan to what is known of a number, and keep it."""
    if one.version is None or one.adds is None or not one.missing:
        one.settle(values[0])
        if one.version is not None and one.version.parts:
            notes.keep_number(one.version.parts[-1].name, one.question, values[0])
        return
    parts = scan.parts or one.version.parts
    if scan.numbered or len(parts) == 1:
        for place, part in enumerate(parts):
            one.known[part.name] = values.get(place, one.adds.empty)
            notes.keep_number(part.name, one.question, one.known[part.name])
    else:
        one.known["together"] = values[0]
    read = {part.name for part in parts}
    one.missing = tuple(part for part in one.missing if part.name not in read)
    if not one.missing:
        one.add_up()
