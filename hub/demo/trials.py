"""What people of Fernhill ordered by hand in the course of the history: rehearsals, a backfill, a kitchen of their own."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from hub.demo.changes.sales_and_goods import PARCELS
from hub.demo.changes.work import commit_edits
from hub.demo.edits import Edit, edit, more_tests
from hub.demo.files import layer
from hub.demo.people import actor
from hub.demo.state import REHEARSAL
from hub.demo.steps import Step
from hub.demo.suppliers.world import World
from kitchens.actions.kitchens import create_kitchen
from kitchens.actions.merges import merge_down
from kitchens.models import Kitchen
from kitchens.queries.data import newest

SECOND_COURIER = "second-courier"
FRIDAY = 4
TRIED = (
    edit(PARCELS, "recipe.yaml", "[Swift Parcel, Dale Couriers, Postbode]", "[Swift Parcel, Dale Couriers, Postbode, Highland Post]"),
    edit(PARCELS, "recipe.yaml", "\n\ntests:", layer("second_courier")["node.yaml"].decode()),
    more_tests(
        PARCELS, "most parcels are in time",
        'slow parcels are a minority: {node: slow, check: row_expression, expression: slow * 2 < parcels, where: "day = {{ day }}", severity: warn}',
    ),
    edit(PARCELS, "recipe.yaml", "nodes: [parcels, deliveries]", "nodes: [parcels, deliveries, slow]"),
    edit(PARCELS, "slow.sql", "", layer("second_courier")["slow.sql"].decode()),
)  # fmt: skip
MENDED = (edit(PARCELS, "slow.sql", "WHEN hours > 36", "WHEN hours_under_way > 36"),)


def trial_steps(world: World) -> list[Step]:
    """Return the runs that people ordered; their moments lie between the scheduled ones."""
    return [*_rehearsals(world), _backfill(world), *_second_courier(world)]


def _rehearsals(world: World) -> list[Step]:
    """Every Friday Ruth tries the sales recipe on the web shop alone, in the kitchen that follows production."""
    fridays = [day for day in world.all_days()[1:] if day.weekday() == FRIDAY]
    steps = [
        _step(
            f"rehearsal {day}",
            day,
            time(10, 5),
            "sales/daily",
            "canary",
            "ruth",
            REHEARSAL,
            day - timedelta(days=1),
        )
        for day in fridays
    ]
    return [replace(step, before=_follow_production) for step in steps]


def _follow_production(at: datetime) -> None:
    """Take into the rehearsal what production has become, unless it has that already."""
    kitchen = Kitchen.objects.select_related("parent").get(slug=REHEARSAL)
    if kitchen.parent and newest(kitchen).parent_revision_id != newest(kitchen.parent).pk:
        merge_down(kitchen, by=actor("ruth"), now=at - timedelta(minutes=8))


def _backfill(world: World) -> Step:
    day = world.anchor - timedelta(days=17)
    at = time(11, 20)
    return _step(
        "corrected parcels",
        day,
        at,
        "logistics/deliveries",
        "backfill",
        "tom",
        "production",
        day - timedelta(2),
    )


def _second_courier(world: World) -> list[Step]:
    """Tom opens a kitchen for a second courier; his first commit fails, his second does what he wants."""
    day = world.anchor - timedelta(days=1)

    def step(key: str, at: time, edits: tuple[Edit, ...], message: str, needs: tuple[str, ...] = ()) -> Step:
        def before(now: datetime) -> None:
            commit_edits(_kitchen(now), edits, message, "tom", now)

        loaded = day - timedelta(days=1)
        return Step(
            key, datetime.combine(day, at, UTC), PARCELS, "backfill", SECOND_COURIER,
            by="tom", values={"day": loaded.isoformat(), "fewest_parcels": 1}, day=loaded, needs=needs, before=before,
        )  # fmt: skip

    return [
        step("second courier", time(15, 10), TRIED, "Know a second courier and count slow parcels"),
        step(
            "second courier mended", time(15, 32), MENDED, "Name the column as deliveries has it",
            ("second courier",),
        ),
    ]  # fmt: skip


def _step(
    key: str, on: date, at: time, recipe: str, variation: str, by: str, kitchen: str, loaded: date
) -> Step:
    return Step(
        key, datetime.combine(on, at, UTC), recipe, variation, kitchen,
        by=by, values={"day": loaded.isoformat()}, day=loaded,
    )  # fmt: skip


def _kitchen(now: datetime) -> Kitchen:
    """Return the kitchen, made if it is not there yet."""
    return Kitchen.objects.filter(slug=SECOND_COURIER).first() or create_kitchen(
        name=SECOND_COURIER,
        parent=Kitchen.objects.get(tier="production"),
        ends_on=(now + timedelta(days=30)).date(),
        by=actor("tom"),
        now=now,
        title="A second courier for Scotland",
        description="Would Highland Post be quicker than who brings our parcels today?",
    )
