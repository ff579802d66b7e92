"""Which monitors the plan of a run has: all, those a recipe wants, less those that a written test stands in for."""

from __future__ import annotations

from datetime import UTC, datetime
from textwrap import dedent

import pytest

from recipes.core.changes.compared import compare
from recipes.core.fingerprints import fingerprints
from recipes.core.monitors import monitors_in
from recipes.core.planning import make_plan
from recipes.core.spec import read_recipe

RECIPE = """
    nodes:
      load: {kind: python, file: load.py, writes: [flights.raw, flights.daily]}
      end: {kind: synchronise, needs: [load]}
"""
FILES = {"load.py": b"def run(context):\n    pass\n", "fixtures/few/flights.raw.csv": b"n\n1\n",
         "fixtures/few/flights.daily.csv": b"n\n1\n"}  # fmt: skip
NOW = datetime(2026, 3, 10, 9, tzinfo=UTC)


def read(more: str = ""):
    text = dedent(RECIPE) + dedent(more)
    return read_recipe(FILES | {"recipe.yaml": text.encode()}, domain="flights", name="daily")


def spec_of(more: str = ""):
    result = read(more)
    assert result.faults == ()
    return result.spec


def plan_of(spec, **facts):
    given = {"commit": "c", "tree": "t", "order_values": {}, "overrides": (), "system": {"as_of": NOW}}
    return make_plan(spec, "default", **given | facts)


def named(spec) -> set[str]:
    return {name.removeprefix("monitor.") for name in monitors_in(spec)}


ALL = {"volume", "freshness", "schema", "distribution"}
EVERY = {f"{kind}.{table}" for kind in ALL for table in ("raw", "daily")}


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("", EVERY),
        ("monitors: on", EVERY),
        ("monitors: off", set()),
        ("monitors: false", set()),
        ("monitors: schema", {"schema.raw", "schema.daily"}),
        ("monitors: [volume, schema]", {"volume.raw", "schema.raw", "volume.daily", "schema.daily"}),
        ("monitors: {flights.raw: off}", {f"{kind}.daily" for kind in ALL}),
        ("monitors: {flights.raw: [volume], others: off}", {"volume.raw"}),
    ],
)
def test_a_recipe_says_what_is_watched(written, found) -> None:
    assert named(spec_of(written)) == found


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("monitors: [volum]", "monitors has no kind 'volum'. Write on, off, or a list of volume, freshness,"),
        ("monitors: {flights.rw: off}", "monitors names 'flights.rw', which no node of the recipe writes."),
        ("monitors: {flights.raw: {}}", "monitors has no kind '{}'."),
        (
            "tests:\n  monitor.volume.raw: {node: load, check: row_count, dataset: flights.raw, min: 1}",
            "Test monitor.volume.raw: names that begin with monitor. are those of monitors.",
        ),
    ],
)
def test_what_is_wrong_is_a_fault_with_the_way_out(written, told) -> None:
    (fault,) = read(written).faults

    assert f"{fault.message} {fault.remedy}".startswith(told)


@pytest.mark.parametrize(
    ("test", "gone"),
    [
        ("check: row_count_anomaly", {"volume.raw"}),
        ("check: row_count_change, max_drop: 10", {"volume.raw"}),
        ("check: row_count, min: 1", set()),
        ("check: freshness, column: at, max_age: 1 d", {"freshness.raw"}),
        ("check: schema_drift", {"schema.raw"}),
        ("check: profile_drift", {"distribution.raw"}),
    ],
)
def test_a_written_test_of_the_kind_stands_in_for_the_monitor(test, gone) -> None:
    spec = spec_of(f"tests:\n  mine: {{node: load, dataset: flights.raw, {test}}}")

    assert named(spec) == EVERY - gone


def test_a_column_with_a_test_of_its_own_is_left_out_of_the_distribution() -> None:
    test = "{node: load, dataset: flights.raw, check: aggregate_anomaly, column: delay, function: avg}"
    found = monitors_in(spec_of(f"tests:\n  mine: {test}"))

    assert found["monitor.distribution.raw"].params == {"leave_out": ["delay"]}
    assert found["monitor.distribution.daily"].params == {"leave_out": []}


def test_a_change_that_lets_less_be_watched_is_told_as_weaker() -> None:
    less = spec_of("monitors: {flights.raw: [schema, freshness], others: on}")

    (told,) = compare(spec_of(), less)
    (back,) = compare(less, spec_of())

    assert (told.sentence, told.weakens) == (
        "flights.raw is no longer watched for volume and distribution.", True
    )  # fmt: skip
    assert (back.sentence, back.weakens) == ("flights.raw is watched for volume and distribution now.", False)


def test_the_plan_has_them_where_the_hub_is_monitored_but_never_with_fixtures() -> None:
    spec = spec_of()

    assert not plan_of(spec).tests
    assert len(plan_of(spec, monitored=True).tests["load"]) == 8
    assert not plan_of(spec, monitored=True, fixtures="few").tests


def test_they_do_not_change_the_fingerprint_of_a_node() -> None:
    spec, files = spec_of(), {name: text.decode() for name, text in FILES.items()}

    with_them, without = plan_of(spec, monitored=True), plan_of(spec)

    assert fingerprints(with_them, files) == fingerprints(without, files)
    assert all(test.severity == "warn" and test.automatic for test in with_them.tests["load"])
