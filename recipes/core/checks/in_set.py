"""in_set and not_in_set: every value is one of a set, or none of it."""

from __future__ import annotations

from sqlglot import exp

from recipes.core.checks.base import Check, Evidence, Measurement, Numbers, Subject, Values
from recipes.core.checks.groups.shape import COPIES, groups_of
from recipes.core.checks.members import Members, literals, looked_at, reference_column, reference_rows
from recipes.core.checks.rows import RowRule, failing_rows, offending_values, row_finding, row_rule
from recipes.core.checks.tree import (
    Condition,
    column,
    count,
    count_if,
    derived,
    either,
    every,
    not_null,
    null,
    select,
    total,
)

KEY = "a known value"  # holds blanks, so that it is no column of the dataset
COUNTS = ("scope", "nulls", "failing", "entries", "null_entries")


def measure_in(subject: Subject) -> Measurement:
    """Count the values that are not in the set."""
    return _measure(subject, listed=True)


def measure_not_in(subject: Subject) -> Measurement:
    """Count the values that are in the set."""
    return _measure(subject, listed=False)


def _measure(subject: Subject, *, listed: bool) -> Measurement:
    params: Members = subject.params
    return _in_reference(subject, listed) if params.of else row_rule(subject, _in_list(subject, listed))


def _words(subject: Subject, listed: bool) -> tuple[str, str]:
    """Return what rows do that keep the rule, and what those do that break it."""
    params: Members = subject.params
    name = subject.column(params.column).name
    inside, outside = f"from {params.in_words()}", f"that is not in {params.in_words()}"
    return (
        f"has|have a value in {name} {inside if listed else outside}",
        f"has|have a value in {name} {outside if listed else inside}",
    )


def _in_list(subject: Subject, listed: bool) -> RowRule:
    """Return the rule for a list. NULL is left out of it: NOT IN with a NULL would be true of nothing."""
    params: Members = subject.params
    found = subject.column(params.column)
    operand = column(found.name)
    given = literals(params, found)
    inside = looked_at(params, found)
    member: Condition = exp.In(this=inside, expressions=given) if given else exp.false()
    violated: Condition = every([not_null(operand), exp.not_(member) if listed else member]) or member
    if subject.nulls == "fail" or (subject.nulls == "value" and (None in params.values) is not listed):
        violated = either(null(operand), violated)
    kept, broken = _words(subject, listed)
    return RowRule(
        columns=(found.name,),
        violated=violated,
        kept=kept,
        broken=broken,
        judged=not_null(operand) if subject.nulls == "ignore" else None,
        extra={"nulls": null(operand)},
        count_values=True,
    )


def _in_reference(subject: Subject, listed: bool) -> Measurement:
    """Look every different value up in the other dataset, by one join with its different values.

    NULL takes no part in it: beside one, NOT IN would find nothing, and a join that matches NULLs is slow on PostgreSQL.
    """
    params: Members = subject.params
    here, there = subject.column(params.column), reference_column(subject)
    key = looked_at(params, there, "set")
    known = reference_rows(subject, [exp.alias_(key, KEY, quoted=True)], "set", not_null(key)).distinct(
        copy=False
    )
    found = column(KEY, "known")
    wrong = every([not_null(column(here.name, "given")), null(found) if listed else not_null(found)])
    copies = column(COPIES, "given")
    counts = select(
        {
            "scope": total(copies),
            "nulls": total(copies, null(column(here.name, "given"))),
            "failing": total(copies, wrong),
        },
        derived(groups_of(subject, [here.name]), "given"),
    ).join(
        derived(known, "known"),
        on=exp.EQ(this=found.copy(), expression=looked_at(params, here, "given")),
        join_type="left",
        copy=False,
    )
    entries = {"entries": count(), "null_entries": count_if(null(column(there.name, "set")))}
    shown = [exp.alias_(value, name, quoted=True) for name, value in entries.items()]
    statement = select([column(name) for name in COUNTS], derived(counts, "counts")).join(
        derived(reference_rows(subject, shown, "set"), "all_entries"), join_type="cross", copy=False
    )
    return Measurement(read=lambda values: _read(subject, listed, values), statement=statement)


def _read(subject: Subject, listed: bool, values: Values) -> Numbers:
    params: Members = subject.params
    name = subject.column(params.column).name
    scope, nulls, known, entries, null_entries = (int(values[part]) for part in COUNTS)
    nulls_fail = subject.nulls == "fail" or (subject.nulls == "value" and (null_entries > 0) is not listed)
    failing = known + (nulls if nulls_fail else 0)
    applicable = scope - nulls if subject.nulls == "ignore" else scope
    empty = listed and entries == 0 and applicable > 0
    said = row_finding(
        subject, RowRule((name,), exp.false(), *_words(subject, listed)), scope, applicable, failing
    )
    if empty:
        said = f"{params.reference} has no rows that count, so {said[:1].lower()}{said[1:]}"
    return Numbers(
        said=said,
        n_scope=scope,
        n_applicable=applicable,
        n_fail=failing,
        details={"nulls": nulls, "entries": entries},
        outside=empty,
        expected=f"{params.reference} to have rows" if empty else "",
        evidence=_evidence(subject, listed, name, nulls_fail and nulls > 0),
    )


def _evidence(subject: Subject, listed: bool, name: str, nulls_too: bool) -> Evidence:
    """Return how to fetch failing rows by [NOT] EXISTS, and those without a value where they fail too."""
    params: Members = subject.params
    own = subject.dataset.rpartition(".")[2]
    here, there = subject.column(name), reference_column(subject)
    equal = exp.EQ(this=looked_at(params, there, "set"), expression=looked_at(params, here, own))
    exists: Condition = exp.Exists(this=reference_rows(subject, [exp.Literal.number(1)], "set", equal))
    wrong = every([not_null(column(name, own)), exp.not_(exists) if listed else exists]) or exists

    def rows() -> exp.Query:
        if not nulls_too:
            return failing_rows(subject, wrong, (name,))
        sides = [subject.rows(*subject.every_column(), also=also) for also in (wrong, null(column(name)))]
        return exp.union(*sides, distinct=False, copy=False)

    return Evidence(rows, (name,), lambda: offending_values(subject, wrong, (name,)))


IN_SET = Check(
    name="in_set",
    summary="Every value of the column is one of a list, or of a column of another dataset.",
    about="column",
    parameters=Members,
    measure=measure_in,
    nulls=("ignore", "fail", "value"),
    fail="> 0",
    conditions=("of_where",),
    example="{node: clean, check: in_set, column: status, values: [landed, diverted, cancelled]}",
    notes=(
        "With `nulls: value` NULL is right where the list holds null, or the other dataset a NULL.",
        "If the other dataset is empty the test fails, whatever its limits.",
    ),
)
NOT_IN_SET = Check(
    name="not_in_set",
    summary="No value of the column is one of a list, or of a column of another dataset.",
    about="column",
    parameters=Members,
    measure=measure_not_in,
    nulls=("ignore", "fail", "value"),
    fail="> 0",
    conditions=("of_where",),
    example="{node: clean, check: not_in_set, column: carrier, values: [XX, TEST], ignore_case: true}",
)
