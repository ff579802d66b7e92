"""The plan of a node's tests, as people are told of it before it runs."""

from __future__ import annotations

from dataclasses import astuple, dataclass

from recipes.core.checks.words import counted


@dataclass(frozen=True)
class Plan:
    """How many tests are answered in which way, and how many statements that takes. Evidence comes on top."""

    tests: int
    statistics: int  # from what the writer of a part knows of it
    kept: int  # from numbers that were counted before
    scans: int  # statements that read a dataset for many tests
    statements: int  # statements for single tests, or for tests with the same GROUP BY
    faulty: int = 0  # tests that cannot be measured

    def __add__(self, other: Plan) -> Plan:
        """Return the plan of both."""
        return Plan(*(mine + its for mine, its in zip(astuple(self), astuple(other), strict=True)))

    @property
    def sentence(self) -> str:
        """Return it in words: "41 tests: 17 from statistics, 3 statements, 1 scan"."""
        ways = []
        if self.statistics:
            ways.append(f"{self.statistics} from statistics")
        if self.kept:
            ways.append(f"{self.kept} from numbers kept before")
        if self.faulty:
            ways.append(f"{self.faulty} that cannot be measured")
        if self.statements:
            ways.append(counted(self.statements, "statement"))
        if self.scans:
            ways.append(counted(self.scans, "scan"))
        return f"{counted(self.tests, 'test')}: {', '.join(ways) or 'nothing to read'}"
