"""A test that names a day is the same test on the next day: what a report says changed is what people changed."""

from __future__ import annotations

import pytest

from monitoring.actions import episodes
from monitoring.models import Episode
from monitoring.queries.report.changes import changes_between
from monitoring.queries.report.sides import green_side, red_side
from tests.small_mesh import SmallMesh

RECIPE = """
    description: One day
    values:
      day: {type: date, default: "{{ yesterday }}"}
      low: {type: integer, default: 1}
    nodes:
      load: {kind: python, file: load.py, writes: flights.raw}
    tests:
      all are positive: {node: load, check: range, column: n, min: MIN, where: "day = {{ day }} AND day < {{ today }}",
                         severity: warn}
    variations: {production: {}}
"""
LOAD = """
    def run(context):
        day = context.values["day"]
        context.write("flights.raw", [{"n": context.values["low"], "day": day}])
"""
DAY = 24 * 3600.0


@pytest.fixture
def green(mesh: SmallMesh) -> SmallMesh:
    mesh.write("daily", {"recipe.yaml": RECIPE.replace("MIN", "0"), "load.py": LOAD})
    mesh.run()
    mesh.forward(DAY)
    return mesh


def changes(mesh: SmallMesh):
    episodes.sweep(mesh.now)
    episode = Episode.objects.get()
    red = red_side(episode)
    green = green_side(episode, red.run)
    return changes_between(green, red, "load", "all are positive")


def test_a_test_of_another_day_is_the_same_test(green: SmallMesh) -> None:
    green.run(values={"low": -1})

    assert changes(green).tests == ()


def test_days_that_follow_each_other_do_not_hide_that_a_file_changed(green: SmallMesh) -> None:
    green.write(
        "daily", {"recipe.yaml": RECIPE.replace("MIN", "0"), "load.py": LOAD.replace('low"]', 'low"] - 2')}
    )
    green.run()

    found = changes(green)
    assert found.tests == ()
    assert [one.path.rsplit("/", 1)[-1] for one in found.code] == ["load.py"]


def test_a_limit_that_was_moved_is_told_on_another_day_too(green: SmallMesh) -> None:
    green.write("daily", {"recipe.yaml": RECIPE.replace("MIN", "5"), "load.py": LOAD})
    green.run()

    (told,) = changes(green).tests
    assert "tightened" in told.sentence
    assert "day" not in told.sentence
