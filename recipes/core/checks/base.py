"""What a check is, what it is given, and what it answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict
from sqlglot import exp

from kitchens.core.stores.base import Column, Part, Session
from recipes.core.checks.families import has_order
from recipes.core.checks.history import Past
from recipes.core.checks.tree import column, every, select, table
from recipes.core.checks.words import listed, near
from recipes.core.spec.model import TestSpec
from recipes.core.statistics.baseline import Baseline

if TYPE_CHECKING:
    from recipes.core.checks.told.asking import Told

Nulls = Literal["ignore", "fail", "value"]
OnEmpty = Literal["fail", "skip", "pass", "compare"]


class Parameters(BaseModel):
    """The parameters of one check; unknown ones are a fault."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    def datasets(self) -> frozenset[str]:
        """Return the datasets it reads besides the one under test."""
        return frozenset()


class CannotMeasureError(Exception):
    """The test cannot be evaluated; the message is a full sentence for people. It makes the verdict ERROR."""


def _unheard(_line: str) -> None:
    """Where nobody keeps a log."""


@dataclass(frozen=True)
class CheckContext:
    """What tests may know of the run: its clock, its dialect, and the names of the datasets it sees.

    `files` are the recipe's files, for checks that name one, and `folder` is where they lie. What a check in Python
    writes goes to `log`. There is no other clock: a test never asks for now.
    """

    as_of: datetime
    dialect: str = "duckdb"
    datasets: tuple[str, ...] = ()
    files: Mapping[str, str] = field(default_factory=dict)
    personal: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # dataset -> its personal columns
    evidence_rows: int = 20
    evidence_characters: int = 200
    distinct_values: int = 100_000  # most that a check in Python looks at
    distinct_characters: int = 50_000_000  # and how long they may be together
    values: Mapping[str, Any] = field(default_factory=dict)
    folder: Path = Path("recipe")
    log: Callable[[str], None] = _unheard
    slot: datetime | None = None  # the moment the run is about; None: that of its clock
    on_demand: bool = False  # no schedule meant the run: its moment is any
    written: Mapping[str, tuple[Part, ...]] = field(default_factory=dict)  # what this node wrote, by dataset
    past: Mapping[str, Past] = field(default_factory=dict)  # by test, of those whose check reads history
    spans: Mapping[str, float] = field(
        default_factory=dict
    )  # seconds so far: "node", "run", "slot" (since it)
    told: Mapping[str, Told] = field(default_factory=dict)  # by test, of those that ask for events
    spent: Mapping[str, float] = field(default_factory=dict)  # "rows" and "bytes" that the node has written

    @property
    def moment(self) -> datetime:
        """The run's clock in UTC without a zone, as timestamps are kept in datasets."""
        return self.as_of.astimezone(UTC).replace(tzinfo=None) if self.as_of.tzinfo else self.as_of

    @property
    def moment_of_run(self) -> datetime:
        """The place of the run in its series, with a zone: its slot, else its clock."""
        return self.slot or (self.as_of if self.as_of.tzinfo else self.as_of.replace(tzinfo=UTC))


Columns = Mapping[str, Column]


@dataclass(frozen=True)
class Subject:
    """One test made ready: its parameters checked, its dataset's columns known, its row filter parsed."""

    test: TestSpec
    params: Any  # the check's own parameter model
    columns: Columns
    where: exp.Expr | None
    where_in_words: str
    nulls: Nulls
    context: CheckContext
    columns_of: Callable[[str], Columns]

    @property
    def dataset(self) -> str:
        return self.test.dataset

    @property
    def past(self) -> Past:
        """The past of this test; an empty one where nobody handed it in."""
        return self.context.past.get(self.test.name, Past())

    def rows(self, *what: exp.Expr, also: exp.Expr | None = None, alias: str = "") -> exp.Select:
        """Return SELECT what FROM the dataset, with its row filter and a further condition."""
        return select(list(what), table(self.dataset, alias), every([self.where, also]))

    def every_column(self, of: str = "") -> list[exp.Expr]:
        """Return all columns by name, which is safer than a star: some names are lost when a star is written out."""
        return [column(name, of) for name in self.columns]

    def order(self, first: tuple[str, ...]) -> list[exp.Expr]:
        """Return the columns to order rows by: the given ones, then all others that have an order."""
        names = [*first, *(name for name in self.columns if name not in first)]
        return [column(name) for name in names if has_order(self.columns[name].type)]

    def column(self, name: str) -> Column:
        """Return a column of the dataset under test; CannotMeasureError where it does not exist."""
        return find_column(name, self.columns, self.dataset)


Groups = Sequence[Sequence[Any]]  # values of the offending columns, and the number of their rows


@dataclass(frozen=True)
class Evidence:
    """How to fetch what is wrong: whole rows, and the columns that offend; `groups` counts the offending values.

    Statements are made only when they are asked for: most tests are green. `rows_of` is a cheaper way to the same
    rows by the first groups (and whether they are all); `groups_grown` a cheaper way to the groups by all that there
    were before, and the name of the rows that have come since. Both give None where they know no such way.
    """

    rows: Callable[[], exp.Query] | None = None
    columns: tuple[str, ...] = ()
    groups: Callable[[], exp.Query] | None = None
    in_rows: bool = False  # the groups are of the very rows, which are ordered by the offending columns
    rows_of: Callable[[Groups, bool], exp.Query | None] | None = None
    groups_grown: Callable[[Groups, str], exp.Query | None] | None = None


@dataclass(frozen=True)
class Numbers:
    """What was counted. `said` is the finding in words, without limits and without the full stop.

    `n_fail` is set by checks that count failing rows or groups, `measure` by those that measure one number.
    `outside` says that a bound of the parameters is broken; `expected` is that bound in words.
    `evidence` stands for that of the measurement where only the reading told which rows are wrong.
    """

    said: str
    n_scope: int
    n_applicable: int
    n_fail: int | None = None
    measure: float | None = None
    unit: str = "rows"
    details: Mapping[str, Any] = field(default_factory=dict)
    outside: bool = False
    expected: str = ""
    warns: str = ""  # what is to be watched though no bound is broken, in words
    learning: str = ""  # why it cannot be judged by its past yet, a full sentence
    baselines: Sequence[Baseline] = ()  # learnt for this judgement, to be kept
    evidence: Evidence | None = None
    found: Sequence[Mapping[str, Any]] = ()  # evidence that was at hand already: what is wrong, worst first


Values = Mapping[str, Any]


@dataclass(frozen=True)
class Growth:
    """How to answer again when rows were added: by what was answered before, and a look at the new rows.

    `statement` takes the names by which SQL knows the old rows and the new ones; `total` what the statement of the
    measurement had answered for the old rows, and what this one finds, and gives what that one would answer now.
    """

    statement: Callable[[str, str], exp.Select]
    total: Callable[[Mapping[str, Any], Mapping[str, Any]], Mapping[str, Any]]
    changed: Changed | None = None


@dataclass(frozen=True)
class Changed:
    """The groups that new rows have changed, fetched to be counted: `listing` gives their values and their rows now.

    Its last column, the rows before, is no part of the group. `total` makes the answer of what was answered before,
    of `counts` of the new rows, and of all these groups.
    """

    listing: Callable[[str, str], exp.Select]
    counts: Callable[[str], exp.Select]
    total: Callable[[Mapping[str, Any], Mapping[str, Any], Groups], Mapping[str, Any]]


MOST_LISTED = 100  # wrong rows, or offending values, that are fetched to be counted


@dataclass(frozen=True)
class Quick:
    """A way to the answer that fetches what is wrong, for there is seldom much: so it is evidence already.

    `listing` gives rows or groups as the evidence does; `total` makes the answer of all of them and of the row of
    `counts`. Where there are more than MOST_LISTED the statement of the measurement is needed after all.
    """

    counts: exp.Select
    listing: Callable[[], exp.Select]
    of: Literal["rows", "groups"]
    total: Callable[[Mapping[str, Any], Sequence[Mapping[str, Any]]], Mapping[str, Any]]


@dataclass(frozen=True)
class Measurement:
    """How to measure one test, in one of four ways. `evidence` is used only where the test is not green.

    `aggregates` for the shared scan, or a `statement` of its own with one row: `read` turns the row (name → value)
    into numbers. `rows`, a statement with many rows, which `read_rows` reads. `ask`, which is handed the session.
    With none of them nothing is asked of the store, and `read` gets an empty row.
    """

    read: Callable[[Values], Numbers] | None = None
    aggregates: Mapping[str, exp.Expr] = field(default_factory=dict)
    statement: exp.Select | None = None
    rows: exp.Query | None = None
    read_rows: Callable[[Sequence[Values]], Numbers] | None = None
    ask: Callable[[Session], Numbers] | None = None
    evidence: Evidence = Evidence()
    growth: Growth | None = None
    quick: Quick | None = None

    @property
    def shares(self) -> bool:
        """Whether it is measured in the scan that tests of the same rows share."""
        return self.statement is None and self.rows is None and self.ask is None


@dataclass(frozen=True)
class Check:
    """The definition of a check. `fail` is the limit that holds where a test names none."""

    name: str
    summary: str
    about: Literal["column", "dataset"]
    parameters: type[Parameters]
    measure: Callable[[Subject], Measurement]
    nulls: tuple[Nulls, ...] = ()  # policies it knows, the default first
    on_empty: OnEmpty = "skip"
    fail: str = ""
    counts: str = "rows"  # what `warn` and `fail` count ("rows", "groups", "values" …), or "" where they compare the measure
    unit: str = ""  # said after limits of the measure
    conditions: tuple[str, ...] = ()  # parameters that are SQL conditions
    statements: tuple[str, ...] = ()  # parameters that are whole SELECTs
    document: str = ""  # the parameter that is a JSON document, which may stand in a `file` of the recipe
    programs: tuple[str, ...] = ()  # parameters that name a Python file of the recipe
    ordered: tuple[str, str] | None = (
        None  # a parameter that keeps the order of the keys of another, a mapping
    )
    may_be_absent: bool = False  # whether a dataset that is not there is a finding, not an error
    takes_where: bool = True
    needs_dataset: bool = True
    history: bool = False  # reads the past of the test
    runs_code: bool = False  # code of the author runs in the node's process, which is then not believed later
    limits: tuple[str, ...] = ()  # of these, warn and fail one must be there, else there is nothing to judge
    example: str = ""
    notes: tuple[str, ...] = ()


def find_column(name: str, columns: Columns, dataset: str) -> Column:
    """Return the column of that name, else the one that differs in case only; CannotMeasureError names all there are.

    Stores differ in whether they keep capitals, so a test must not depend on them.
    """
    if name in columns:
        return columns[name]
    if len(alike := [found for found in columns.values() if found.name.lower() == name.lower()]) == 1:
        return alike[0]
    raise CannotMeasureError(
        f"{dataset} has no column {name}.{near(name, columns)} It has {listed(columns)}."
        if columns
        else f"{dataset} has no column {name}; it has no columns at all."
    )
