"""log_pattern: no message of a component has a form that means trouble, or one that means success is there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from pydantic import Field, field_validator
from sqlglot import exp

from kitchens.core.stores.base import Session
from recipes.core.checks.base import Check, Measurement, Numbers, Subject
from recipes.core.checks.patterns import portable
from recipes.core.checks.told.asking import (
    LONGEST_LINE,
    MOST_LINES,
    Ask,
    Line,
    OfComponent,
    Told,
    asked,
    nobody_asked,
    told_to,
    window,
)
from recipes.core.checks.tree import sql_of
from recipes.core.checks.words import counted, cut

SHOWN = 60  # characters of a pattern in a sentence
BATCH = 150  # lines in one statement: even if all were quotes they would be short enough for a store


class LogPattern(OfComponent):
    """A component of another tool, and a form of its messages."""

    pattern: str
    """A regular expression that is looked for anywhere in a message"""
    expect: Literal["absent", "present"] = "absent"
    """Whether no message may have that form, or at least one must"""
    ignore_case: bool = Field(default=False)
    """Whether capitals and small letters are the same"""
    level: Literal["", "DEBUG", "INFO", "WARNING", "ERROR"] = ""
    """Only messages of that level"""

    @field_validator("pattern")
    @classmethod
    def _portable(cls, pattern: str) -> str:
        if "{{" not in pattern:
            portable(pattern)
        return pattern

    def ask(self) -> Ask:
        return asked(self, "messages")


def measure(subject: Subject) -> Measurement:
    """Count the messages of that form; the store matches them, for its patterns take no more time than lines are long."""
    return Measurement(ask=lambda session: _read(subject, session))


def _read(subject: Subject, session: Session) -> Numbers:
    params: LogPattern = subject.params
    told = told_to(subject)
    if told.hermetic:
        return nobody_asked(params.component)
    lines = [line for line in told.lines if not params.level or line.level == params.level]
    found = [lines[place] for place in _matching(lines, params, session)]
    absent = params.expect == "absent"
    shown = cut(params.pattern, SHOWN)
    of = f"{counted(len(lines), 'message')} of {params.component} in {window(params)}"
    verb = "has" if len(found) == 1 else "have"
    return Numbers(
        said=f"{len(found):,} of {of} {verb} the form {shown}{_capped(told)}",
        n_scope=max(len(lines), 1),
        n_applicable=max(len(lines), 1),
        n_fail=len(found) if absent else int(not found),
        unit="messages",
        details={"messages": len(lines), "of that form": len(found)},
        expected="" if absent else f"at least one message of the form {shown}",
        found=[{"at": line.at.isoformat(), "level": line.level, "message": line.text} for line in found]
        if absent
        else (),
    )


def _capped(told: Told) -> str:
    return f"; older ones than the newest {MOST_LINES} are not looked at" if told.more else ""


def _matching(lines: Sequence[Line], params: LogPattern, session: Session) -> list[int]:
    """Return the places of the lines that have the form. A query for each batch of lines."""
    form = exp.Literal.string(portable(params.pattern, ignore_case=params.ignore_case))
    names = exp.TableAlias(
        this=exp.to_identifier("lines"), columns=[*map(exp.to_identifier, ("place", "line"))]
    )
    matches = exp.RegexpLike(this=exp.column("line", "lines"), expression=form)
    found: list[int] = []
    for start in range(0, len(lines), BATCH):
        rows = [
            exp.Tuple(
                expressions=[exp.Literal.number(start + place), exp.Literal.string(line.text[:LONGEST_LINE])]
            )
            for place, line in enumerate(lines[start : start + BATCH])
        ]
        values = exp.Values(expressions=rows, alias=names.copy())
        statement = exp.select(exp.column("place", "lines")).from_(values).where(matches).order_by("place")
        found += [int(row[0]) for row in session.query(sql_of(statement)).rows]
    return found


CHECK = Check(
    name="log_pattern",
    summary="No message of a component of another tool has a form that means trouble, or one that means success is there.",
    about="dataset",
    parameters=LogPattern,
    measure=measure,
    on_empty="compare",
    fail="> 0",
    counts="messages",
    takes_where=False,
    needs_dataset=False,
    example="{node: load, check: log_pattern, component: orders_daily, pattern: 'rejected [0-9]+ rows'}",
    notes=(
        f"It looks at the newest {MOST_LINES} `message-log` events (docs/events.md) of the component, at the first"
        f" {LONGEST_LINE} characters of each. The pattern follows the rules of matches.",
        "Messages may hold anything, so they are those of components that the recipe's own domain has claimed.",
    ),
)
