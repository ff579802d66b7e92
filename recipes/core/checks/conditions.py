"""Conditions and expressions of authors: one expression without side effects, its columns those of the dataset."""

from __future__ import annotations

from collections.abc import Iterator

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from recipes.core.checks.base import CannotMeasureError, Columns
from recipes.core.checks.tree import column
from recipes.core.checks.words import cut, listed, near

# What is no expression over the row at hand, or differs from one call to the next.
STATEMENTS = (
    exp.Query,
    exp.Subquery,
    exp.Table,
    exp.Command,
    exp.DDL,
    exp.DML,
    exp.Placeholder,
    exp.Parameter,
)
AGGREGATES = (exp.AggFunc, exp.Window, exp.Star)
UNSTEADY = (
    exp.CurrentDate,
    exp.CurrentDatetime,
    exp.CurrentTime,
    exp.CurrentTimestamp,
    exp.CurrentTimestampLTZ,
    exp.CurrentUser,
    exp.CurrentSchema,
    exp.CurrentCatalog,
    exp.SessionUser,
    exp.Localtime,
    exp.Localtimestamp,
    exp.Rand,
    exp.Randn,
    exp.Uuid,
    exp.ReadCSV,
    exp.ReadParquet,
)
# Functions that sqlglot knows by no class of its own but both stores have under this name.
ALLOWED = frozenset({"LTRIM", "RTRIM", "STRPOS", "TRANSLATE"})


def parse_condition(text: str, dialect: str, what: str) -> exp.Expr:
    """Return an author's expression as a tree; CannotMeasureError with a sentence where it may not be used.

    `what` names it in the sentence ("where", "expression"). Columns are not looked at yet.
    """
    try:
        trees = sqlglot.parse(text, dialect=dialect)
    except SqlglotError as wrong:
        why = str(wrong).splitlines()[0]
        raise CannotMeasureError(f"{what} cannot be read as SQL: {cut(why, 200)}") from wrong
    if len(trees) != 1 or trees[0] is None:
        raise CannotMeasureError(f"{what} must be one SQL expression and nothing after it.")
    for fault in _refused(trees[0], what):
        raise CannotMeasureError(fault)
    return trees[0]


def bind_columns(tree: exp.Expr, columns: Columns, dataset: str) -> exp.Expr:
    """Return the tree with its columns quoted as the dataset names them; CannotMeasureError for unknown ones.

    An unquoted name is found without regard to case, as DuckDB does; PostgreSQL alone would fold it to lower case.
    Divisors of 0 become NULL, as one store would answer infinity and the other an error.
    """
    by_lower = {name.lower(): name for name in columns}

    def bound(node: exp.Expr) -> exp.Expr:
        if isinstance(node, exp.Column):
            if node.table:
                raise CannotMeasureError(
                    f"“{node.sql()}” names a table; write the columns of {dataset} without one."
                )
            found = node.name if node.name in columns else by_lower.get(node.name.lower())
            if found is None:
                raise CannotMeasureError(
                    f"{dataset} has no column {node.name}.{near(node.name, columns)} It has {listed(list(columns))}."
                )
            return column(found)
        if isinstance(node, exp.Div | exp.Mod | exp.IntDiv) and not isinstance(node.expression, exp.Nullif):
            node.set("expression", exp.Nullif(this=node.expression, expression=exp.Literal.number(0)))
        return node

    return tree.copy().transform(bound)


def unsteady(tree: exp.Expr) -> Iterator[str]:
    """Yield a sentence for everything in a tree that asks the clock, the machine or chance."""
    for node in tree.find_all(*UNSTEADY, exp.Anonymous):
        name = node.name if isinstance(node, exp.Anonymous) else node.sql(dialect="duckdb")
        if isinstance(node, exp.Anonymous) and name.upper() in ALLOWED:
            continue
        yield (
            f"uses {name.upper()}, which a test may not: it must answer the same on the same data."
            " For the time of the run use {{ as_of }}."
        )


def _refused(tree: exp.Expr, what: str) -> Iterator[str]:
    if next(tree.find_all(*STATEMENTS), None) is not None:
        yield f"{what} must be one expression over the columns of a row, without SELECT."
    if next(tree.find_all(*AGGREGATES), None) is not None:
        yield f"{what} must be about one row: it may hold no aggregate or window function."
    for fault in unsteady(tree):
        yield f"{what} {fault}"
