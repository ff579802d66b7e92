"""What is known of a red test or node when its causes are worked out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Place = Literal["here", "upstream", "elsewhere"]  # at the red node, before it, or not on its path
Role = Literal["input", "made", "reference"]


@dataclass(frozen=True)
class CodeChange:
    """A file, or a node's lines in recipe.yaml, that differs; `nodes` are those of the path that it belongs to."""

    path: str
    status: str
    added: int
    removed: int
    nodes: tuple[str, ...]
    place: Place
    said: str = ""
    same: bool = False  # only comments or layout differ: it does what it did


@dataclass(frozen=True)
class TestChange:
    """How the red test itself differs: a sentence, or that it is new."""

    __test__ = False

    sentence: str
    new: bool = False
    red_before: bool = False  # what the last green run measured is red by the test as it is now


@dataclass(frozen=True)
class ValueChange:
    """A value of the run that differs; `used` by the test or by a node of the path."""

    name: str
    before: str
    now: str
    origin: str
    kitchen: str
    used: bool
    by_test: bool
    of_time: bool  # a date: it moves from run to run
    overridden: bool  # it comes from a kitchen now


@dataclass(frozen=True)
class DataChange:
    """A dataset on the path, then and now. Rows are those written where it is known how many were, else all."""

    dataset: str
    node: str
    role: Role
    rows_before: int | None
    rows: int | None
    snapshot_before: int | None
    snapshot: int | None
    behind: tuple[str, ...] = ()  # its node and all nodes before it: a change of their code explains it
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    retyped: tuple[str, ...] = ()  # "day DATE → VARCHAR"
    loaded: bool = False  # made by a node that reads no dataset: what it writes comes from outside
    alike: bool = False  # another version with the same rows; looked at of lists and of what came in

    @property
    def same(self) -> bool:
        return self.alike or (self.snapshot is not None and self.snapshot == self.snapshot_before)

    @property
    def came_in(self) -> bool:
        return self.role == "input" or self.loaded

    @property
    def ratio(self) -> float | None:
        """Rows now over rows then; None where one is not known, or there were none."""
        if self.rows is None or not self.rows_before:
            return None
        return self.rows / self.rows_before


@dataclass(frozen=True)
class Upstream:
    """Something red, or red lately, that made what this run read; `began` after the last green run here."""

    name: str  # domain/recipe
    what: str
    sentence: str
    dataset: str
    level: int
    began: bool
    episode: int | None = None
    run: int | None = None
    automatic: bool = False  # a monitor says so, no test that somebody wrote


@dataclass(frozen=True)
class Slice:
    """Failing rows that share a value."""

    column: str
    value: str
    failing_share: float
    all_share: float
    lift: float
    failing: int = 0
    of_failing: int = 0


@dataclass(frozen=True)
class Person:
    """Who committed or merged what lies between the two runs."""

    name: str
    did: str
    at: str
    commit: str = ""


@dataclass(frozen=True)
class Changes:
    """All that differs between the run compared with and the first red one."""

    against: int | None = None  # run
    against_kitchen: str = ""  # where it is not the kitchen of the red run
    commit_before: str = ""
    commit: str = ""
    code: tuple[CodeChange, ...] = ()
    tests: tuple[TestChange, ...] = ()
    values: tuple[ValueChange, ...] = ()
    data: tuple[DataChange, ...] = ()
    people: tuple[Person, ...] = ()


@dataclass(frozen=True)
class Case:
    """A red test or node with everything the rules look at."""

    test: str
    node: str
    check: str
    dataset: str
    columns: tuple[str, ...]
    verdict: str
    sentence: str
    measure: float | None
    measure_before: float | None
    changes: Changes
    upstream: tuple[Upstream, ...] = ()
    slices: tuple[Slice, ...] = ()
    words: str = ""  # code and error text of the node, to see which columns it names
    reads_sources: bool = False
    facts: dict[str, str] = field(default_factory=dict)  # limits that were reached, by name
