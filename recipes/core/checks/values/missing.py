"""not_missing, is_null and at_least_one: rows with a value, without one, or at least one with it."""

from __future__ import annotations

from datetime import date, datetime

from pydantic import Field, model_validator
from sqlglot import exp

from kitchens.core.stores.base import Column
from recipes.core.checks.base import (
    CannotMeasureError,
    Check,
    Evidence,
    Measurement,
    Numbers,
    Parameters,
    Subject,
    Values,
)
from recipes.core.checks.families import Family, family, literal, nan_in
from recipes.core.checks.folding import fold, folded
from recipes.core.checks.not_null import NotNull
from recipes.core.checks.patterns import portable, whole
from recipes.core.checks.rows import RowRule, failing_rows, filtered, row_rule
from recipes.core.checks.tree import Condition, column, count, count_if, either, every, not_null, null
from recipes.core.checks.words import agree, counted, number

# White space of ASCII and the blanks of Unicode that look like nothing at all.
BLANK = "^[ \\t\\n\\r\\f\\v\u00a0\u2007\u200b\u202f\u3000\ufeff]*$"


class NotMissing(Parameters):
    """What must be filled, and what looks filled but is not."""

    column: str
    """The column"""
    sentinels: list[bool | int | float | str | datetime | date] = Field(default=[], max_length=1000)
    """Values that stand for nothing, such as N/A or -999"""
    pattern: str = ""
    """A regular expression for texts that stand for nothing"""
    trim: bool = True
    """Leave out blanks around a text before it is compared with sentinels and pattern"""
    ignore_case: bool = False
    """Take capitals for small letters there"""

    @model_validator(mode="after")
    def _checked(self) -> NotMissing:
        if self.pattern and "{{" not in self.pattern:
            portable(self.pattern)
        return self


def measure(subject: Subject) -> Measurement:
    """Count NULLs, NaN, blank texts and sentinels, each once and apart; every row can be judged."""
    params: NotMissing = subject.params
    found = subject.column(params.column)
    kinds = {"nulls": null(column(found.name))} | _stand_ins(params, found)
    apart: dict[str, Condition] = {}
    for name, condition in kinds.items():
        before = [exp.not_(exp.paren(other.copy())) for other in list(kinds.values())[: len(apart)]]
        apart[name] = every([condition, *before]) or condition
    rule = RowRule(
        columns=(found.name,),
        violated=either(*kinds.values()),
        kept=f"has|have a value in {found.name}",
        broken=f"has|have no value in {found.name}, or one that stands for nothing",
        extra=apart,
        count_values=True,
    )
    return row_rule(subject, rule)


def _stand_ins(params: NotMissing, found: Column) -> dict[str, Condition]:
    """Return what looks like a value and is none, by its name in the details."""
    operand: exp.Expr = column(found.name)
    is_text = family(found.type) is Family.TEXT
    kinds: dict[str, Condition] = {}
    if (nan := nan_in(operand, found)) is not None:
        kinds["not_a_number"] = nan
    if not is_text and (params.pattern or params.ignore_case):
        raise CannotMeasureError(f"pattern and ignore_case need a text column; {found.name} is {found.type}.")
    if is_text:
        kinds["blank"] = exp.RegexpLike(this=operand.copy(), expression=exp.Literal.string(BLANK))
    if is_text and params.trim:
        operand = exp.Trim(this=operand)
    if params.sentinels:
        given = params.sentinels
        looked_at = operand.copy()
        if params.ignore_case:
            given, looked_at = [fold(str(value)) for value in given], folded(operand)
        kinds["sentinel"] = exp.In(this=looked_at, expressions=[literal(value, found) for value in given])
    if params.pattern:
        form = exp.Literal.string(whole(portable(params.pattern, ignore_case=params.ignore_case)))
        kinds["pattern"] = exp.RegexpLike(this=operand.copy(), expression=form)
    return kinds


NOT_MISSING = Check(
    name="not_missing",
    summary="Every row has a value in the column that is neither NULL, nor blank, nor one that stands for nothing.",
    about="column",
    parameters=NotMissing,
    measure=measure,
    fail="> 0",
    example="{node: load, check: not_missing, column: gate, sentinels: [N/A, '-', unknown], ignore_case: true}",
    notes=(
        "Counted apart in the details, each row once: `nulls`, `not_a_number`, `blank`, `sentinel`, `pattern`.",
        "A text of blanks only, also of the blanks of Unicode, is blank. NaN is missing.",
    ),
)


def measure_is_null(subject: Subject) -> Measurement:
    """Count the rows that have a value; every row can be judged."""
    found = subject.column(subject.params.column)
    rule = RowRule(
        columns=(found.name,),
        violated=not_null(column(found.name)),
        kept=f"has|have no value in {found.name}",
        broken=f"has|have a value in {found.name}",
        count_values=True,
    )
    return row_rule(subject, rule)


IS_NULL = Check(
    name="is_null",
    summary="The column is empty in every row.",
    about="column",
    parameters=NotNull,
    measure=measure_is_null,
    on_empty="pass",
    fail="> 0",
    example="{node: clean, check: is_null, column: landed_at, where: status = 'cancelled'}",
    notes=("An empty text is a value.",),
)


def measure_at_least_one(subject: Subject) -> Measurement:
    """Count the rows that have a value, which must not be none."""
    name = subject.column(subject.params.column).name

    def read(values: Values) -> Numbers:
        scope, filled = int(values["scope"]), int(values["filled"])
        rows = f"{counted(scope, 'row')} of {subject.dataset}{filtered(subject)}"
        some = f"{number(filled)} of {rows} {agree('has|have', filled)}" if filled else f"None of {rows} has"
        return Numbers(
            said=f"{some} a value in {name}"
            if scope
            else f"{subject.dataset} has no rows{filtered(subject)}",
            n_scope=scope,
            n_applicable=scope,
            measure=float(filled),
            details={"nulls": scope - filled},
            outside=filled == 0,
            expected="at least 1",
        )

    return Measurement(
        read=read,
        aggregates={"scope": count(), "filled": count_if(not_null(column(name)))},
        evidence=Evidence(lambda: failing_rows(subject, null(column(name)), (name,)), (name,)),
    )


AT_LEAST_ONE = Check(
    name="at_least_one",
    summary="At least one row has a value in the column.",
    about="column",
    parameters=NotNull,
    measure=measure_at_least_one,
    on_empty="fail",
    counts="",
    unit="rows",
    example="{node: load, check: at_least_one, column: remark}",
    notes=("`warn` and `fail` compare the number of rows with a value.",),
)
