"""Evaluate tests: what needs no reading is told by statistics and kept numbers, the rest shares scans and statements."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from time import perf_counter

from sqlglot.errors import SqlglotError

from kitchens.core.stores.base import Session, StoreError
from kitchens.core.stores.measures import Found
from recipes.core.checks.base import CannotMeasureError, CheckContext, Numbers, Values
from recipes.core.checks.evidence import with_evidence
from recipes.core.checks.judge import could_not, error, judge
from recipes.core.checks.planner import asked, scanning, statements
from recipes.core.checks.planner.gathering import Fetched
from recipes.core.checks.planner.notes import Notes
from recipes.core.checks.planner.plan import Plan
from recipes.core.checks.prepare import DatasetColumns, Ready, prepare
from recipes.core.checks.private import Private
from recipes.core.nodes.base import Measured
from recipes.core.spec.model import TestSpec
from recipes.core.verdict import Verdict

NOTHING = Fetched()
EVIDENT = frozenset({Verdict.FAIL.value, Verdict.WARN.value})


@dataclass(frozen=True)
class Thrift:
    """What may be spared. Results are the same whatever is chosen, but for the time they took.

    `statistics`: what the writer of a part knows of it. `kept`: numbers counted before, but for those of the parts
    `as_new`. `keep`: numbers of single parts are counted one by one, so that they can be kept.
    """

    statistics: bool = True
    kept: bool = True
    keep: bool = True
    as_new: frozenset[str] = frozenset()


SPENDTHRIFT = Thrift(statistics=False, kept=False, keep=False)


def evaluate(tests: Sequence[TestSpec], session: Session, context: CheckContext) -> tuple[Measured, ...]:
    """Return one result for each test, in order, by reading everything.

    Costs one query for each dataset and row filter with checks of single rows, one for each other check, and at
    most two more for each test that fails or warns. A test that cannot be measured is an error in its result,
    never an exception, and does not touch the others.
    """
    return Planner(tests, session, context, SPENDTHRIFT).run()


@dataclass
class Planner:
    """The tests of one node: `plan` says how they will be answered, `run` answers them, `found` is what may be kept."""

    tests: Sequence[TestSpec]
    session: Session
    context: CheckContext
    thrift: Thrift = Thrift()
    plan: Plan = field(init=False)
    _results: dict[int, Measured] = field(default_factory=dict)  # by place of the test in the list
    _ready: dict[int, Ready] = field(default_factory=dict)
    _asked: dict[asked.Key, asked.Asked] = field(default_factory=dict)
    _numbers: dict[int, dict[str, asked.Asked]] = field(
        default_factory=dict
    )  # by place, by the name in the test
    _asking: dict[tuple[str, str], statements.Asking] = field(default_factory=dict)

    def __post_init__(self) -> None:
        spared = self.thrift
        self._notes = Notes(
            self.session, statistics=spared.statistics, kept=spared.kept, as_new=spared.as_new
        )
        datasets = DatasetColumns(self.session, self.context)
        for place, test in enumerate(self.tests):
            try:
                self._ready[place] = prepare(test, datasets, self.context)
                self._ask(place, self._ready[place])
            except (CannotMeasureError, StoreError) as why:
                self._ready.pop(place, None)
                self._results[place] = error(test, str(why))
        self.plan = self._planned()

    @property
    def found(self) -> Found:
        """Return the numbers that this node has counted of parts, for who may keep them."""
        return self._notes.found

    def run(self) -> tuple[Measured, ...]:
        """Return one result for each test, in order."""
        for _ in range(2):  # numbers of parts that do not add up safely are asked of the whole
            for scan in self._scans():
                scanning.run(scan, self.session, self._notes)
        told = {key: one.value for key, one in self._asked.items() if one.settled}
        for together in statements.groups(list(self._asking.values())):
            statements.run(together, self.session, self._notes, told)
        for place, ready in self._ready.items():
            self._results[place] = self._result(place, ready)
        private = Private(self.context, self.session)
        return tuple(private.result(test, self._results[place]) for place, test in enumerate(self.tests))

    def _ask(self, place: int, ready: Ready) -> None:
        if ready.by_itself:
            return
        if ready.measurement.statement is not None:
            key = (ready.test.dataset, ready.sql)
            if key not in self._asking:
                self._asking[key] = statements.asking(ready, self._notes)
            return
        self._numbers[place] = {}
        for name, aggregate in ready.measurement.aggregates.items():
            if (unit := asked.key_of(ready, aggregate)) not in self._asked:
                self._asked[unit] = asked.ask(ready, aggregate, self._notes)
            self._numbers[place][name] = self._asked[unit]

    def _scans(self) -> list[asked.Scan]:
        return asked.scans(list(self._asked.values()), by_part=self.thrift.keep)

    def _planned(self) -> Plan:
        counts = {"statistics": 0, "kept": 0}
        for place, ready in self._ready.items():
            if ready.by_itself:
                continue
            if ready.measurement.statement is not None:
                counts["kept"] += self._asking[ready.test.dataset, ready.sql].values is not None
            elif all(one.settled for one in self._numbers[place].values()):
                by_statistics = all(one.by_statistics for one in self._numbers[place].values())
                counts["statistics" if by_statistics else "kept"] += 1
        return Plan(
            tests=len(self.tests),
            scans=len(self._scans()),
            statements=len(statements.groups(list(self._asking.values()))) + self._by_themselves,
            faulty=len(self._results),
            **counts,
        )

    @property
    def _by_themselves(self) -> int:
        return sum(ready.by_itself for ready in self._ready.values())

    def _result(self, place: int, ready: Ready) -> Measured:
        if ready.by_itself:
            return self._alone(ready)
        if ready.measurement.statement is not None:
            one = self._asking[ready.test.dataset, ready.sql]
            if one.refused is not None or one.values is None:
                return could_not(ready.test, one.refused or StoreError("There is no answer."), ready.sql)
            known = Fetched(**{one.quick.of: one.listed}) if one.quick and one.listed else Fetched()
            return self._read(ready, one.values, one.seconds, replace(known, changed=one.changed))
        numbers = self._numbers[place]
        spent = sum(one.seconds for one in numbers.values())
        if all(one.settled for one in numbers.values()):
            return self._read(ready, {name: one.value for name, one in numbers.items()}, spent)
        return self._alone(ready)

    def _alone(self, ready: Ready) -> Measured:
        """Measure a test by the statement that people are shown, or by what it asks of the session."""
        try:
            return self._conclude(ready, partial(_measure, ready, self.session), 0.0)
        except (StoreError, SqlglotError) as why:
            return could_not(ready.test, why, ready.sql)

    def _read(self, ready: Ready, row: Values, spent: float, known: Fetched = NOTHING) -> Measured:
        assert ready.measurement.read is not None  # noqa: S101
        return self._conclude(ready, partial(ready.measurement.read, row), spent, known)

    def _conclude(
        self, ready: Ready, read: Callable[[], Numbers], spent: float, known: Fetched = NOTHING
    ) -> Measured:
        """Return the judged result, with evidence where it is not green; `spent` are seconds of reading."""
        started = perf_counter()
        try:
            numbers = read()
            measured = judge(ready.test, ready.check, numbers)
        except CannotMeasureError as why:
            return error(ready.test, str(why), ready.sql)
        if measured.verdict in EVIDENT:
            evidence = numbers.evidence or ready.measurement.evidence
            where = ready.subject.where
            measured = with_evidence(
                measured, evidence, self._notes, self.context, known, numbers.found, where
            )
        milliseconds = round(1000 * (spent + perf_counter() - started), 3)
        return measured.model_copy(update={"sql": ready.sql, "duration_ms": milliseconds})


def _measure(ready: Ready, session: Session) -> Numbers:
    """Return the numbers of a test that shares nothing with others."""
    measurement = ready.measurement
    if measurement.ask is not None:
        return measurement.ask(session)
    result = session.query(ready.sql)
    names = [column.name for column in result.columns]
    if len(set(names)) < len(names):
        raise CannotMeasureError(f"The SQL gives {len(names)} columns, some of the same name.")
    rows = [dict(zip(names, row, strict=True)) for row in result.rows]
    if measurement.read_rows is not None:
        return measurement.read_rows(rows)
    assert measurement.read is not None  # noqa: S101
    return measurement.read(rows[0])
