"""share_anomaly: the share of rows for which a condition holds is what its past lets expect."""

from __future__ import annotations

from recipes.core.checks.base import Check, Measurement, Numbers, Subject, Values
from recipes.core.checks.conditions import bind_columns, parse_condition
from recipes.core.checks.past.charts import Judged, charted, shape_of
from recipes.core.checks.past.percents import Percent
from recipes.core.checks.row_expression import SHOWN, must_be_boolean
from recipes.core.checks.rows import filtered, nothing_to_judge
from recipes.core.checks.tree import count, count_if, in_words
from recipes.core.checks.words import cut, number, percent


class ShareAnomaly(Judged):
    """A condition, and how the share of the rows that keep it is judged."""

    expression: str
    """An SQL condition over the columns of one row, such as `origin IS NULL`"""
    min_effect: Percent = 0.1
    """Least change that matters, in percentage points: less is never an alarm"""


def measure(subject: Subject) -> Measurement:
    """Count the rows for which the condition holds, and judge their share by its past; the measure is in percent."""
    parsed = parse_condition(subject.params.expression, subject.context.dialect, "expression")
    condition = bind_columns(parsed, subject.columns, subject.dataset)
    must_be_boolean(parsed, subject.columns)
    what = f"share with {shape_of(parsed)}"
    shown = cut(in_words(parsed), SHOWN)

    def read(values: Values) -> Numbers:
        rows, holding = int(values["scope"]), int(values["holding"])
        if not rows:
            return Numbers(nothing_to_judge(subject, 0, ()), 0, 0, unit="%")
        numbers = Numbers(
            said=f"For {number(holding)} of {number(rows)} rows of {subject.dataset}{filtered(subject)}"
            f" ({percent(holding, rows)}) {shown} holds",
            n_scope=rows,
            n_applicable=rows,
            measure=100.0 * holding / rows,
            unit="%",
            details={"holding": holding},
        )
        return charted(subject, numbers, what, "share")

    return Measurement(read=read, aggregates={"scope": count(), "holding": count_if(condition)})


CHECK = Check(
    name="share_anomaly",
    summary="The share of rows for which a condition holds is what its own past lets expect.",
    about="dataset",
    parameters=ShareAnomaly,
    measure=measure,
    on_empty="skip",
    counts="",
    unit="%",
    conditions=("expression",),
    history=True,
    example="{node: clean, check: share_anomaly, expression: origin IS NULL, direction: up}",
    notes=(
        "Limits come from the number of rows: a share of few rows varies more. They are binomial, as much wider as shares"
        " have varied more than chance (Laney p′), and exact where few rows are to be expected: docs/control-charts.md.",
        "A row for which the condition is unknown does not keep it.",
    ),
)
