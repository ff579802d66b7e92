"""sql_failing_rows: a SELECT of the author's finds no wrong row."""

from __future__ import annotations

from pydantic import model_validator
from sqlglot import exp
from sqlglot.optimizer.scope import traverse_scope

from recipes.core.checks.base import (
    Check,
    Evidence,
    Measurement,
    Numbers,
    Parameters,
    Subject,
)
from recipes.core.checks.statements import select_of
from recipes.core.checks.tree import column, count, derived, select, table
from recipes.core.checks.words import counted


class SqlFailingRows(Parameters):
    """A SELECT that finds wrong rows."""

    sql: str = ""
    """The SELECT, or"""
    file: str = ""
    """the file of the recipe that holds it"""

    @model_validator(mode="after")
    def _one_of_both(self) -> SqlFailingRows:
        if bool(self.sql.strip()) == bool(self.file):
            raise ValueError("give either sql or file.")
        return self


def measure(subject: Subject) -> Measurement:
    """Count the rows the SELECT finds, and the rows of the dataset they were looked for in."""
    query = select_of(subject, "sql", subject.params.sql, subject.params.file)
    source = subject.dataset or _first_table(query)
    wrong = derived(select({"failing": count()}, derived(query.copy(), "found")), "wrong")
    if source:
        rows = derived(select({"scope": count()}, table(source)), "looked_at")
        statement = select([column("failing"), column("scope")], wrong).join(
            rows, join_type="cross", copy=False
        )
    else:
        statement = select([column("failing"), exp.alias_(column("failing"), "scope", quoted=True)], wrong)

    def read(values: object) -> Numbers:
        assert isinstance(values, dict)  # noqa: S101
        failing, scope = int(values["failing"]), int(values["scope"])
        return Numbers(
            said=_said(source, failing, scope),
            n_scope=scope,
            n_applicable=max(scope, failing),
            n_fail=failing,
        )

    return Measurement(read=read, statement=statement, evidence=Evidence(lambda: query))


def _said(source: str, failing: int, scope: int) -> str:
    within = f" among the {counted(scope, 'row')} of {source}" if source else ""
    if failing:
        return f"The SQL finds {counted(failing, 'failing row')}{within}"
    if scope == 0:
        return f"{source or 'What the SQL reads'} has no rows"
    return f"The SQL finds no failing row{within}"


def _first_table(query: exp.Query) -> str:
    """Return the dataset the SELECT reads first, where one can be told."""
    for scope in traverse_scope(query):
        for source in scope.tables:
            if source.db:
                return f"{source.db}.{source.name}"
    return ""


CHECK = Check(
    name="sql_failing_rows",
    summary="A SELECT that looks for wrong rows finds none.",
    about="dataset",
    parameters=SqlFailingRows,
    measure=measure,
    fail="> 0",
    statements=("sql",),
    takes_where=False,
    needs_dataset=False,
    example="{node: clean, check: sql_failing_rows, file: overlapping_flights.sql}",
    notes=(
        "No row found passes only where there was something to look at: if the test's dataset (or, without one, the"
        " first that the SQL reads) is empty, `on_empty` decides.",
        "Shares in percent are of the rows of that dataset.",
    ),
)
