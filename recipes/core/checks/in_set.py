"""in_set and not_in_set: every value is one of a set, or none of it."""

from __future__ import annotations

from sqlglot import exp

from recipes.core.checks.base import Check, Evidence, Measurement, Numbers, Subject, Values
from recipes.core.checks.groups.shape import COPIES, groups_of
from recipes.core.checks.members import Members, literals, looked_at, reference_column, reference_rows
from recipes.core.checks.rows import RowRule, failing_rows, offending_values, row_finding, row_rule
from recipes.core.checks.tree import Condition, column, derived, either, every, not_null, null, select, total

KNOWN, ENTRIES = "is known", "entries of the set"


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
    """Look every different value up in the other dataset, by EXISTS: NOT IN would find nothing beside one NULL."""
    name = subject.column(subject.params.column).name
    values = derived(groups_of(subject, [name]), "given")
    shown = {name: column(name, "given"), COPIES: column(COPIES, "given"), KNOWN: _exists(subject, "given")}
    looked_up = derived(select(shown, values), "looked_up")
    wrong = _violated(subject, name, column(KNOWN), listed)
    counts = select(
        {
            "scope": total(column(COPIES)),
            "nulls": total(column(COPIES), null(column(name))),
            "failing": total(column(COPIES), wrong),
        },
        looked_up,
    )
    entries = derived(
        reference_rows(
            subject, [exp.alias_(exp.Count(this=exp.Star(), big_int=True), ENTRIES, quoted=True)], "set"
        ),
        "entries",
    )
    statement = select(
        [column(part) for part in ("scope", "nulls", "failing", ENTRIES)], derived(counts, "counts")
    )
    evidence = Evidence(
        rows=lambda: _rows(subject, listed), columns=(name,), groups=lambda: _values(subject, listed)
    )
    return Measurement(
        read=lambda found: _read(subject, listed, found),
        statement=statement.join(entries, join_type="cross", copy=False),
        evidence=evidence,
    )


def _exists(subject: Subject, alias: str) -> Condition:
    """Return the condition that the other dataset holds the value of the row."""
    params: Members = subject.params
    here, there = subject.column(params.column), reference_column(subject)
    same = exp.NullSafeEQ if subject.nulls == "value" else exp.EQ
    equal = same(this=looked_at(params, there, "set"), expression=looked_at(params, here, alias))
    return exp.Exists(this=reference_rows(subject, [exp.Literal.number(1)], "set", equal))


def _violated(subject: Subject, name: str, known: Condition, listed: bool, of: str = "") -> Condition:
    wrong: Condition = exp.not_(known.copy()) if listed else known.copy()
    if subject.nulls == "value":
        return wrong
    judged = every([not_null(column(name, of)), wrong]) or wrong
    return either(null(column(name, of)), judged) if subject.nulls == "fail" else judged


def _rows(subject: Subject, listed: bool) -> exp.Select:
    return failing_rows(subject, *_failing(subject, listed))


def _values(subject: Subject, listed: bool) -> exp.Select:
    return offending_values(subject, *_failing(subject, listed))


def _failing(subject: Subject, listed: bool) -> tuple[Condition, tuple[str, ...]]:
    name = subject.column(subject.params.column).name
    own = subject.dataset.rpartition(".")[2]
    return _violated(subject, name, _exists(subject, own), listed, own), (name,)


def _read(subject: Subject, listed: bool, values: Values) -> Numbers:
    params: Members = subject.params
    name = subject.column(params.column).name
    scope, nulls, failing = (int(values[part]) for part in ("scope", "nulls", "failing"))
    applicable = scope - nulls if subject.nulls == "ignore" else scope
    entries = int(values[ENTRIES])
    empty = listed and entries == 0 and applicable > 0
    kept, broken = _words(subject, listed)
    rule = RowRule((name,), exp.false(), kept, broken)
    said = row_finding(subject, rule, scope, applicable, failing)
    return Numbers(
        said=f"{params.reference} has no rows that count, so {said[:1].lower()}{said[1:]}" if empty else said,
        n_scope=scope,
        n_applicable=applicable,
        n_fail=failing,
        details={"nulls": nulls, "entries": entries},
        outside=empty,
        expected=f"{params.reference} to have rows" if empty else "",
    )


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
