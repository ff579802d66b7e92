"""The changes as steps of the history: the work with its run, the request, and what came of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import partial

from hub.demo.changes.acts import Ask, GiveUp, Settle
from hub.demo.changes.money_and_visits import MENDS_RENAMED, MONEY, VISITS_AND_GROUPS
from hub.demo.changes.on_their_way import GIVEN_UP, OPEN
from hub.demo.changes.planned import Planned, values_of, workday
from hub.demo.changes.sales_and_goods import GOODS, LIST_CHANGES, SALES
from hub.demo.changes.work import begin_work
from hub.demo.steps import Step
from hub.demo.suppliers.world import Defect, World, dice

CHANGES = (*SALES, *GOODS, *LIST_CHANGES, *MONEY, *VISITS_AND_GROUPS, *GIVEN_UP, *OPEN)


def change_steps(world: World) -> list[Step]:
    """Return what people did about all changes but the one that a red run called for."""
    return [step for change in CHANGES for step in _steps(change, world.anchor)]


def mending_steps(world: World, slot: datetime) -> list[Step]:
    """Return the steps of the change that mends the recipe whose column was renamed, after the red run of `slot`."""
    change = replace(MENDS_RENAMED, ago=(world.anchor - slot.date()).days)
    day = world.since(Defect.RENAMED_COLUMN)
    run = replace(
        _work(change, slot.date(), slot + timedelta(minutes=75)),
        values={"day": day.isoformat()},
        alone=True,
    )
    ask = _act(change, "asked", slot + timedelta(minutes=95), Ask(change), (run.key,))
    settled = _act(change, "settled", slot + timedelta(minutes=125), Settle(change), (ask.key,))
    return [run, replace(ask, alone=True), replace(settled, alone=True)]


def settled_key(slug: str) -> str:
    """Return the key of the step after which a change is merged."""
    return f"change {slug} settled"


def _steps(change: Planned, anchor: date) -> Iterator[Step]:
    run = _work(change, change.begun(anchor), _moment(change, change.begun(anchor), "worked", time(10, 20)))
    yield run
    if change.ends == "abandoned":
        at = _moment(
            change, workday(change.begun(anchor) + timedelta(days=4), later=True), "given up", time(16)
        )
        yield _act(change, "given up", at, GiveUp(change), (run.key,))
        return
    asked = _moment(change, change.asked(anchor), "asked", time(14))
    ask = _act(change, "asked", asked, Ask(change), (run.key,))
    yield ask
    if change.ends == "asked":
        return
    settled = _moment(
        change, change.settled(anchor), "settled", time(15, 30) if change.review == 0 else time(10)
    )
    yield _act(change, "settled", max(settled, asked + timedelta(minutes=50)), Settle(change), (ask.key,))


def _work(change: Planned, day: date, at: datetime) -> Step:
    return Step(
        f"change {change.slug}", at, change.recipe, "production", change.slug, by=change.by,
        values=values_of(change.recipe, day), before=partial(begin_work, change),
    )  # fmt: skip


def _act(
    change: Planned, what: str, at: datetime, act: Ask | Settle | GiveUp, needs: tuple[str, ...]
) -> Step:
    return Step(f"change {change.slug} {what}", at, "", act=act, by=change.by, needs=needs)


def _moment(change: Planned, day: date, what: str, about: time) -> datetime:
    return datetime.combine(day, about, UTC) + timedelta(minutes=dice(what, change.slug).randint(0, 70))
