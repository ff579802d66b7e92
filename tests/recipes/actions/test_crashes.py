"""A worker dies without warning at every boundary of a write: the next one finishes the run, and nothing happens twice."""

from __future__ import annotations

import signal

import pytest
from django.conf import settings
from django.db import connection

from kitchens.models import Revision
from recipes.actions.sweep import sweep
from recipes.models import Attempt, Order, OrderRun
from recipes.signals import order_run_ended
from tests import crash_points
from tests.forks import run_forked
from tests.small_mesh import SmallMesh

FILES = {
    "recipe.yaml": """
        description: Appends a row and writes a line outside
        nodes:
          load: {kind: python, file: load.py, writes: {flights.raw: append}}
          sum: {kind: sql, file: sum.sql, writes: flights.sum}
          done: {kind: synchronise, needs: [sum]}
        tests: {some rows: {node: load, check: row_count, dataset: flights.raw, min: 1}}
        variations: {production: {}}
    """,
    "load.py": """
        def run(context):
            with open("{folder}/ledger", "a") as ledger:
                ledger.write("load\\n")
            context.write("flights.raw", [{"n": 1}])
    """,
    "sum.sql": "SELECT sum(n) AS total FROM flights.raw",
}
PLACE = """
from recipes.actions.orders import place_order
from kitchens.models import Kitchen
from kitchens.core.roles import THE_HUB
place_order(kitchen=Kitchen.objects.get(), domain="flights", recipe="daily", variation="production", by=THE_HUB, now=now)
"""
DRAIN = """
from recipes.actions import runs
runs.drain("the one that dies", lambda: now)
"""


def die_at(point: str, mesh: SmallMesh, work: str) -> None:
    """Do the work in a process that is killed at the crash point."""
    program = f"""
import django
django.setup()
from datetime import datetime
now = datetime.fromisoformat({mesh.now.isoformat()!r})
{work}"""
    surroundings = {
        "DJANGO_SETTINGS_MODULE": "hub.settings",
        "HUB_HOME": str(settings.HUB_HOME),
        "DATABASE_URL": database_url(),
        "HUB_CRASH_POINT": point,
    }
    ended = run_forked(program, environment=surroundings)
    assert ended.returncode == -signal.SIGKILL, ended.stderr


def database_url() -> str:
    """Return the URL of the database this test runs on."""
    told = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{told['NAME']}"
    return f"postgresql://{told['USER']}:{told['PASSWORD']}@{told['HOST']}:{told['PORT']}/{told['NAME']}"


def test_an_order_that_was_not_placed_whole_is_not_there(mesh: SmallMesh) -> None:
    mesh.write("daily", FILES)

    die_at(crash_points.PLACED, mesh, PLACE)

    assert Order.objects.count() == OrderRun.objects.count() == 0


@pytest.mark.parametrize(
    ("point", "tries"),
    crash_points.RUN.items(),
)
def test_a_run_survives_the_death_of_its_worker(mesh: SmallMesh, point: str, tries: int) -> None:
    mesh.write("daily", FILES)
    run = mesh.order()
    ended: list[int] = []
    order_run_ended.connect(lambda run_id, **_: ended.append(run_id), weak=False, dispatch_uid="crash")

    die_at(point, mesh, DRAIN)
    sweep(mesh.forward(60))
    mesh.work()
    sweep(mesh.forward(60))
    mesh.work()

    order_run_ended.disconnect(dispatch_uid="crash")
    run.refresh_from_db()
    assert (run.status, run.done, ended) == ("succeeded", 3, [run.pk])
    assert mesh.rows("flights.raw") == [(1,)]
    assert len(mesh.ledger()) == tries  # effects: at least once, and never more often than workers were lost
    assert Revision.objects.filter(made_by_run=run.pk).count() == 1
    succeeded = Attempt.objects.filter(node_run__run=run, status="succeeded").values_list(
        "node_run__node", flat=True
    )
    assert sorted(succeeded) == ["load", "sum"]
