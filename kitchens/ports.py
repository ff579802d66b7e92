"""What kitchens need of the apps above them, which fill it in when they start."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from kitchens.core.roles import Actor


class StopRuns(Protocol):
    """Cancels every open run of a kitchen and returns how many there were."""

    def __call__(self, kitchen_id: int, *, by: Actor, now: datetime) -> int: ...


class KnownKeys(Protocol):
    """Returns the columns that recipes and tests of the kitchen say identify a row of the dataset, the surest first."""

    def __call__(self, kitchen_id: int, dataset: str) -> Sequence[tuple[str, ...]]: ...


def _no_keys(kitchen_id: int, dataset: str) -> Sequence[tuple[str, ...]]:
    return ()


def _no_runs(kitchen_id: int, *, by: Actor, now: datetime) -> int:
    return 0


class Ports:
    """One attribute for each thing needed; without the app that fills it, there is nothing of that kind to do."""

    stop_runs: StopRuns = staticmethod(_no_runs)
    known_keys: KnownKeys = staticmethod(_no_keys)


ports = Ports()
