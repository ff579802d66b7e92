"""Rules that Python decides: over the different values of a column, each fetched once with the number of its rows.

How many values are fetched, and how long they are together, is capped. Beyond that the test is an error, unless the
author asked for a sample; then the sentence says how much was looked at. It is never partial without saying so.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import md5
from typing import Any

from sqlglot import exp

from kitchens.core.stores.base import Column
from recipes.core.checks.base import CannotMeasureError, Evidence, Measurement, Numbers, Subject, Values
from recipes.core.checks.plain import GROUPS, plain
from recipes.core.checks.rows import RowRule, failing_rows, filtered, row_finding
from recipes.core.checks.tree import Condition, column, count, derived, either, null, select
from recipes.core.checks.words import counted, number

# Names of result columns; the blanks keep them apart from those of the dataset.
VALUE, ROWS, PLACE, LONG = "a value", "rows with it", "its place", "characters so far"
DIFFERENT, ALL_ROWS, TAKEN = "different values", "all rows", "is taken"
SAMPLED = (
    "each different value is judged once, by Python. With more than 100,000 different values, or 50 million"
    " characters of them, the test is an error, unless `sample: true` says to judge the most frequent ones only; the"
    " sentence then says so."
)


@dataclass(frozen=True)
class ValueRule:
    """A rule about texts. `fault_of` returns why one is wrong, in few words without the text itself, else None."""

    column: Column
    operand: exp.Expr
    fault_of: Callable[[str], str | None]
    kept: str
    broken: str
    sample: bool = False


def by_value(subject: Subject, rule: ValueRule) -> Measurement:
    """Return how to measure a rule that Python decides; costs one statement, and in Python a call for each value."""
    return Measurement(
        rows=_values(subject, rule.operand),
        read_rows=lambda rows: _read(subject, rule, rows),
    )


def _values(subject: Subject, operand: exp.Expr) -> exp.Select:
    """Return the values with the number of their rows, NULL first, then the most frequent, as far as the caps go.

    The first row is always there, and tells how many values and rows there are.
    """
    context = subject.context
    found = subject.rows(
        exp.alias_(operand.copy(), VALUE, quoted=True), exp.alias_(count(), ROWS, quoted=True)
    )
    groups = derived(found.group_by(operand.copy(), copy=False), "groups")
    order = exp.Order(
        expressions=[
            exp.Ordered(
                this=exp.case().when(null(column(VALUE)), exp.Literal.number(0)).else_(exp.Literal.number(1))
            ),
            exp.Ordered(this=column(ROWS), desc=True),
            exp.Ordered(this=column(VALUE)),
        ]
    )
    length = exp.Coalesce(this=exp.Length(this=column(VALUE)), expressions=[exp.Literal.number(0)])
    ranked = select(
        {
            VALUE: column(VALUE),
            ROWS: column(ROWS),
            PLACE: exp.Window(this=exp.RowNumber(), order=order),
            LONG: exp.Window(this=exp.Sum(this=length), order=order.copy()),
            DIFFERENT: exp.Window(this=exp.Count(this=column(VALUE), big_int=True)),
            ALL_ROWS: exp.Window(this=exp.Sum(this=column(ROWS))),
        },
        groups,
    )
    fits = exp.and_(
        exp.LTE(this=column(PLACE), expression=exp.Literal.number(context.distinct_values)),
        exp.LTE(this=column(LONG), expression=exp.Literal.number(context.distinct_characters)),
    )
    first = exp.EQ(this=column(PLACE), expression=exp.Literal.number(1))
    shown = {
        VALUE: exp.case().when(fits, column(VALUE)),
        TAKEN: fits,
        **{name: column(name) for name in (ROWS, PLACE, DIFFERENT, ALL_ROWS)},
    }
    taken = select(shown, derived(ranked, "ranked"), either(fits, first))
    return taken.order_by(column(PLACE), copy=False)


def _read(subject: Subject, rule: ValueRule, rows: Sequence[Values]) -> Numbers:
    """Judge every value that was fetched, and count the rows that hold it."""
    taken = [row for row in rows if row[TAKEN]]
    scope = int(rows[0][ALL_ROWS]) if rows else 0
    looked_at = sum(int(row[ROWS]) for row in taken)
    different = int(rows[0][DIFFERENT]) if rows else 0
    if looked_at < scope and not rule.sample:
        raise CannotMeasureError(_too_many(subject, rule, different))
    nulls = sum(int(row[ROWS]) for row in taken if row[VALUE] is None)
    wrong = [
        (str(row[VALUE]), int(row[ROWS]), fault)
        for row in taken
        if row[VALUE] is not None and (fault := rule.fault_of(str(row[VALUE]))) is not None
    ]
    failing = sum(count for _, count, _ in wrong) + (nulls if subject.nulls == "fail" else 0)
    applicable = looked_at - (nulls if subject.nulls == "ignore" else 0)
    words = RowRule((rule.column.name,), exp.false(), rule.kept, rule.broken)
    said = row_finding(subject, words, scope, applicable, failing)
    details = _details(subject, rule, wrong, nulls)
    if looked_at < scope:
        judged = sum(1 for row in taken if row[VALUE] is not None)
        said = (
            f"Of the {number(judged)} most frequent of {counted(different, 'different value')}:"
            f" {said[:1].lower()}{said[1:]}"
        )
        details |= {
            "values_judged": judged,
            "different_values": different,
            "rows_not_judged": scope - looked_at,
        }
    return Numbers(
        said=said,
        n_scope=scope,
        n_applicable=applicable,
        n_fail=failing,
        details=details,
        evidence=_evidence(subject, rule, [text for text, *_ in wrong]),
    )


def _details(
    subject: Subject, rule: ValueRule, wrong: list[tuple[str, int, str]], nulls: int
) -> dict[str, Any]:
    """Return the most frequent wrong values with what is wrong with each, and the rows by fault."""
    details: dict[str, Any] = {"nulls": nulls} if nulls else {}
    if not wrong:
        return details
    faults: dict[str, int] = {}
    for _, rows, fault in wrong:
        faults[fault] = faults.get(fault, 0) + rows
    details["faults"] = dict(sorted(faults.items(), key=lambda item: -item[1])[:GROUPS])
    details["offending"] = [
        {
            "values": {rule.column.name: plain(text, subject.context.evidence_characters)},
            "rows": rows,
            "why": fault,
        }
        for text, rows, fault in wrong[:GROUPS]
    ]
    return details


def _evidence(subject: Subject, rule: ValueRule, wrong: list[str]) -> Evidence:
    """Return how to fetch rows with the most frequent wrong values, found by their MD5: a value may be very long."""
    sums = [
        exp.Literal.string(md5(text.encode(), usedforsecurity=False).hexdigest())
        for text in wrong[: subject.context.evidence_rows]
    ]
    wanted: list[Condition] = []
    if sums:
        wanted.append(exp.In(this=exp.MD5(this=rule.operand.copy()), expressions=list(sums)))
    if subject.nulls == "fail":
        wanted.append(null(column(rule.column.name)))
    if not wanted:
        return Evidence()
    name = rule.column.name
    return Evidence(lambda: failing_rows(subject, either(*wanted), (name,)), (name,))


def _too_many(subject: Subject, rule: ValueRule, different: int) -> str:
    context = subject.context
    return (
        f"{rule.column.name} of {subject.dataset}{filtered(subject)} has {counted(different, 'different value')};"
        f" at most {number(context.distinct_values)} of them, of {number(context.distinct_characters)} characters"
        " together, are judged. Narrow the rows by where, or set sample: true to judge the most frequent ones only."
    )
