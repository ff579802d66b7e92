"""table_changed: the content is, or is not, what it was at the last green run."""

from __future__ import annotations

import hashlib
from typing import Literal

from sqlglot import exp

from kitchens.core.stores.base import Column
from recipes.core.checks.base import Check, Measurement, Numbers, Parameters, Subject, Values
from recipes.core.checks.families import FLOATS, Family, family
from recipes.core.checks.history import latest_green
from recipes.core.checks.past.charts import measure_name
from recipes.core.checks.rows import filtered
from recipes.core.checks.tree import column, count
from recipes.core.checks.words import counted

ORDERED = frozenset({Family.NUMBER, Family.TEXT, Family.DATE, Family.TIME, Family.MOMENT})


class TableChanged(Parameters):
    """What is expected of the content."""

    expect: Literal["changed", "same"] = "changed"
    """Whether the content must have changed since the last green run, or must not"""


def measure(subject: Subject) -> Measurement:
    """Take a fingerprint of the content in the shared scan and hold it against that of the last green run."""
    aggregates: dict[str, exp.Expr] = {"scope": count()}
    for place, found in enumerate(subject.columns.values()):
        for name, aggregate in _of_column(found).items():
            aggregates[f"c{place}_{name}"] = aggregate
    return Measurement(read=lambda values: _read(subject, values), aggregates=aggregates)


def _of_column(found: Column) -> dict[str, exp.Expr]:
    """Return what tells a column's content: values there are, least, greatest, and sum of numbers or lengths."""
    operand = column(found.name)
    told: dict[str, exp.Expr] = {"n": exp.Count(this=operand.copy(), big_int=True)}
    kind = family(found.type)
    if kind in ORDERED:
        told |= {"least": exp.Min(this=operand.copy()), "most": exp.Max(this=operand.copy())}
    if kind is Family.NUMBER and found.type not in FLOATS:
        told["sum"] = exp.Sum(this=operand.copy())
    elif kind is Family.TEXT:
        told["sum"] = exp.Sum(this=exp.Length(this=operand.copy()))
    return told


def _read(subject: Subject, values: Values) -> Numbers:
    rows = int(values["scope"])
    names = "\n".join(f"{one.name}:{one.type}" for one in subject.columns.values())
    told = "\n".join(f"{name}={values[name]}" for name in sorted(values))
    fingerprint = hashlib.sha256(f"{names}\n{told}".encode()).hexdigest()[:16]
    of = measure_name(subject, "content")
    details = {"of": of, "fingerprint": fingerprint}
    at = subject.context.moment_of_run
    before = latest_green([point for point in subject.past.points if point.of == of and point.at < at])
    said = f"{subject.dataset}{filtered(subject)} has {counted(rows, 'row')}"
    expect = subject.params.expect
    if before is None:
        why = "There is no green result to compare with."
        return Numbers(said, rows, rows, measure=0.0, unit="", details=details, learning=why)
    same = fingerprint == before.fingerprint
    outcome = "the same content as" if same else "other content than"
    return Numbers(
        said=f"{said}, {outcome} on {before.at:%Y-%m-%d %H:%M}",
        n_scope=rows,
        n_applicable=rows,
        measure=float(not same),
        unit="",
        details={**details, "compared_with": before.at.isoformat(), "run": before.run},
        outside=same is (expect == "changed"),
        expected="a change" if expect == "changed" else "no change",
    )


CHECK = Check(
    name="table_changed",
    summary="The content has changed since the last green run, or has not.",
    about="dataset",
    parameters=TableChanged,
    measure=measure,
    on_empty="compare",
    counts="",
    history=True,
    example="{node: load, check: table_changed, dataset: flights.raw, expect: changed}",
    notes=(
        "The fingerprint is made of the columns, the number of rows, and of each column the number of values, the least,"
        " the greatest, and the sum of its whole numbers, decimals or lengths of texts. Values that change places"
        " among rows leave it as it is.",
        "The measure is 1 where the content has changed, else 0.",
    ),
)
