"""python_check: a file of the recipe with `def check(context)` judges the data."""

from __future__ import annotations

import math
from collections.abc import Mapping
from numbers import Integral, Real
from typing import Any

from pydantic import Field, model_validator

from kitchens.core.stores.base import Session
from recipes.core.checks.base import CannotMeasureError, Check, Measurement, Numbers, Parameters, Subject
from recipes.core.checks.bounds import between, bounds_in_words
from recipes.core.checks.own.program import CheckedData, Found, ProgramError, call
from recipes.core.checks.words import counted, cut, near, number

SAID = 200


class PythonCheck(Parameters):
    """A Python file, what it reads, and what it is given."""

    file: str
    """The file of the recipe, with def check(context)"""
    reads: list[str] = []
    """Datasets it reads besides the one of the test"""
    given: dict[str, Any] = {}
    """What the file finds as context.given"""
    min: float | None = Field(default=None, allow_inf_nan=False)
    """Least measure, where it answers with one"""
    max: float | None = Field(default=None, allow_inf_nan=False)
    """Greatest measure, where it answers with one"""

    @model_validator(mode="after")
    def _in_order(self) -> PythonCheck:
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError(f"min ({number(self.min)}) is above max ({number(self.max)}): nothing can pass.")
        return self

    def datasets(self) -> frozenset[str]:
        return frozenset(self.reads)


def measure(subject: Subject) -> Measurement:
    """Call the author's function on the session of the node; what it raises is an error, never a pass."""
    params: PythonCheck = subject.params
    files = subject.context.files
    if params.file not in files:
        raise CannotMeasureError(f"The recipe has no file {params.file}.{near(params.file, files)}")
    return Measurement(ask=lambda session: _ask(subject, session))


def _ask(subject: Subject, session: Session) -> Numbers:
    params: PythonCheck = subject.params
    context = subject.context
    data = CheckedData(session, context, (subject.dataset, *params.reads), params.given)
    try:
        found = _found(params.file, call(params.file, context.files[params.file], data, context))
    except ProgramError as wrong:
        raise CannotMeasureError(str(wrong)) from wrong
    return _failing(params, found) if found.failing is not None else _measured(subject, found)


def _found(file: str, answer: object) -> Found:
    """Return an answer as what was found; ProgramError where it is none."""
    if isinstance(answer, bool):
        return Found(failing=int(not answer))
    if isinstance(answer, Integral):
        answer = Found(failing=int(answer), of=max(1, int(answer)))
    if not isinstance(answer, Found):
        raise ProgramError(
            f"check in {file} answered {cut(repr(answer), 60)}. Return a whole number of failing rows, True or False,"
            " context.failing(count, of) or context.measured(number)."
        )
    _demand_count(file, "of", answer.of)
    if answer.failing is not None:
        _demand_count(file, "failing", answer.failing)
    elif not isinstance(answer.measure, Real) or not math.isfinite(answer.measure):
        raise ProgramError(
            f"check in {file} measured {cut(repr(answer.measure), 60)}, which is no finite number."
        )
    if not all(isinstance(row, Mapping) for row in answer.rows):
        raise ProgramError(f"check in {file} gave rows that are no dictionaries.")
    return answer


def _demand_count(file: str, name: str, value: object) -> None:
    if not isinstance(value, Integral) or isinstance(value, bool) or value < 0:
        raise ProgramError(
            f"check in {file} gave {name} as {cut(repr(value), 60)}, which is no number of rows."
        )


def _failing(params: PythonCheck, found: Found) -> Numbers:
    failing = int(found.failing or 0)
    rows = max(int(found.of), failing)
    said = f"{params.file} finds {counted(failing, 'failing row') if failing else 'nothing wrong'}"
    return Numbers(
        said=_sentence(found) or (f"{said} among {number(rows)}" if rows > 1 else said),
        n_scope=rows,
        n_applicable=rows,
        n_fail=failing,
        unit=found.unit or "rows",
        found=found.rows,
    )


def _measured(subject: Subject, found: Found) -> Numbers:
    """Without `warn` and `fail` the bounds alone decide; with them they compare the measure."""
    params: PythonCheck = subject.params
    value = float(found.measure or 0)
    limited = bool(subject.test.warn or subject.test.fail)
    expected = bounds_in_words(params.min, params.max)
    if not limited and not expected:
        raise CannotMeasureError(
            f"{params.file} answers with a measure: the test needs min, max, warn or fail."
        )
    outside = not between(value, params.min, params.max)
    said = _sentence(found) or f"{params.file} measures {number(value)} {found.unit}".rstrip()
    if limited:
        return Numbers(
            said,
            found.of,
            found.of,
            measure=value,
            unit=found.unit,
            outside=outside,
            expected=expected,
            found=found.rows,
        )
    shown = f"{said} (expected {expected})"
    return Numbers(
        shown,
        found.of,
        1,
        n_fail=int(outside),
        measure=value,
        unit=found.unit,
        expected=expected,
        found=found.rows,
    )


def _sentence(found: Found) -> str:
    return cut(" ".join(str(found.said).split()), SAID).rstrip(".")


CHECK = Check(
    name="python_check",
    summary="A function in Python judges the data.",
    about="dataset",
    parameters=PythonCheck,
    measure=measure,
    fail="> 0",
    programs=("file",),
    runs_code=True,
    takes_where=False,
    needs_dataset=False,
    example="{node: clean, check: python_check, file: check.py, reads: [reference.airports], given: {farthest: 20000}}",
    notes=(
        "The file has `def check(context)`. It reads by `context.read()` (the dataset of the test),"
        " `context.read(name)` and `context.query(sql)`, and finds `context.given`, `context.values`, `context.as_of`,"
        " `context.dataset` and `context.log(…)`. It writes nothing.",
        "It returns a number of failing rows, True or False, `context.failing(count, of=rows, said=…, rows=[…])`, or"
        " `context.measured(number, of=rows, unit=…, said=…, rows=[…])`, which needs `min`, `max`, `warn` or `fail`."
        " `said` is the sentence, `rows` are kept as evidence.",
        "It runs in the node's process, within its limits of time and memory, for nodes of every kind. What it raises makes"
        " the verdict error, with the line in the file; what it prints goes to the node's log, secrets masked.",
    ),
)
