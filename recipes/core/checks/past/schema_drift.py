"""schema_drift: the columns are those of the version that was published before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from kitchens.core.stores.base import Column
from recipes.core.checks.base import Check, Measurement, Numbers, Parameters, Subject
from recipes.core.checks.words import counted, listed

Kind = Literal["added", "dropped", "retyped", "nullable", "reordered"]
ALIKE = 0.6  # of two names, from which a dropped and an added column of one type may be one that was renamed


class SchemaDrift(Parameters):
    """Which changes may be."""

    allow: list[Kind] = ["reordered"]
    """Changes that may be: `added`, `dropped`, `retyped`, `nullable`, `reordered`"""


@dataclass(frozen=True)
class Drift:
    """One change of one column, in words."""

    kind: Kind
    column: str
    said: str


def measure(subject: Subject) -> Measurement:
    """Compare the columns; asks the store nothing."""
    return Measurement(read=lambda _: _read(subject))


def _read(subject: Subject) -> Numbers:
    allowed: Sequence[Kind] = subject.params.allow
    now = list(subject.columns.values())
    previous = subject.past.previous
    if previous is None:
        said = f"{subject.dataset} has {counted(len(now), 'column')}"
        why = "No version of it was published before, so there is nothing to compare with."
        return Numbers(said, len(now), len(now), n_fail=0, unit="columns", learning=why)
    found = list(drifts(previous.columns, now))
    wrong = [drift for drift in found if drift.kind not in allowed]
    told = [drift.said for drift in wrong] or [f"no column was {listed(_unexpected(allowed), 'or')}"]
    return Numbers(
        said=f"Of {subject.dataset}, held against the version before, {_some(told)}",
        n_scope=len(now),
        n_applicable=max(len(now), len(previous.columns)),
        n_fail=len(wrong),
        unit="columns",
        details={
            "drifts": [{"kind": drift.kind, "column": drift.column, "said": drift.said} for drift in found],
            "snapshot": previous.snapshot_id,
        },
        expected=f"no column {listed(_unexpected(allowed), 'or')}",
    )


def _unexpected(allowed: Sequence[Kind]) -> list[str]:
    kinds: tuple[Kind, ...] = ("added", "dropped", "retyped", "nullable", "reordered")
    words = {"nullable": "made nullable"}
    return [words.get(kind, kind) for kind in kinds if kind not in allowed] or [
        "changed beyond what is allowed"
    ]


def _some(told: list[str]) -> str:
    shown = told[:5]
    return listed([*shown, *([f"{len(told) - 5} more"] if len(told) > 5 else [])])


def drifts(before: Sequence[Column], now: Sequence[Column]) -> Iterator[Drift]:
    """Return what has changed, columns that are gone first. Names are told apart by letters only, not by case."""
    old = {column.name.lower(): column for column in before}
    new = {column.name.lower(): column for column in now}
    added = [new[name] for name in new if name not in old]
    for name in old:
        if name not in new:
            gone = old[name]
            like = _renamed(gone, added)
            yield Drift("dropped", gone.name, f"{gone.name} ({gone.type}) is gone{like}")
    for column in added:
        yield Drift("added", column.name, f"{column.name} ({column.type}) is new")
    common = [name for name in old if name in new]
    for name in common:
        if old[name].type != new[name].type:
            said = f"{new[name].name} was {old[name].type} and is {new[name].type}"
            yield Drift("retyped", new[name].name, said)
        if new[name].nullable and not old[name].nullable:
            yield Drift("nullable", new[name].name, f"{new[name].name} may now be empty")
    if common != [name for name in new if name in old]:
        yield Drift("reordered", "", "the columns stand in another order")


def _renamed(gone: Column, added: Sequence[Column]) -> str:
    """Return a guess at what a column is called now: one of its type with a name like it."""
    alike = [
        column.name
        for column in added
        if column.type == gone.type
        and SequenceMatcher(None, gone.name.lower(), column.name.lower()).ratio() >= ALIKE
    ]
    return f", perhaps renamed to {listed(alike, 'or')}" if alike else ""


CHECK = Check(
    name="schema_drift",
    summary="The columns are those of the version that was published before.",
    about="dataset",
    parameters=SchemaDrift,
    measure=measure,
    on_empty="compare",
    fail="> 0",
    counts="columns",
    takes_where=False,
    history=True,
    example="{node: load, check: schema_drift, dataset: flights.raw, allow: [added, reordered]}",
    notes=(
        "It asks the store nothing. The version before is the one that was published when the run began, in the"
        " kitchen of the run.",
        "A column that is gone while one of its type and with a name like it is new may have been renamed: both count,"
        " and the guess is told.",
    ),
)
