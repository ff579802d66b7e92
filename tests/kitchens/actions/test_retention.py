"""What the policy removes, and what it must never: nothing that a live kitchen is, reads, or can go back to."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from hub import keeping
from hub.common.errors import InvalidError, MissingError, NotAllowedError
from kitchens.actions import data, retention
from kitchens.core.roles import THE_HUB, Actor
from kitchens.models import AuditEntry, Kitchen, Revision, Snapshot
from kitchens.queries import retention as queries
from kitchens.queries.data import resolve
from recipes.actions.runs.context import forget_contexts
from recipes.models import Attempt, TestResult
from tests.small_mesh import SmallMesh

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
RECIPE = """
    values:
      n: {type: integer, default: 1}
    nodes:
      day: {kind: sql, file: day.sql, writes: flights.day}
    variations:
      production: {}
"""


@pytest.fixture
def mesh(hub_home, tmp_path) -> SmallMesh:
    forget_contexts()
    mesh = SmallMesh(tmp_path)
    mesh.write("daily", {"recipe.yaml": RECIPE, "day.sql": "SELECT {{ n }} AS n\n"})
    return mesh


def publish(mesh: SmallMesh, number: int, kitchen: Kitchen | None = None) -> Revision:
    run = mesh.run("daily", values={"n": number}, kitchen=kitchen or mesh.kitchen)
    assert run.status == "succeeded"
    return run.published


def retain(mesh: SmallMesh, after: timedelta) -> dict[str, tuple[int, int]]:
    found = retention.retain(by=THE_HUB, now=mesh.now + after)
    return {one.kind: (one.count, one.bytes) for one in found}


def kept(kitchen: Kitchen, at: Revision | None = None) -> bool:
    """Say whether the data is really there."""
    version = resolve(kitchen, ["flights.day"], at)["flights.day"]
    return all((settings.SNAPSHOT_ROOT / part.name).exists() for part in version.parts)


def test_a_version_replaced_long_ago_goes_with_its_files_and_the_newest_stays(mesh):
    first = publish(mesh, 1)
    publish(mesh, 2)

    assert retain(mesh, 89 * DAY)["snapshots"] == (0, 0)
    count, size = retain(mesh, 91 * DAY)["snapshots"]

    assert (count, size > 0) == (1, True)
    assert (kept(mesh.kitchen, first), kept(mesh.kitchen)) == (False, True)
    assert Revision.objects.filter(pk=first.pk).exists()
    assert retain(mesh, 92 * DAY)["snapshots"] == (0, 0)


def test_one_that_was_replaced_lately_can_still_be_gone_back_to(mesh):
    first = publish(mesh, 1)
    mesh.forward(80 * 86400)
    publish(mesh, 2)

    assert retain(mesh, 20 * DAY)["snapshots"] == (0, 0)
    assert data.restore(mesh.kitchen, first, by=THE_HUB, at=mesh.now)


def test_going_back_to_what_is_no_longer_kept_says_so(mesh):
    first = publish(mesh, 1)
    publish(mesh, 2)
    retain(mesh, 91 * DAY)

    with pytest.raises(MissingError, match=r"flights\.day as it was then is no longer kept"):
        data.restore(mesh.kitchen, first, by=THE_HUB, at=mesh.now)


def test_what_a_kitchen_pins_stays_as_long_as_the_kitchen(mesh):
    publish(mesh, 1)
    child = mesh.child()
    publish(mesh, 2)
    publish(mesh, 3)

    assert retain(mesh, 91 * DAY)["snapshots"][0] == 1
    assert (kept(child), kept(mesh.kitchen)) == (True, True)
    Kitchen.objects.filter(pk=child.pk).update(state="gone")
    assert retain(mesh, 92 * DAY)["snapshots"][0] == 1


def test_a_pin_of_a_later_revision_keeps_what_it_still_reads(mesh):
    publish(mesh, 1)
    mesh.write("other", {"recipe.yaml": RECIPE.replace("day", "x"), "x.sql": "SELECT 5 AS n\n"})
    mesh.run("other")
    child = mesh.child()
    publish(mesh, 2)

    retain(mesh, 91 * DAY)

    assert kept(child)


def test_a_part_that_a_kept_version_shares_stays(mesh):
    mesh.write(
        "daily",
        {
            "recipe.yaml": RECIPE.replace("flights.day}", "{flights.day: append}}"),
            "day.sql": "SELECT {{ n }} AS n\n",
        },
    )
    for number in (1, 2, 3):
        publish(mesh, number)

    assert retain(mesh, 91 * DAY)["snapshots"] == (2, 0)
    assert mesh.rows("flights.day") == [(1,), (2,), (3,)]


def test_data_of_a_kitchen_that_is_gone_goes_and_what_it_shares_stays(mesh):
    publish(mesh, 1)
    child = mesh.child()
    publish(mesh, 2, child)
    Kitchen.objects.filter(pk=child.pk).update(state="gone")

    retain(mesh, 20 * DAY)

    assert Snapshot.objects.filter(collected_at=None).count() == 1
    assert kept(mesh.kitchen)


def test_logs_and_samples_go_and_the_facts_stay(mesh):
    mesh.write(
        "daily",
        {
            "recipe.yaml": """
                nodes:
                  day: {kind: python, file: day.py, writes: flights.day}
                tests:
                  nothing: {node: day, check: row_count, dataset: flights.day, max: 0}
                  never two: {node: day, check: range, dataset: flights.day, column: n, max: 1}
                variations:
                  production: {}
            """,
            "day.py": "def run(context):\n    print('hello')\n    context.write('flights.day', [{'n': 1}, {'n': 2}])\n",
        },
    )
    run = mesh.run("daily")
    (log,) = Attempt.objects.values_list("log", flat=True)
    assert (settings.LOG_ROOT / log).exists()
    assert TestResult.objects.exclude(evidence=[]).exists()

    found = retain(mesh, 91 * DAY)

    assert found["logs"][0] == 1
    assert found["samples"][0] >= 1
    assert not (settings.LOG_ROOT / log).exists()
    assert not TestResult.objects.exclude(evidence=[]).exists()
    assert run.test_results.count() == 2


def test_days_are_set_by_an_admin_within_bounds(mesh):
    retention.set_days("snapshots", 7, by=THE_HUB, now=mesh.now)

    assert queries.days()["snapshots"] == 7
    for number in (6, 5000):
        with pytest.raises(InvalidError):
            retention.set_days("snapshots", number, by=THE_HUB, now=mesh.now)
    with pytest.raises(InvalidError):
        retention.set_days("facts", 7, by=THE_HUB, now=mesh.now)
    with pytest.raises(NotAllowedError):
        retention.set_days("snapshots", 9, by=Actor(None, "o", "operator"), now=mesh.now)


def test_a_preview_removes_nothing_and_tells_what_a_run_removes(mesh):
    publish(mesh, 1)
    publish(mesh, 2)
    later = mesh.now + 91 * DAY

    seen = {one.kind: one.count for one in retention.preview(now=later)}
    assert seen["snapshots"] == 1
    assert Snapshot.objects.filter(collected_at=None).count() == 2
    assert retain(mesh, 91 * DAY)["snapshots"][0] == 1


def test_what_a_run_freed_is_kept_and_the_next_one_is_due_a_day_later(mesh):
    assert queries.is_due(mesh.now)

    retain(mesh, timedelta())

    assert AuditEntry.objects.get(what="retention.run").details["snapshots"] == [0, 0]
    assert queries.last_run().at == mesh.now
    assert not queries.is_due(mesh.now + timedelta(hours=23))
    assert queries.is_due(mesh.now + DAY)


def test_the_command_waits_for_nobody_and_says_who_is_at_it(mesh, capsys):
    with keeping.alone("backup"), pytest.raises(CommandError, match=r"backup on .* is under way"):
        call_command("retention")

    call_command("retention")
    call_command("retention", "--dry-run")
    assert "Old versions of datasets: 0 would go, 0 B." in capsys.readouterr().out


def test_the_marked_are_looked_at_again_once_they_are_held(mesh):
    first = publish(mesh, 1)
    publish(mesh, 2)
    later = mesh.now + 91 * DAY
    found = queries.superseded(later - 90 * DAY)
    data.restore(mesh.kitchen, first, by=THE_HUB, at=mesh.now)

    assert retention._mark(found, later - 90 * DAY, later) == []
