"""Plant fault after fault into a copy, let the tests judge it, and leave nothing behind."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from kitchens.core.stores.base import DataStore, Session, StoreError, Version, WriteMode
from recipes.core.checks import CHECKS, CheckContext, evaluate
from recipes.core.detection.faults import Planted, faults
from recipes.core.nodes.base import Measured
from recipes.core.spec.model import TestSpec

GREEN = ("pass", "warn")
RED = ("fail", "error", "not_evaluated")


@dataclass(frozen=True)
class Tried:
    """One fault and the tests that it turned red, or warned; `trouble` says why it could not be planted."""

    kind: str
    column: str
    caught: tuple[str, ...] = ()
    warned: tuple[str, ...] = ()
    trouble: str = ""


@dataclass(frozen=True)
class Power:
    """What the tests of a dataset catch. `left_out` maps tests that could not be tried to why; `late` says time was short."""

    tests: tuple[str, ...]
    left_out: Mapping[str, str]
    tried: tuple[Tried, ...]
    late: bool = False

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any]) -> Power:
        tried = tuple(
            Tried(one["kind"], one["column"], tuple(one["caught"]), tuple(one["warned"]), one["trouble"])
            for one in raw["tried"]
        )
        return cls(tuple(raw["tests"]), dict(raw["left_out"]), tried, bool(raw["late"]))


@dataclass(frozen=True)
class Question:
    """A dataset's version with those its tests read besides, and the tests with their values in place."""

    dataset: str
    manifest: Mapping[str, Version]
    tests: Sequence[TestSpec]
    context: CheckContext
    until: float = field(default_factory=lambda: time.monotonic() + 3600.0)  # of the clock of the process


def power(store: DataStore, question: Question) -> Power:
    """Return which fault which test catches. One evaluation of all tests on the data as it is, and one for each fault.

    A test that is not green on the good data could not tell a planted fault from what is wrong already: it is left out.
    """
    able, left_out = _able(question.tests)
    clean = _judged(store, question, able, None)
    for one in clean:
        if one.verdict not in GREEN:
            left_out[one.test] = f"Its verdict is {one.verdict.replace('_', ' ')} on the data as it is."
    fit = [test for test in able if test.name not in left_out]
    before = {one.test: one.verdict for one in clean}
    tried: list[Tried] = []
    columns = question.manifest[question.dataset].columns
    for planted in faults(question.dataset, columns):
        if time.monotonic() > question.until:
            return Power(tuple(test.name for test in fit), left_out, tuple(tried), late=True)
        tried.append(_tried(store, question, fit, planted, before))
    return Power(tuple(test.name for test in fit), left_out, tuple(tried))


def _able(tests: Sequence[TestSpec]) -> tuple[list[TestSpec], dict[str, str]]:
    """Return the tests that can be tried here, and why the others cannot."""
    left_out = {}
    for test in tests:
        if CHECKS[test.check].history:
            left_out[test.name] = "It is judged by its own past, which a copy has not."
        elif test.runs_code:
            left_out[test.name] = "It runs a Python file, which only a node's process may do."
    return [test for test in tests if test.name not in left_out], left_out


def _tried(
    store: DataStore,
    question: Question,
    tests: Sequence[TestSpec],
    planted: Planted,
    before: Mapping[str, str],
) -> Tried:
    try:
        results = _judged(store, question, tests, planted)
    except StoreError as fault:
        return Tried(planted.kind, planted.column, trouble=str(fault))
    caught = tuple(one.test for one in results if one.verdict in RED)
    warned = tuple(one.test for one in results if one.verdict == "warn" and before[one.test] == "pass")
    return Tried(planted.kind, planted.column, caught, warned)


def _judged(
    store: DataStore, question: Question, tests: Sequence[TestSpec], planted: Planted | None
) -> tuple[Measured, ...]:
    """Return what tests say of the data with the fault in it; what was staged for that is removed again."""
    number = f"power-{time.time_ns()}"
    forget: Callable[[], None] = lambda: None  # noqa: E731
    try:
        with store.session(dict(question.manifest), number) as session:
            if planted:
                parts = _plant(session, question.dataset, planted)
                forget = lambda: store.discard(parts)  # noqa: E731
            return evaluate(tests, session, question.context)
    finally:
        forget()


def _plant(session: Session, dataset: str, planted: Planted) -> list[str]:
    """Stage the damaged copy, which the session reads from then on; return its parts."""
    staged = session.stage_sql(dataset, planted.sql, WriteMode())
    return [part.name for part in staged.version.parts]
