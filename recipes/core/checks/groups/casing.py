"""casing_consistent: no two values of a column differ in capitals only."""

from __future__ import annotations

from sqlglot import exp

from recipes.core.checks.base import (
    CannotMeasureError,
    Check,
    Evidence,
    Measurement,
    Numbers,
    Subject,
    Values,
)
from recipes.core.checks.families import Family, family
from recipes.core.checks.folding import folded
from recipes.core.checks.groups.shape import COPIES, groups_of
from recipes.core.checks.not_null import NotNull
from recipes.core.checks.rows import filtered, nothing_to_judge
from recipes.core.checks.tree import (
    Condition,
    column,
    count,
    count_if,
    derived,
    not_null,
    null,
    select,
    total,
)
from recipes.core.checks.words import agree, counted, number

KEY, SPELLINGS, WORD_ROWS = "in small letters", "spellings of it", "rows of it"


def measure(subject: Subject) -> Measurement:
    """Count the values that are only another spelling of one: distinct(c) − distinct(lower(c))."""
    found = subject.column(subject.params.column)
    if family(found.type) is not Family.TEXT:
        raise CannotMeasureError(f"casing_consistent needs a text column; {found.name} is {found.type}.")
    name = found.name
    words = derived(_words(subject, name), "words")
    known = not_null(column(KEY))
    statement = select(
        {
            "scope": total(column(WORD_ROWS)),
            "nulls": total(column(WORD_ROWS), null(column(KEY))),
            "spellings": total(column(SPELLINGS), known),
            "words": count_if(known),
        },
        words,
    )
    evidence = Evidence(
        rows=lambda: _rows(subject, name), columns=(name,), groups=lambda: _spellings(subject, name)
    )
    return Measurement(
        read=lambda values: _read(subject, name, values), statement=statement, evidence=evidence
    )


def _words(subject: Subject, name: str) -> exp.Select:
    """Return each word in small letters with the number of its spellings and rows."""
    key = folded(column(name))
    shown = {KEY: key, SPELLINGS: count(), WORD_ROWS: total(column(COPIES))}
    found = select(shown, derived(groups_of(subject, [name]), "spelt"))
    return found.group_by(key.copy(), copy=False)


def _several(subject: Subject, name: str) -> Condition:
    """Return the condition that a value has more than one spelling; its list holds no NULL."""
    several = derived(_words(subject, name), "several")
    more = exp.and_(exp.GT(this=column(SPELLINGS), expression=exp.Literal.number(1)), not_null(column(KEY)))
    return exp.In(this=folded(column(name)), query=select([column(KEY)], several, more).subquery())


def _rows(subject: Subject, name: str) -> exp.Select:
    found = subject.rows(*subject.every_column(), also=_several(subject, name))
    return found.order_by(folded(column(name)), *subject.order((name,)), copy=False)


def _spellings(subject: Subject, name: str) -> exp.Select:
    found = groups_of(subject, [name], _several(subject, name))
    most = exp.Ordered(this=column(COPIES), desc=True)
    return found.order_by(folded(column(name)), most, column(name), copy=False)


def _read(subject: Subject, name: str, values: Values) -> Numbers:
    scope, nulls = int(values["scope"]), int(values["nulls"])
    spellings, words = int(values["spellings"]), int(values["words"])
    excess = spellings - words
    where = f"of {name} in {subject.dataset}{filtered(subject)}"
    if spellings == 0:
        said = nothing_to_judge(subject, scope, (name,))
    elif excess == 0:
        said = f"The {counted(spellings, 'value')} {where} {agree('differs|differ', spellings)} in more than capitals"
    else:
        said = (
            f"{number(excess)} of {counted(spellings, 'value')} {where}"
            f" {agree('differs|differ', excess)} from another one in capitals only"
        )
    return Numbers(
        said=said,
        n_scope=scope,
        n_applicable=spellings,
        n_fail=excess,
        unit="values",
        details={"words": words} | ({"nulls": nulls} if nulls else {}),
    )


CHECK = Check(
    name="casing_consistent",
    summary="No two values of the column differ in capitals only.",
    about="column",
    parameters=NotNull,
    measure=measure,
    nulls=("ignore",),
    fail="> 0",
    counts="values",
    example="{node: clean, check: casing_consistent, column: city}",
    notes=(
        "Failing values are different spellings minus different words: Paris, PARIS and Rome are 3 − 2 = 1.",
        "Capitals are those of the Latin, Greek and Cyrillic scripts that have one small letter, in every store.",
    ),
)
