"""The common shape of rules about single rows: which rows can be judged, which break the rule, and how to say it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlglot import exp

from recipes.core.checks.base import Evidence, Measurement, Numbers, Subject, Values
from recipes.core.checks.tree import Condition, column, count, count_if
from recipes.core.checks.words import agree, counted, cut, number

ROWS = "rows with it"  # holds blanks, so that it is no column of the dataset
FILTER = 80  # characters of a row filter that a sentence shows


@dataclass(frozen=True)
class RowRule:
    """A rule about rows. `kept` and `broken` are what rows do, with verbs by number ("has|have no origin").

    `judged` is None where every row can be judged. `extra` are further counts for the details.
    """

    columns: tuple[str, ...]
    violated: Condition
    kept: str
    broken: str
    judged: Condition | None = None
    extra: Mapping[str, Condition] = field(default_factory=dict)
    count_values: bool = False  # whether the offending values are counted for the details


def row_rule(subject: Subject, rule: RowRule) -> Measurement:
    """Return how to measure a rule about rows in the shared scan."""
    aggregates: dict[str, exp.Expr] = {"scope": count(), "failing": count_if(rule.violated)}
    if rule.judged is not None:
        aggregates["applicable"] = count_if(rule.judged)
    for name, condition in rule.extra.items():
        aggregates[f"extra_{name}"] = count_if(condition)

    def read(values: Values) -> Numbers:
        scope = int(values["scope"])
        applicable = int(values.get("applicable", scope))
        failing = int(values["failing"])
        extra = {name: int(values[f"extra_{name}"]) for name in rule.extra}
        return Numbers(
            said=row_finding(subject, rule, scope, applicable, failing),
            n_scope=scope,
            n_applicable=applicable,
            n_fail=failing,
            details={name: value for name, value in extra.items() if value},
        )

    evidence = Evidence(
        rows=lambda: failing_rows(subject, rule.violated, rule.columns),
        columns=rule.columns,
        groups=(lambda: offending_values(subject, rule.violated, rule.columns))
        if rule.count_values
        else None,
        in_rows=True,
    )
    return Measurement(read=read, aggregates=aggregates, evidence=evidence)


def row_finding(subject: Subject, rule: RowRule, scope: int, applicable: int, failing: int) -> str:
    """Return the finding: "31 of 224 rows of flights.clean have no origin"."""
    if applicable == 0:
        return nothing_to_judge(subject, scope, rule.columns)
    rows = f"of {subject.dataset}{filtered(subject)}"
    if failing == 0:
        start = f"The one row {rows}" if applicable == 1 else f"All {number(applicable)} rows {rows}"
        return f"{start} {agree(rule.kept, applicable)}"
    if applicable == failing == 1:
        return f"The one row {rows} {agree(rule.broken, 1)}"
    return f"{number(failing)} of {counted(applicable, 'row')} {rows} {agree(rule.broken, failing)}"


def nothing_to_judge(subject: Subject, scope: int, columns: tuple[str, ...]) -> str:
    """Return the words for no row at all, or for rows that hold nothing in the columns."""
    if scope == 0:
        return f"{subject.dataset} has no rows{filtered(subject)}"
    what = f"the {counted(scope, 'row')} of {subject.dataset}{filtered(subject)}"
    return f"None of {what} can be judged, for want of values in {', '.join(columns) or 'the columns of the rule'}"


def filtered(subject: Subject) -> str:
    """Return the row filter in words, cut where it is long, or nothing."""
    return f" where {cut(subject.where_in_words, FILTER)}" if subject.where is not None else ""


def failing_rows(subject: Subject, violated: Condition, columns: tuple[str, ...]) -> exp.Select:
    """Return the statement for whole rows that break a rule, ordered by the offending columns, then the others."""
    from_rows = subject.rows(*subject.every_column(), also=violated)
    order = subject.order(columns)
    return from_rows.order_by(*order, copy=False) if order else from_rows


def offending_values(subject: Subject, violated: Condition, names: tuple[str, ...]) -> exp.Select:
    """Return the statement for the offending values with the number of their rows, most rows first."""
    columns = [column(name) for name in names]
    found = subject.rows(*columns, exp.alias_(count(), ROWS, quoted=True), also=violated)
    found = found.group_by(*(name.copy() for name in columns), copy=False)
    most = exp.Ordered(this=column(ROWS), desc=True, nulls_first=False)
    return found.order_by(most, *(name.copy() for name in columns), copy=False)
