"""row_expression: a condition over the columns of a row holds in every row."""

from __future__ import annotations

from sqlglot import exp
from sqlglot.optimizer.annotate_types import annotate_types

from recipes.core.checks.base import CannotMeasureError, Check, Columns, Measurement, Parameters, Subject
from recipes.core.checks.conditions import bind_columns, parse_condition
from recipes.core.checks.families import Family, family
from recipes.core.checks.rows import RowRule, row_rule
from recipes.core.checks.tree import Condition, in_words, not_null, null
from recipes.core.checks.words import cut

SHOWN = 120  # characters of an expression that a sentence shows


class RowExpression(Parameters):
    """What holds in every row."""

    expression: str
    """An SQL condition over the columns of one row, without SELECT and aggregates"""


def measure(subject: Subject) -> Measurement:
    """Count the rows in which the expression is false; with `nulls: fail` also those in which it is unknown."""
    parsed = parse_condition(subject.params.expression, subject.context.dialect, "expression")
    rule = bind_columns(parsed, subject.columns, subject.dataset)
    must_be_boolean(parsed, subject.columns)
    violated: Condition = exp.not_(exp.paren(rule.copy()))
    if subject.nulls == "fail":
        violated = exp.not_(exp.Is(this=exp.paren(rule.copy()), expression=exp.true()))
    names = tuple(dict.fromkeys(found.name for found in rule.find_all(exp.Column)))
    shown = cut(in_words(parsed), SHOWN)
    unknown = null(exp.paren(rule.copy()))
    return row_rule(
        subject,
        RowRule(
            columns=names,
            violated=violated,
            judged=not_null(exp.paren(rule.copy())) if subject.nulls == "ignore" else None,
            kept=f"keeps|keep the rule {shown}",
            broken=f"breaks|break the rule {shown}",
            extra={"unknown": unknown},
        ),
    )


def must_be_boolean(parsed: exp.Expr, columns: Columns) -> None:
    """Refuse what is not true or false: one store would take a number for a condition, the other would not."""
    tree = parsed.copy()
    bare = tree.unnest()
    by_lower = {name.lower(): column for name, column in columns.items()}
    if isinstance(bare, exp.Column):
        found = columns.get(bare.name) or by_lower.get(bare.name.lower())
        is_boolean = found is None or family(found.type) is Family.BOOLEAN
    else:
        typed = tree.transform(lambda node: _typed(node, by_lower))
        kind = annotate_types(typed, dialect="duckdb").type
        is_boolean = kind is not None and kind.is_type(exp.DataType.Type.BOOLEAN, exp.DataType.Type.UNKNOWN)
    if not is_boolean:
        raise CannotMeasureError(
            f"expression must be true or false in every row; “{cut(in_words(parsed), SHOWN)}” is neither."
        )


def _typed(node: exp.Expr, by_lower: Columns) -> exp.Expr:
    """Return a column as a NULL of its type, which is all that types are worked out from."""
    if isinstance(node, exp.Column) and (found := by_lower.get(node.name.lower())):
        return exp.cast(exp.Null(), exp.DataType.build(found.type, dialect="duckdb"))
    return node


CHECK = Check(
    name="row_expression",
    summary="An SQL condition over the columns of a row holds in every row.",
    about="dataset",
    parameters=RowExpression,
    measure=measure,
    nulls=("ignore", "fail"),
    fail="> 0",
    conditions=("expression",),
    example="{node: clean, check: row_expression, expression: landed_at >= left_at}",
    notes=(
        "Where the outcome is unknown (a NULL takes part) the row is not judged; with `nulls: fail` it fails.",
        "Division by 0 is unknown, in both stores.",
    ),
)
