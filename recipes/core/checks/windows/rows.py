"""The common shape of rules about rows beside those before them: a window over the rows that can be judged."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from sqlglot import exp

from kitchens.core.stores.base import Column
from recipes.core.checks.base import Evidence, Measurement, Numbers, Subject, Values
from recipes.core.checks.rows import RowRule, row_finding
from recipes.core.checks.tree import Condition, beside, column, count, count_if, derived, select


@dataclass(frozen=True)
class WindowRule:
    """Which rows are judged, what is looked up for each in those before it, and when it is wrong.

    `before` names what is looked up; names hold blanks, so that they are no column of the dataset. `extra` are
    further numbers for the details, aggregates over the judged rows. `said` adds to the sentence.
    """

    judged: Condition
    before: Mapping[str, exp.Expr]
    violated: Condition
    columns: tuple[Column, ...]
    order: tuple[exp.Expr, ...]
    kept: str
    broken: str
    extra: Mapping[str, exp.Expr] = field(default_factory=dict)
    said: Callable[[Mapping[str, int]], str] = lambda _: ""


def window_rule(subject: Subject, rule: WindowRule) -> Measurement:
    """Return how to measure such a rule: one statement, one sort of the judged rows."""
    offending = tuple(found.name for found in rule.columns)
    counted = {"applicable": count(), "failing": count_if(rule.violated), **rule.extra}
    statement = beside(
        select(
            {"scope": count()},
            derived(subject.rows(exp.alias_(exp.Literal.number(1), "one", quoted=True)), "all"),
        ),
        select(counted, derived(_looked_up(subject, rule), "judged")),
    )

    def read(values: Values) -> Numbers:
        scope, applicable, failing = (int(values[name]) for name in ("scope", "applicable", "failing"))
        extra = {name: int(values[name] or 0) for name in rule.extra}
        left_out = {"not_judged": scope - applicable, **extra}
        words = RowRule(offending, exp.false(), rule.kept, rule.broken)
        finding = row_finding(subject, words, scope, applicable, failing)
        return Numbers(
            said=f"{finding}{rule.said(extra) if applicable else ''}",
            n_scope=scope,
            n_applicable=applicable,
            n_fail=failing,
            details={name: value for name, value in left_out.items() if value},
        )

    evidence = Evidence(rows=lambda: _wrong_rows(subject, rule), columns=offending)
    return Measurement(read=read, statement=statement, evidence=evidence)


def _looked_up(subject: Subject, rule: WindowRule) -> exp.Select:
    found = [exp.alias_(value.copy(), name, quoted=True) for name, value in rule.before.items()]
    return subject.rows(*subject.every_column(), *found, also=rule.judged)


def _wrong_rows(subject: Subject, rule: WindowRule) -> exp.Select:
    shown = [*subject.every_column(), *map(column, rule.before)]
    found = select(shown, derived(_looked_up(subject, rule), "judged"), rule.violated)
    return found.order_by(*(part.copy() for part in rule.order), copy=False)
