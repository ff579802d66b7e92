"""Runs of the mesh held against the oracle, and their tests made ready to be asked once more."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from recipes.actions.runs.context import run_context
from recipes.actions.runs.history import moment_of, pasts
from recipes.actions.runs.told import told_to_tests
from recipes.core.checks import CheckContext
from recipes.core.checks.told.asking import Told
from recipes.core.plan import Plan
from recipes.core.spec import read_recipe
from recipes.core.spec.model import RecipeSpec, TestSpec
from recipes.models import OrderRun, TestResult
from tests.meshes.conditions import Tables
from tests.meshes.expected import OF_ITS_PAST, Counts, expected, verdict
from tests.meshes.planting import Judge

MESH = Path(__file__).parent / "aviation"
BY_THE_CLOCK = frozenset({"freshness", "window_compare"})
OF_A_DAY = ("operations.flights", "operations.airport_days", "operations.delays")
Row = tuple[str, int, int | None, float | None]  # verdict, judged, failing, measure


@cache
def specs() -> dict[str, RecipeSpec]:
    """Return all recipes of the mesh, "reference/audit" -> recipe; an AssertionError where one is wrong."""
    found = {}
    for folder in sorted((MESH / "domains").glob("*/recipes/*")):
        files = {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}
        read = read_recipe(files, domain=folder.parts[-3], name=folder.name)
        assert read.faults == ()
        found[f"{folder.parts[-3]}/{folder.name}"] = read.spec
    return found


class Oracle:
    """What plain Python expects of every test, worked out once for both stores where it does not hang on the clock."""

    def __init__(self, made: Tables) -> None:
        self.tables = made
        self.specs = specs()
        self.known: dict[tuple[str, str, str], Counts] = {}
        self.days = {name: _by_day(made[name]) for name in OF_A_DAY}

    def of(self, run: OrderRun) -> dict[str, Row]:
        """Return what every test of a run must give, but for those that hang on its past."""
        plan = Plan.model_validate(run.plan)
        day = str(plan.values["day"].value) if "day" in plan.values else ""
        as_of = datetime.fromisoformat(str(plan.values["as_of"].value))
        found = {}
        for test in (test for tests in plan.tests.values() for test in tests):
            if test.check in OF_ITS_PAST:
                continue
            given = {**test.params, "check": test.check, "dataset": test.dataset, "nulls": test.nulls}
            counts = self._counts(f"{run.domain}/{run.recipe}", test, given, day, as_of)
            said = verdict(test.check, given, test.warn, test.fail, counts)
            found[test.name] = (said, counts.judged, counts.failing, counts.measure)
        return found

    def _counts(
        self, recipe: str, test: TestSpec, given: Mapping[str, Any], day: str, as_of: datetime
    ) -> Counts:
        key = (recipe, test.name, day)
        if key not in self.known or test.check in BY_THE_CLOCK:
            where = self.specs[recipe].tests[test.name].where
            self.known[key] = expected(
                test.name, test.check, test.dataset, where, given, self._tables_of(day, where), as_of
            )
        return self.known[key]

    def _tables_of(self, day: str, where: str) -> Tables:
        """Return the tables as a day's run saw them: the rows of the day where they are asked for, else all up to it."""
        if not day:
            return self.tables
        last = date.fromisoformat(day)
        seen = {
            name: [one for one in its if one == last or (not where and one < last)]
            for name, its in self.days.items()
        }
        return self.tables | {
            name: [row for one in those for row in self.days[name][one]] for name, those in seen.items()
        }


def _by_day(rows: list[dict[str, Any]]) -> dict[date, list[dict[str, Any]]]:
    found: dict[date, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        found[row["day"]].append(row)
    return found


def results(run: OrderRun) -> dict[str, Row]:
    """Return what the tests of a run gave."""
    rows = TestResult.objects.filter(run=run, counts=True)
    return {
        name: tuple(rest)
        for name, *rest in rows.values_list("test", "verdict", "n_applicable", "n_fail", "measure")
    }


def differences(found: Mapping[str, Row], wanted: Mapping[str, Row]) -> dict[str, tuple[Row, Row]]:
    """Return the tests whose result is not what was wanted; numbers that were not counted are not compared."""
    return {
        name: (found[name], row)
        for name, row in wanted.items()
        if found[name][:2] != row[:2]
        or (row[2] is not None and found[name][2] != row[2])
        or (row[3] is not None and found[name][3] != pytest.approx(float(row[3]), rel=1e-6, abs=1e-9))
    }


def judge_of(run: OrderRun, folder: Path) -> Judge:
    """Return the tests of a run as its nodes knew them, its files laid into a folder."""
    context = run_context(run.pk, ())
    tests = [test for its in context.plan.tests.values() for test in its]
    values = {
        value.name: {"type": value.type, "value": value.value} for value in context.plan.values.values()
    }
    for name, text in context.files.items():
        (folder / name).write_text(text, encoding="utf-8")
    checked = CheckContext(
        as_of=datetime.fromisoformat(str(context.plan.values["as_of"].value)),
        dialect=context.plan.dialect,
        datasets=tuple(sorted(context.named)),
        files=context.files,
        values=values,
        folder=folder,
        slot=moment_of(context),
        past=pasts(context, tests),
        spans={"node": 1.0, "run": 1.0, "slot": 10_000.0},
        told={
            name: Told.model_validate(one)
            for name, one in told_to_tests(context, tests, datetime.now(UTC)).items()
        },
    )
    found = {name: (row[0], row[2]) for name, row in results(run).items()}
    return Judge(f"{run.domain}/{run.recipe}", tests, checked, found)
