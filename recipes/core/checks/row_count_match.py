"""row_count_match: a dataset has as many rows as another one, or a multiple of them."""

from __future__ import annotations

from decimal import Decimal

from pydantic import Field, model_validator
from sqlglot import exp

from recipes.core.checks.base import Check, Measurement, Numbers, Parameters, Subject, Values
from recipes.core.checks.conditions import bind_columns, parse_condition
from recipes.core.checks.rows import filtered
from recipes.core.checks.tolerances import Tolerance, share_of, tolerated
from recipes.core.checks.tree import Condition, column, count, derived, select, table
from recipes.core.checks.words import counted, number


class RowCountMatch(Parameters):
    """Another dataset, and how its number of rows goes with this one's."""

    of: str
    """The other dataset"""
    of_where: str | None = None
    """Condition on the rows there; where it is not given all count"""
    factor: float = Field(default=1, gt=0, allow_inf_nan=False)
    """How many rows there should be here for each one there"""
    tolerance: Tolerance = 0
    """How far the numbers may be apart: rows, or a share of what is expected (0.5 %)"""

    @model_validator(mode="after")
    def _named(self) -> RowCountMatch:
        if "{{" not in self.of and self.of.count(".") != 1:
            raise ValueError(f"of must name a dataset, such as flights.clean, not {self.of}.")
        return self

    def datasets(self) -> frozenset[str]:
        return frozenset({self.of})


def measure(subject: Subject) -> Measurement:
    """Compare both numbers, counted in one statement and so at one moment; the measure is here − factor × there."""
    here = derived(subject.rows(exp.alias_(count(), "here", quoted=True)), "a")
    there = derived(select({"there": count()}, table(subject.params.of), _filter(subject)), "b")
    statement = select([column("here"), column("there")], here).join(there, join_type="cross", copy=False)
    return Measurement(read=lambda values: _read(subject, values), statement=statement)


def _filter(subject: Subject) -> Condition | None:
    params: RowCountMatch = subject.params
    if not (params.of_where or "").strip():
        subject.columns_of(params.of)  # says that there is no such dataset, where there is none
        return None
    parsed = parse_condition(params.of_where or "", subject.context.dialect, "of_where")
    return bind_columns(parsed, subject.columns_of(params.of), params.of)


def _read(subject: Subject, values: Values) -> Numbers:
    params: RowCountMatch = subject.params
    here, there = int(values["here"]), int(values["there"])
    wanted = there * Decimal(repr(params.factor))
    difference = here - wanted
    share = share_of(params.tolerance)
    allowed = abs(wanted) * share if share is not None else Decimal(repr(float(params.tolerance)))
    times = "" if params.factor == 1 else f" and should have {number(params.factor)} for each"
    said = (
        f"{subject.dataset}{filtered(subject)} has {counted(here, 'row')}, {params.of} {number(there)}{times}"
    )
    if difference:
        said += f": {number(abs(float(difference)))} {'more' if difference > 0 else 'less'} than expected"
    return Numbers(
        said=said,
        n_scope=here,
        n_applicable=here,
        measure=float(difference),
        details={"here": here, "there": there},
        outside=abs(difference) > allowed,
        expected=f"{number(float(wanted))} rows{tolerated(params.tolerance)}",
    )


CHECK = Check(
    name="row_count_match",
    summary="The dataset has as many rows as another one, or a multiple of them.",
    about="dataset",
    parameters=RowCountMatch,
    measure=measure,
    on_empty="compare",
    counts="",
    unit="rows",
    conditions=("of_where",),
    example="{node: clean, check: row_count_match, of: flights.raw, tolerance: 0.5 %}",
    notes=(
        "The measure is the difference, below 0 where rows are missing. Both are counted in one statement.",
        "Empty datasets are compared like others: 0 and 0 agree, 0 and 5 do not.",
        "To compare keys or sums too, see aggregate_balance.",
    ),
)
