"""Ingredients that make what a kitchen needs while it is made, and take it away again."""

from __future__ import annotations

import pytest

from hub.common.errors import InvalidError, MissingError
from kitchens.actions import expiry, provision
from kitchens.actions.retire import restore_kitchen, retire_kitchen
from kitchens.core.provision import Choices
from kitchens.core.roles import THE_HUB
from kitchens.models import Kitchen, Provision, ProvisionStep
from kitchens.ports import ports
from kitchens.queries.provision import recipes_of
from recipes.models import OrderRun
from tests.small_mesh import SmallMesh

KEY = "flights/infra/queue"
CHOICES = Choices(name="sandbox", ingredients={KEY: {"size": 3}})


def recipe(
    make: str = "echo made-$HUB_VALUE_SIZE >> {folder}/ledger", drop: str = "echo dropped >> {folder}/ledger"
):
    return {
        "recipe.yaml": f"""
            description: A queue
            values: {{size: {{type: integer, default: 1}}}}
            nodes:
              make: {{kind: shell, command: "{make}"}}
              drop: {{kind: shell, command: "{drop}"}}
            variations: {{up: {{nodes: [make]}}, down: {{nodes: [drop]}}}}
            ingredients:
              queue: {{variation: up, takes: [size], provisions: true, rollback: no queue}}
              no queue: {{variation: down}}
        """
    }


def go_on(mesh: SmallMesh, times: int = 3) -> None:
    for _ in range(times):
        ProvisionStep.objects.filter(lease_until__isnull=False).update(lease_until=None)  # the wait is over
        provision.drain("worker", mesh.clock)
        mesh.work()


def make(mesh: SmallMesh) -> Kitchen:
    kitchen = provision.create(CHOICES, by=THE_HUB, now=mesh.now)
    go_on(mesh)
    kitchen.refresh_from_db()
    return kitchen


def test_an_ingredient_runs_before_the_kitchen_is_ready(mesh: SmallMesh) -> None:
    mesh.write("infra", recipe())

    kitchen = provision.create(CHOICES, by=THE_HUB, now=mesh.now)
    assert kitchen.state == "provisioning"
    go_on(mesh)

    kitchen.refresh_from_db()
    run = OrderRun.objects.get()
    assert (kitchen.state, run.kitchen, run.came_by, run.status) == (
        "ready",
        kitchen,
        "provision",
        "succeeded",
    )
    assert mesh.ledger() == ["made-3"]
    assert ProvisionStep.objects.get(kind="ingredient").run_id == run.pk


def test_one_that_fails_is_taken_away_again(mesh: SmallMesh) -> None:
    mesh.write("infra", recipe(make="exit 3"))

    kitchen = make(mesh)

    assert (kitchen.state, Provision.objects.get().state) == ("failed", "undone")
    assert "of the ingredient went wrong" in kitchen.state_note
    assert mesh.ledger() == ["dropped"]
    assert list(OrderRun.objects.order_by("pk").values_list("variation", flat=True)) == ["up", "down"]


def test_after_a_failure_it_can_be_tried_again(mesh: SmallMesh) -> None:
    mesh.write("infra", recipe(make="test -e {folder}/allowed && echo made >> {folder}/ledger"))
    kitchen = make(mesh)
    (mesh.folder / "allowed").touch()

    provision.retry(kitchen, by=THE_HUB, now=mesh.now)
    go_on(mesh)

    kitchen.refresh_from_db()
    assert (kitchen.state, mesh.ledger()) == ("ready", ["dropped", "made"])


def test_what_its_rollback_cannot_take_away_is_listed_and_tried_once_more(mesh: SmallMesh) -> None:
    mesh.write("infra", recipe(make="exit 3", drop="test -e {folder}/allowed"))

    kitchen = make(mesh)

    step = ProvisionStep.objects.get(kind="ingredient")
    assert (Provision.objects.get().state, step.state) == ("left_over", "left_over")
    assert kitchen.state_note.endswith("Something is left over.")

    (mesh.folder / "allowed").touch()
    provision.clean(kitchen, by=THE_HUB, now=mesh.now)
    go_on(mesh)
    assert Provision.objects.get().state == "undone"


def test_cancelling_stops_the_run_and_takes_away_what_it_made(mesh: SmallMesh) -> None:
    mesh.write("infra", recipe())
    kitchen = provision.create(CHOICES, by=THE_HUB, now=mesh.now)
    provision.drain("worker", mesh.clock)  # placed, not run

    ProvisionStep.objects.update(lease_until=None)
    provision.cancel(kitchen, by=THE_HUB, now=mesh.now)
    go_on(mesh)

    kitchen.refresh_from_db()
    assert kitchen.state_note == "Making it was cancelled. Everything that was made is undone."
    assert mesh.ledger() == ["dropped"]
    assert [run.status for run in OrderRun.objects.order_by("pk")] == ["cancelled", "succeeded"]


def purge(mesh: SmallMesh, kitchen: Kitchen, times: int = 3) -> None:
    """Let the week in the archive pass, and clean the kitchen as the supervisor and a worker do it."""
    mesh.forward(8 * 24 * 3600)
    for _ in range(times):
        ProvisionStep.objects.filter(lease_until__isnull=False).update(lease_until=None)  # the wait is over
        expiry.finish(mesh.now)
        expiry.purge(mesh.now)
        mesh.work()


def test_what_was_made_stays_while_the_kitchen_can_be_brought_back(mesh: SmallMesh) -> None:
    mesh.write("infra", recipe())
    kitchen = make(mesh)

    retire_kitchen(kitchen, by=THE_HUB, now=mesh.now)
    go_on(mesh)
    restore_kitchen(kitchen, by=THE_HUB, now=mesh.now)

    assert mesh.ledger() == ["made-3"]


def test_what_was_made_is_taken_away_when_the_kitchen_is_cleaned(mesh: SmallMesh) -> None:
    mesh.write("infra", recipe())
    kitchen = make(mesh)
    retire_kitchen(kitchen, by=THE_HUB, now=mesh.now)

    purge(mesh, kitchen)

    assert mesh.ledger() == ["made-3", "dropped"]
    assert Provision.objects.get(kind="teardown", digest="purge").state == "ready"
    kitchen.refresh_from_db()
    assert kitchen.state == "gone"


def test_what_its_rollback_cannot_take_away_is_listed_when_the_kitchen_is_gone(mesh: SmallMesh) -> None:
    mesh.write("infra", recipe(drop="exit 3"))
    kitchen = make(mesh)
    retire_kitchen(kitchen, by=THE_HUB, now=mesh.now)

    purge(mesh, kitchen)

    step = ProvisionStep.objects.get(provision__digest="purge", kind="ingredient")
    kitchen.refresh_from_db()
    assert (kitchen.state, step.state) == ("gone", "left_over")
    assert "went wrong" in step.fault


def test_an_ingredient_is_placed_once_for_a_key(mesh: SmallMesh) -> None:
    mesh.write("infra", recipe())
    asked = {"by": THE_HUB, "now": mesh.now}

    first, again = (
        ports.place_ingredient(mesh.kitchen.pk, KEY, {"size": 2}, key="k", **asked) for _ in range(2)
    )

    assert first == again
    assert ports.state_of_run(first) == ""
    with pytest.raises(MissingError):
        ports.place_ingredient(mesh.kitchen.pk, "flights/infra/none", {}, key="k", **asked)


def test_only_what_provisions_is_offered(mesh: SmallMesh) -> None:
    mesh.write("infra", recipe())

    (facts,) = recipes_of(mesh.kitchen.revisions.latest("number").commit)

    assert [(one.key, one.rollback) for one in facts.ingredients] == [(KEY, "no queue")]
    assert [(value.name, value.type, value.default) for value in facts.values] == [("size", "integer", 1)]


def test_a_developer_gives_an_ingredient_no_value_that_its_recipe_protects(mesh: SmallMesh) -> None:
    files = recipe()
    files["recipe.yaml"] = files["recipe.yaml"].replace("default: 1}", "default: 1, protected: true}")
    mesh.write("infra", files)

    with pytest.raises(InvalidError, match="flights/infra protects size"):
        provision.create(CHOICES, by=mesh.person("dev", "developer"), now=mesh.now)
    assert provision.create(CHOICES, by=mesh.person("op", "operator"), now=mesh.now).state == "provisioning"
