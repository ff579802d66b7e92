"""What goes on behind the demo: the history is run, and then the suppliers go on dropping files."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

from hub.demo.history import History
from hub.demo.state import drop_folder
from hub.demo.suppliers.catalogue import monday
from hub.demo.suppliers.drop import drop_catalogue, drop_checkout, drop_count, drop_day
from hub.demo.suppliers.world import World

PUNCTUAL = timedelta(minutes=3)
LOOK_AGAIN = 300.0  # seconds between two looks for runs that were missed
EVERY = 20.0  # seconds between two looks at what is due


def go_on(world: World, parent: int) -> None:
    """Run the history to its end, then supply the mesh with files for as long as the process `parent` lives."""

    def alive() -> bool:
        return os.getppid() == parent

    supplies = Supplies(world)
    while alive():
        supplies.hand_over(datetime.now(UTC))
        # A slot that has just come is the schedule's own; what it missed, while the machine slept, is made up for.
        History(world, datetime.now(UTC) - PUNCTUAL).run(_both(alive, supplies))
        _wait(LOOK_AGAIN, _both(alive, supplies))


class Supplies:
    """Drops what is due: the check-out every minute, the files of a day as soon as the day is over."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.dropped: date = world.anchor
        self.looked_at = datetime.min.replace(tzinfo=UTC)

    def hand_over(self, now: datetime) -> None:
        """Drop all that has become due since the last call; days that were missed are made up for."""
        if (now - self.looked_at).total_seconds() < EVERY:
            return
        self.looked_at = now
        drop_checkout(drop_folder(), now)
        drop_catalogue(drop_folder(), monday(now.date()))
        day = self.dropped + timedelta(days=1)
        while day < now.date():
            drop_day(drop_folder(), self.world, day)
            self.dropped, day = day, day + timedelta(days=1)
        if now.date().weekday() == 6 and now.hour >= 20:
            drop_count(drop_folder(), self.world, now.date())


def _wait(seconds: float, alive: Callable[[], bool]) -> None:
    """Let time pass, unless the hub has ended."""
    until = time.monotonic() + seconds
    while time.monotonic() < until and alive():
        time.sleep(1)


def _both(alive: Callable[[], bool], supplies: Supplies) -> Callable[[], bool]:
    """Return `alive` that also lets the suppliers work while the history is being run."""

    def alive_and_supplied() -> bool:
        supplies.hand_over(datetime.now(UTC))
        return alive()

    return alive_and_supplied
