"""A process dies at every boundary of the making of a kitchen: never half a kitchen, nothing left that is not listed."""

from __future__ import annotations

import signal

import pytest
from django.conf import settings
from django.db import connection

from kitchens.actions import provision
from kitchens.actions.provision.steps.people import seal_for_draft
from kitchens.core.branches import kitchen_branches
from kitchens.core.git import MeshRepository
from kitchens.core.provision import Choices
from kitchens.models import Kitchen, Membership, Pointer, Provision, ProvisionStep, Revision, Secret, Snapshot
from recipes.models import OrderRun
from tests import crash_points, factories
from tests.forks import run_forked
from tests.kitchens.actions.shop import leave_rows, publish_rows

pytestmark = pytest.mark.django_db(transaction=True)
CREATE = """
from kitchens.actions import provision
from kitchens.core.provision import Choices
from kitchens.models import Person
by = Person.objects.get(username="dee").actor()
provision.create(Choices.from_dict({choices!r}), by=by, now=now)
provision.drain("the one that dies", lambda: now)
"""
BREAK = """
from kitchens.actions.provision.steps import STEPS
STEPS["ready"].do = lambda *_: 1 / 0
"""


@pytest.fixture
def at_rest(transactional_db, hub_home, tmp_path):
    """A mesh whose rows other processes see."""
    from tests.kitchens.actions.conftest import DOMAIN, RECIPE
    from tests.small_mesh import SmallMesh

    mesh = SmallMesh(tmp_path)
    mesh.commit({"domains/flights/domain.yaml": DOMAIN})
    mesh.write("daily", {"recipe.yaml": RECIPE})
    publish_rows(mesh.kitchen, mesh.now)
    leave_rows(mesh.kitchen, mesh.now)
    factories.make_person("dee", "developer")
    factories.make_person("vic", "viewer")
    return mesh


def choices() -> Choices:
    return Choices(
        name="sandbox",
        run=OrderRun.objects.get().pk,
        overrides={"fewest": 2},
        members={"vic": "developer"},
        secrets={"KEY": seal_for_draft("KEY", "s3cret")},
        data={"flights.customers": "masked", "flights.orders": "empty"},
    )


def database_url() -> str:
    told = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{told['NAME']}"
    return f"postgresql://{told['USER']}:{told['PASSWORD']}@{told['HOST']}:{told['PORT']}/{told['NAME']}"


def die_at(point: str, mesh, before: str = "") -> None:
    """Make the kitchen in a process that is killed at the crash point."""
    program = f"""
import django
django.setup()
from datetime import datetime
now = datetime.fromisoformat({mesh.now.isoformat()!r})
{before}
{CREATE.format(choices=choices().as_dict())}"""
    surroundings = {
        "DJANGO_SETTINGS_MODULE": "hub.settings",
        "HUB_HOME": str(settings.HUB_HOME),
        "DATABASE_URL": database_url(),
        "HUB_CRASH_POINT": point,
    }
    ended = run_forked(program, environment=surroundings)
    assert ended.returncode == -signal.SIGKILL, ended.stderr


def lease_runs_out() -> None:
    ProvisionStep.objects.filter(lease_until__isnull=False).update(lease_until=None)


def check_whole(kitchen: Kitchen, mesh) -> None:
    """Everything that was planned is there, once."""
    assert kitchen.state == "ready", kitchen.state_note
    assert MeshRepository(settings.MESH_REPOSITORY).head(kitchen.branch) == kitchen.revisions.first().commit
    assert list(kitchen.revisions.order_by("number").values_list("number", "cause")) == [
        (1, "created"),
        (2, "provision"),
        (3, "provision"),
    ]
    assert kitchen.head == 3
    assert Membership.objects.filter(kitchen=kitchen).count() == 1
    assert Secret.objects.filter(kitchen=kitchen).count() == 1
    assert Pointer.objects.filter(kitchen=kitchen).count() == 3
    assert len(mesh.rows("flights.late", kitchen)) == 7
    assert "@" not in str(mesh.rows("flights.customers", kitchen))
    assert mesh.rows("flights.orders", kitchen) == []
    assert set(ProvisionStep.objects.values_list("state", flat=True)) == {"done"}


def check_gone(kitchen: Kitchen) -> None:
    """Nothing is there but the facts."""
    assert (kitchen.state, Provision.objects.get().state) == ("failed", "undone")
    assert list(kitchen_branches(settings.MESH_REPOSITORY)) == []
    for rows in (Revision, Membership, Secret, Pointer):
        assert not rows.objects.filter(kitchen=kitchen).exists()
    published = Pointer.objects.values("snapshot")
    assert not Snapshot.objects.filter(made_by_attempt__startswith="k", pk__in=published).exists()


@pytest.mark.parametrize("point", crash_points.PROVISION)
def test_a_kitchen_whose_maker_dies_is_made_by_the_next_process(at_rest, point):
    die_at(point, at_rest)
    kitchen = Kitchen.objects.get(slug="sandbox")
    if point != "provision.ready.done":
        assert kitchen.state == "provisioning"

    lease_runs_out()
    provision.drain("the next one", at_rest.clock)

    kitchen.refresh_from_db()
    check_whole(kitchen, at_rest)


@pytest.mark.parametrize("point", crash_points.BETWEEN)
def test_so_it_is_between_the_steps(at_rest, point):
    die_at(point, at_rest)

    lease_runs_out()
    provision.drain("the next one", at_rest.clock)

    check_whole(Kitchen.objects.get(slug="sandbox"), at_rest)


@pytest.mark.parametrize("point", crash_points.UNDOING)
def test_a_kitchen_whose_undoing_dies_is_undone_by_the_next_process(at_rest, point):
    die_at(point, at_rest, BREAK)

    lease_runs_out()
    provision.drain("the next one", at_rest.clock)

    check_gone(Kitchen.objects.get(slug="sandbox"))


def test_nobody_takes_over_while_the_lease_lasts(at_rest):
    die_at("provision.fork.before", at_rest)

    assert provision.drain("the next one", at_rest.clock) == 0
    assert Kitchen.objects.get(slug="sandbox").state == "provisioning"
