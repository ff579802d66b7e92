"""What must be there before the first page is shown: people, production, the mesh, a first kitchen, the first files."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from hub.demo.files import mesh_files
from hub.demo.people import actor, create_people
from hub.demo.state import REHEARSAL, drop_folder, is_seeded, world_there
from hub.demo.suppliers.drop import drop_checkout, drop_day
from hub.demo.suppliers.world import World
from kitchens.actions.kitchens import create_kitchen, create_production
from kitchens.actions.members import set_member
from kitchens.actions.policy import set_policy
from kitchens.core.roles import THE_HUB
from kitchens.models import Kitchen, Person
from kitchens.queries.data import newest
from recipes.actions.files import save_files
from recipes.actions.schedules import set_paused
from recipes.models import Schedule

DAYS = 60


def seed(now: datetime) -> str:
    """Make what is missing of the demo's beginning; return the admin's password if it was made just now, else ""."""
    production = Kitchen.objects.filter(tier="production").first()
    world = world_there() or World(anchor_at(now), DAYS)
    opened = datetime.combine(world.opened, time(8), UTC)
    password = create_people(opened)
    production = production or create_production(by=THE_HUB, now=opened)
    if newest(production).number == 1:
        _commit_mesh(production, opened, now)
    if not production.protected:  # from the first commit on it changes by merges only
        set_policy(
            production, protected=True, policy={}, by=actor("admin"), now=opened + timedelta(minutes=30)
        )
    drop_day(drop_folder(), world, world.opened)
    drop_checkout(drop_folder(), now)
    if not is_seeded():
        _create_rehearsal(production, opened + timedelta(hours=1))
    return password


def anchor_at(now: datetime) -> date:
    """The newest day whose deliveries are due by now: they are loaded on the next morning at six in Amsterdam."""
    return (now - timedelta(days=1, hours=5)).date()


def _commit_mesh(production: Kitchen, at: datetime, now: datetime) -> None:
    """Commit the mesh as of the opening; its schedules fire from now on, the slots before are made as history."""
    save_files(
        production,
        mesh_files(),
        message="Five domains and nine recipes of Fernhill",
        by=actor("admin"),
        now=at,
        expected_commit=newest(production).commit,
    )
    for schedule in Schedule.objects.filter(kitchen=production):
        set_paused(schedule, False, by=THE_HUB, now=now)


def _create_rehearsal(production: Kitchen, at: datetime) -> None:
    rehearsal = create_kitchen(
        name=REHEARSAL,
        parent=production,
        ends_on=None,
        by=actor("tom"),
        now=at,
        tier="canary",
        title="Rehearsal",
        description="Follows production; what is tried here sees today's data and changes nothing.",
    )
    ruth = Person.objects.get(username="ruth")  # runs in a canary are for operators, as in production
    set_member(rehearsal, ruth, "operator", by=actor("tom"), now=at)
