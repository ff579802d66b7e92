"""The plan says how tests are answered before any of them runs; what is kept spares reading."""

import itertools
import re

import pytest

from kitchens.core.stores.base import WriteMode
from recipes.core.checks import CheckContext, Planner
from recipes.core.spec.model import TestSpec
from tests.recipes.core.checks.conftest import AS_OF

ATTEMPTS = itertools.count(1)
CONTEXT = CheckContext(as_of=AS_OF)


def spec(check: str, name: str = "", **params) -> TestSpec:
    return TestSpec(name=name or check, node="n", check=check, dataset="a.b", params=params)


TESTS = (
    spec("row_count", min=1),
    spec("not_null", column="id"),
    spec("range", column="id", min=0, max=10_000),
    spec("matches", column="name", pattern="n[0-9]+"),
    spec("unique", column="id"),
    spec("foreign_key", column="id", to="a.all.id"),
    spec("aggregate", column="id", function="median", max=9_000),
)
ROWS = "SELECT i AS id, 'n' || i AS name FROM range({}, {}) r(i)"


@pytest.fixture
def grown(store):
    """Return what evaluates TESTS on rows that were staged, kept, and then added to."""

    class Grown:
        def __init__(self) -> None:
            with self.session({}) as session:
                parents = session.stage_sql("a.all", "SELECT i AS id FROM range(5000) r(i)", WriteMode())
                self.manifest = {"a.all": parents.version}
            self.stage(ROWS.format(0, 1000), WriteMode())

        def session(self, manifest):
            return store.session(manifest, f"plans-{next(ATTEMPTS)}")

        def stage(self, sql: str, mode: WriteMode) -> None:
            with self.session(self.manifest) as session:
                self.manifest = self.manifest | {"a.b": session.stage_sql("a.b", sql, mode).version}

        def judged(self):
            """Return the plan, the verdicts, and the parts of a.b that statements read."""
            with self.session(self.manifest) as session:
                before = len(session.executed())
                planner = Planner(TESTS, session, CONTEXT)
                assert len(session.executed()) == before, "planning reads no row"
                verdicts = [one.verdict for one in planner.run()]
                ran = len(session.executed()) - before
            store.keep(planner.found)
            return planner.plan, verdicts, ran

    return Grown()


def test_what_was_counted_once_is_not_counted_again(grown):
    first, verdicts, _ = grown.judged()
    again, same, statements = grown.judged()

    assert first.sentence == "7 tests: 2 statements, 1 scan"
    assert again.sentence == "7 tests: 7 from numbers kept before"
    assert statements == 0
    assert verdicts == same == ["pass"] * 7


def test_after_an_append_keys_are_looked_up_and_new_rows_read(grown):
    grown.judged()
    grown.stage("SELECT 7 AS id, 'wrong' AS name", WriteMode("append"))

    plan, verdicts, _ = grown.judged()

    assert plan.sentence == "7 tests: 2 statements, 2 scans"  # new rows, and all of them for the median
    assert verdicts == ["pass", "pass", "pass", "fail", "fail", "pass", "pass"]


def test_another_version_of_the_other_dataset_is_looked_at_anew(grown, store):
    grown.judged()
    with grown.session(grown.manifest) as session:
        fewer = session.stage_sql("a.all", "SELECT 1 AS id", WriteMode()).version
    grown.manifest |= {"a.all": fewer}

    plan, verdicts, _ = grown.judged()

    assert plan.sentence == "7 tests: 6 from numbers kept before, 1 statement"
    assert verdicts[5] == "fail"


def statements_of(store, tests, sql: str = ROWS.format(0, 1000), where: str = "") -> list[str]:
    """Return the statements that answer tests about new rows."""
    with store.session({}, f"plans-{next(ATTEMPTS)}") as session:
        session.stage_sql("a.b", sql, WriteMode())
        before = len(session.executed())
        asked = [test.model_copy(update={"where": where}) for test in tests]
        results = Planner(asked, session, CONTEXT).run()
        assert [one.verdict for one in results] == ["pass"] * len(tests)
        return list(session.executed()[before:])


@pytest.mark.parametrize("where", ["", "id > 10"])
def test_what_is_null_and_what_is_not_is_counted_once(store, where):
    tests = (spec("not_null", column="name"), spec("matches", column="name", pattern="n[0-9]+"))

    (scan,) = statements_of(store, tests, where=where)

    counted = [bool(re.search(rf'WHERE {inverse}[\w".]+ IS NULL\)', scan)) for inverse in ("", "NOT ")]
    assert counted != [True, True]


@pytest.mark.parametrize("where", ["", "id > 10"])
def test_a_key_is_counted_by_the_scan_where_there_is_one(store, where):
    tests = (
        spec("unique", column="id"),
        spec("not_null", column="id"),
        spec("range", column="id", min=0),
        spec("row_expression", "even", expression="id % 1 = 0"),
    )

    scan, groups = statements_of(store, tests, where=where)

    assert "GROUP BY" in groups
    assert "GROUP BY" not in scan
