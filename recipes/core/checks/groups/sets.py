"""set_equals, set_contains and set_within: the different values of a column are a set, hold it, or lie in it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from sqlglot import exp

from recipes.core.checks.base import Check, Evidence, Measurement, Numbers, OnEmpty, Subject, Values
from recipes.core.checks.members import Members, literals, looked_at, reference_column, reference_rows
from recipes.core.checks.rows import ROWS, filtered, nothing_to_judge
from recipes.core.checks.tree import (
    Condition,
    column,
    count_if,
    derived,
    either,
    every,
    not_null,
    null,
    select,
    total,
)
from recipes.core.checks.words import agree, counted, number

Wanted = Literal["equals", "contains", "within"]
VALUE, HERE, THERE, SIDE = "a value", "rows here", "entries there", "which side"
WHICH = "missing or extra"


def _measure(subject: Subject, wanted: Wanted) -> Measurement:
    """Count the values that are missing and those that are too many, in one GROUP BY of both sides.

    Both are laid beneath each other, so that NULL meets NULL and no NOT IN is needed.
    """
    missing, extra = _none(HERE), _none(THERE)
    wrong = {"equals": either(missing, extra), "contains": missing, "within": extra}[wanted]
    judged = not_null(column(VALUE)) if subject.nulls == "ignore" else None
    counts = {
        name: count_if(every([judged, condition]) or condition)
        for name, condition in {
            "different": exp.not_(missing),
            "entries": exp.not_(extra),
            "missing": missing,
            "extra": extra,
            "wrong": wrong,
        }.items()
    }
    nulls = total(column(HERE), null(column(VALUE)))
    statement = select(
        {"scope": total(column(HERE)), "nulls": nulls, **counts}, derived(_both(subject), "both")
    )
    name = subject.column(subject.params.column).name
    return Measurement(
        read=lambda values: _read(subject, wanted, values),
        statement=statement,
        evidence=Evidence(rows=lambda: _wrong(subject, every([judged, wrong]) or wrong), columns=(name,)),
    )


def _none(side: str) -> Condition:
    return exp.EQ(this=column(side), expression=exp.Literal.number(0))


def _both(subject: Subject) -> exp.Select:
    """Return each value with the number of its rows here, and of its entries in the set."""
    params: Members = subject.params
    here = subject.rows(*_sided(looked_at(params, subject.column(params.column)), 1))
    sides = derived(exp.union(here, _there(subject), distinct=False, copy=False), "sides")
    counts = {
        name: count_if(exp.EQ(this=column(SIDE), expression=exp.Literal.number(side)))
        for side, name in ((1, HERE), (2, THERE))
    }
    grouped = select({VALUE: column(VALUE), **counts}, sides)
    return grouped.group_by(column(VALUE), copy=False)


def _there(subject: Subject) -> exp.Select:
    """Return the entries of the set; NULL is one of them only where it is a value."""
    params: Members = subject.params
    found = subject.column(params.column)
    if params.of:
        other = looked_at(params, reference_column(subject), "set")
        also = None if subject.nulls == "value" else not_null(other)
        return reference_rows(subject, _sided(other, 2), "set", also)
    given = literals(params, found)
    if subject.nulls == "value" and None in params.values:
        given.append(exp.cast(exp.Null(), exp.DataType.build(found.type, dialect="duckdb")))
    if not given:
        return subject.rows(*_sided(looked_at(params, found), 2), also=exp.false())
    listed = exp.Values(
        expressions=[exp.Tuple(expressions=[value]) for value in given],
        alias=exp.TableAlias(
            this=exp.to_identifier("listed", quoted=True), columns=[exp.to_identifier(VALUE, quoted=True)]
        ),
    )
    return select(_sided(column(VALUE, "listed"), 2), listed)


def _sided(value: exp.Expr, side: int) -> list[exp.Expr]:
    return [exp.alias_(value, VALUE, quoted=True), exp.alias_(exp.Literal.number(side), SIDE, quoted=True)]


def _wrong(subject: Subject, wrong: Condition) -> exp.Select:
    """Return the values that are missing or too many, which of both they are, and the number of their rows."""
    name = subject.column(subject.params.column).name
    which = exp.case().when(_none(HERE), exp.Literal.string("missing")).else_(exp.Literal.string("extra"))
    found = select(
        {name: column(VALUE), WHICH: which, ROWS: column(HERE)}, derived(_both(subject), "both"), wrong
    )
    return found.order_by(which.copy(), exp.Ordered(this=column(HERE), desc=True), column(VALUE), copy=False)


def _read(subject: Subject, wanted: Wanted, values: Values) -> Numbers:
    counts = {name: int(value) for name, value in values.items()}
    different, missing, extra = counts["different"], counts["missing"], counts["extra"]
    sizes = {"equals": different + missing, "contains": counts["entries"], "within": different}
    name = subject.column(subject.params.column).name
    return Numbers(
        said=_said(subject, wanted, name, counts["scope"], different, missing, extra),
        n_scope=counts["scope"],
        n_applicable=sizes[wanted] if different else 0,
        n_fail=counts["wrong"],
        unit="values",
        details={key: counts[key] for key in ("missing", "extra", "nulls") if counts[key]},
    )


def _said(
    subject: Subject, wanted: Wanted, name: str, scope: int, different: int, missing: int, extra: int
) -> str:
    the_set = subject.params.in_words()
    if different == 0:
        return nothing_to_judge(subject, scope, (name,))
    values = f"The {counted(different, 'different value')} of {name} in {subject.dataset}{filtered(subject)}"
    parts = []
    if missing and wanted != "within":
        parts.append(f"{agree('lacks|lack', different)} {number(missing)} of {the_set}")
    if extra and wanted != "contains":
        beside = "it" if parts else the_set
        parts.append(f"{agree('holds|hold', different)} {number(extra)} not in {beside}")
    if parts:
        return f"{values} {' and '.join(parts)}"
    right = {
        "equals": f"is|are {the_set}",
        "contains": f"holds|hold {the_set}",
        "within": f"lies|lie in {the_set}",
    }
    return f"{values} {agree(right[wanted], different)}"


def _check(wanted: Wanted, summary: str, on_empty: OnEmpty, example: str, notes: tuple[str, ...]) -> Check:
    measure: Callable[[Subject], Measurement] = lambda subject: _measure(subject, wanted)  # noqa: E731
    return Check(
        name=f"set_{wanted}",
        summary=summary,
        about="column",
        parameters=Members,
        measure=measure,
        nulls=("ignore", "fail", "value"),
        on_empty=on_empty,
        fail="> 0",
        counts="values",
        conditions=("of_where",),
        example=example,
        notes=notes,
    )


NULLS = (
    "NULL is left out; with `nulls: value` it belongs to the set where that holds it, with `nulls: fail` it is always"
    " too many."
)
SET_EQUALS = _check(
    "equals",
    "The different values of the column are those of a set: none is missing, none is too many.",
    "fail",
    "{node: clean, check: set_equals, column: region, values: [north, east, south, west]}",
    ("It counts values, missing and too many ones, not rows; a share is of all values of both.", NULLS),
)
SET_CONTAINS = _check(
    "contains",
    "The column holds every value of a set.",
    "fail",
    "{node: clean, check: set_contains, column: carrier, of: reference.carriers.code, of_where: active}",
    ("It counts missing values; a share is of the values of the set.", NULLS),
)
SET_WITHIN = _check(
    "within",
    "Every different value of the column is one of a set.",
    "skip",
    "{node: clean, check: set_within, column: status, values: [landed, diverted, cancelled]}",
    ("It counts different values, where in_set counts rows; a share is of the different values.", NULLS),
)
