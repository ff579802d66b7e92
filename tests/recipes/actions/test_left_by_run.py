"""A kitchen made of a run: it reads what the run wrote, also what was never published, and nothing is copied."""

from __future__ import annotations

import pytest

from hub.common.errors import InvalidError
from kitchens.actions import provision
from kitchens.core.provision import Choices
from kitchens.models import Dataset, Kitchen, Pointer, Snapshot
from recipes.models import OrderRun
from tests.small_mesh import SmallMesh

LOAD = """
    def run(context):
        rows = [{"id": n, "email": f"p{n}@example.org"} for n in range(context.values["rows"])]
        context.write("flights.raw", rows)
"""
RECIPE = """
    description: Two datasets, the second made of the first
    values:
      rows: {type: integer, default: 3, min: 0}
    nodes:
      load: {kind: python, file: load.py, writes: flights.raw}
      clean: {kind: sql, file: clean.sql, writes: flights.clean}
    tests:
      not too many: {node: clean, check: row_count, dataset: flights.clean, max: 9}
    variations:
      production: {}
"""


@pytest.fixture(params=["embedded", "postgresql"])
def store(request, settings) -> None:
    settings.DEFAULT_STORE = request.param
    if request.param == "postgresql":
        settings.STORE_URL = request.getfixturevalue("postgres_url")


@pytest.fixture
def failed(store, mesh: SmallMesh) -> OrderRun:
    """A run of twelve rows, red at the second node, after a green one of three."""
    mesh.write(
        "daily", {"recipe.yaml": RECIPE, "load.py": LOAD, "clean.sql": "SELECT id, email FROM flights.raw"}
    )
    mesh.run()
    mesh.now = mesh.forward(60)
    return mesh.run(values={"rows": 12})


def plan(mesh: SmallMesh, run: int, **choices):
    return provision.plan_kitchen(asked(run, **choices), by=mesh.person(), now=mesh.now)


def asked(run: int, **choices) -> Choices:
    return Choices(name="look", purpose="hotfix", run=run, **choices)


def made(mesh: SmallMesh, run: int, **choices) -> Kitchen:
    kitchen = provision.create(asked(run, **choices), by=mesh.person("dee", "developer"), now=mesh.now)
    provision.drain("worker", mesh.clock)
    kitchen.refresh_from_db()
    return kitchen


def test_the_kitchen_reads_what_the_failed_run_wrote_and_production_does_not(mesh, failed):
    before = Snapshot.objects.count()

    kitchen = made(mesh, failed.pk)

    assert (failed.status, kitchen.state) == ("failed", "ready")
    assert [len(mesh.rows(name, kitchen)) for name in ("flights.raw", "flights.clean")] == [12, 12]
    assert [len(mesh.rows(name)) for name in ("flights.raw", "flights.clean")] == [3, 3]
    assert Snapshot.objects.count() == before
    assert kitchen.revisions.latest("number").note == f"2 datasets as run {failed.pk} left them"


def test_the_failure_is_seen_again_at_once_in_the_kitchen(mesh, failed):
    kitchen = made(mesh, failed.pk, overrides={"rows": 12})

    again = mesh.run(kitchen=kitchen)

    assert (again.status, again.tests_failed) == ("failed", 1)


def test_the_plan_says_what_is_read_from_the_run(mesh, failed):
    planned = plan(mesh, failed.pk)

    assert f"2 datasets as run {failed.pk} left them" in planned.summary()
    assert [step.kind for step in planned.steps] == ["branch", "fork", "left", "ready"]
    assert planned.left == ("flights.clean", "flights.raw")


def test_what_is_no_longer_kept_is_said_and_read_as_before_the_run(mesh, failed):
    clean = Dataset.objects.get(name="flights.clean")
    newest = Snapshot.objects.filter(dataset=clean).latest("pk")
    Snapshot.objects.filter(pk=newest.pk).update(collected_at=mesh.now)

    (warned,) = [one for one in plan(mesh, failed.pk).warned if "kept" in one.said]
    kitchen = made(mesh, failed.pk)

    assert warned.said.startswith(f"What run {failed.pk} wrote to flights.clean is no longer kept")
    assert [len(mesh.rows(name, kitchen)) for name in ("flights.raw", "flights.clean")] == [12, 3]


def test_personal_columns_of_what_the_run_wrote_come_masked_where_they_have_to(mesh, failed):
    personal = "title: Flights\npersonal:\n  raw: {email: hash}\n  clean: {email: drop}\n"
    mesh.commit({"domains/flights/domain.yaml": personal})

    kitchen = made(mesh, failed.pk, personal="masked", parent_revision=mesh.kitchen.head)

    rows = mesh.rows("flights.raw", kitchen)
    assert len(rows) == 12
    assert "@" not in str(rows + mesh.rows("flights.clean", kitchen))
    named = Pointer.objects.filter(kitchen=kitchen).values_list("snapshot__made_by_node_run", flat=True)
    assert set(named) == {None}


@pytest.mark.parametrize("other", [0, 1])
def test_a_run_of_another_kitchen_is_refused(mesh, failed, other):
    mesh.child("beside")
    choices = {"parent": "beside"} if other else {}

    with pytest.raises(InvalidError, match="no run of this kitchen") as told:
        plan(mesh, failed.pk + (0 if other else 1000), **choices)

    assert told.value.field == "run"
