"""A process dies around an ingredient of a kitchen: its run is placed once, and what it made is there once, or gone."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kitchens.actions import provision
from kitchens.actions.retire import purge_kitchen, retire_kitchen
from kitchens.actions.upkeep import work
from kitchens.core.provision import Choices
from kitchens.core.roles import THE_HUB
from kitchens.models import Kitchen, Provision, ProvisionStep
from tests import crash_points
from tests.recipes.actions.test_crashes import die_at
from tests.recipes.actions.test_ingredients import CHOICES, go_on, recipe
from tests.small_mesh import SmallMesh

pytestmark = pytest.mark.django_db(transaction=True)
A_WEEK = timedelta(days=8)
GO_ON = """
from datetime import timedelta
from kitchens.actions import provision
from kitchens.actions.upkeep import work
from kitchens.core.roles import THE_HUB
from kitchens.models import Kitchen, ProvisionStep
from recipes.actions import runs
def go_on(now):
    for _ in range(4):
        ProvisionStep.objects.filter(lease_until__isnull=False).update(lease_until=None)
        provision.drain("the one that dies", lambda: now)
        work(now)
        runs.drain("the one that dies", lambda: now)
"""
CREATE = (
    GO_ON
    + """
from kitchens.core.provision import Choices
provision.create(Choices.from_dict({choices!r}), by=THE_HUB, now=now)
go_on(now)
"""
)
PURGE = (
    GO_ON
    + """
from kitchens.actions.retire import purge_kitchen
purge_kitchen(Kitchen.objects.get(slug="sandbox"), by=THE_HUB, now=now + timedelta(days=8))
go_on(now + timedelta(days=8))
"""
)


def create(choices: Choices) -> str:
    return CREATE.format(choices=choices.as_dict())


@pytest.mark.parametrize("point", crash_points.INGREDIENT)
def test_what_an_ingredient_makes_is_made_once(mesh: SmallMesh, point: str) -> None:
    mesh.write("infra", recipe())

    die_at(point, mesh, create(CHOICES))
    go_on(mesh)

    assert Kitchen.objects.get(slug="sandbox").state == "ready"
    assert mesh.ledger() == ["made-3"]


@pytest.mark.parametrize("point", crash_points.INGREDIENT_UNDOING)
def test_what_an_ingredient_made_is_taken_away_once(mesh: SmallMesh, point: str) -> None:
    mesh.write("infra", recipe(make="echo made >> {folder}/ledger; exit 3"))

    die_at(point, mesh, create(CHOICES))
    go_on(mesh)

    assert (Kitchen.objects.get(slug="sandbox").state, Provision.objects.get().state) == ("failed", "undone")
    assert mesh.ledger() == ["made", "dropped"]


@pytest.mark.parametrize("point", crash_points.INGREDIENT_PURGED)
def test_cleaning_takes_it_away_once(mesh: SmallMesh, point: str) -> None:
    mesh.write("infra", recipe())
    kitchen = provision.create(CHOICES, by=THE_HUB, now=mesh.now)
    go_on(mesh)
    retire_kitchen(kitchen, by=THE_HUB, now=mesh.now)

    die_at(point, mesh, PURGE)
    for _ in range(4):
        ProvisionStep.objects.filter(lease_until__isnull=False).update(lease_until=None)
        work(mesh.now + A_WEEK)
        mesh.work()

    kitchen.refresh_from_db()
    assert kitchen.state == "gone"
    assert purge_kitchen(kitchen, by=THE_HUB, now=mesh.now + A_WEEK).state == "gone"
    assert mesh.ledger() == ["made-3", "dropped"]
