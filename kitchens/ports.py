"""What kitchens need of the apps above them, which fill it in when they start."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from hub.common.errors import InvalidError
from kitchens.core.roles import Actor


class StopRuns(Protocol):
    """Cancels every open run of a kitchen and returns how many there were."""

    def __call__(self, kitchen_id: int, *, by: Actor, now: datetime) -> int: ...


class PauseSchedules(Protocol):
    """Pauses every schedule of a kitchen and returns how many there were."""

    def __call__(self, kitchen_id: int, *, by: Actor, now: datetime) -> int: ...


class PlaceIngredient(Protocol):
    """Orders an ingredient in a kitchen that is being made or taken down; returns the run, the same for the same key."""

    def __call__(
        self,
        kitchen_id: int,
        ingredient: str,
        values: Mapping[str, Any],
        *,
        key: str,
        by: Actor,
        now: datetime,
    ) -> int: ...


def _no_ingredient(
    kitchen_id: int, ingredient: str, values: Mapping[str, Any], *, key: str, by: Actor, now: datetime
) -> int:
    raise InvalidError(f"There is no ingredient {ingredient} here.")


class StateOfRun(Protocol):
    """Says how a run stands: "" while it is open, "green", or a sentence about what went wrong."""

    def __call__(self, run_id: int) -> str: ...


def _no_state(run_id: int) -> str:
    return "green"


class Forget(Protocol):
    """Removes what is older than the moment, at most `limit` things, and returns how many and their bytes.

    `dry_run` only counts.
    """

    def __call__(self, before: datetime, *, limit: int, dry_run: bool) -> tuple[int, int]: ...


def _nothing_to_forget(before: datetime, *, limit: int, dry_run: bool) -> tuple[int, int]:
    return 0, 0


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
    pause_schedules: PauseSchedules = staticmethod(_no_runs)
    known_keys: KnownKeys = staticmethod(_no_keys)
    place_ingredient: PlaceIngredient = staticmethod(_no_ingredient)
    state_of_run: StateOfRun = staticmethod(_no_state)
    forget_logs: Forget = staticmethod(_nothing_to_forget)
    forget_samples: Forget = staticmethod(_nothing_to_forget)


ports = Ports()
