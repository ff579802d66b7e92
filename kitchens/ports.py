"""What kitchens need of the apps above them, which fill it in when they start."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol

from kitchens.core.asked import AskedFor
from kitchens.core.next_step import LastRun
from kitchens.core.overrides import DeclaredValue
from kitchens.core.roles import Actor


class StopRuns(Protocol):
    """Cancels every open run of a kitchen and returns how many there were."""

    def __call__(self, kitchen_id: int, *, by: Actor, now: datetime) -> int: ...


class DeclaredValues(Protocol):
    """Returns every value that the recipes of a commit declare, by recipe and in the order of their files."""

    def __call__(self, commit: str) -> list[DeclaredValue]: ...


class FitValue(Protocol):
    """Returns what was given as the declared type has it (with a path: one key inside a dictionary); InvalidError else."""

    def __call__(self, declared: DeclaredValue, path: Sequence[str], given: Any) -> Any: ...


class LastRuns(Protocol):
    """Returns the newest run of each kitchen that has any: kitchen id -> run."""

    def __call__(self, kitchen_ids: Sequence[int]) -> dict[int, LastRun]: ...


class RunCost(Protocol):
    """Returns how many runs a kitchen has had, and how many seconds they took together."""

    def __call__(self, kitchen_id: int) -> tuple[int, float]: ...


class AskedNames(Protocol):
    """Returns which secrets and connections the recipes of a commit ask for."""

    def __call__(self, commit: str) -> Sequence[AskedFor]: ...


def _no_last_runs(kitchen_ids: Sequence[int]) -> dict[int, LastRun]:
    return {}


def _no_cost(kitchen_id: int) -> tuple[int, float]:
    return 0, 0.0


def _none_asked(commit: str) -> Sequence[AskedFor]:
    return ()


def _no_values(commit: str) -> list[DeclaredValue]:
    return []


def _as_it_is(declared: DeclaredValue, path: Sequence[str], given: Any) -> Any:
    return given


def _no_runs(kitchen_id: int, *, by: Actor, now: datetime) -> int:
    return 0


class Ports:
    """One attribute for each thing needed; without the app that fills it, there is nothing of that kind to do."""

    stop_runs: StopRuns = staticmethod(_no_runs)
    declared_values: DeclaredValues = staticmethod(_no_values)
    fit_value: FitValue = staticmethod(_as_it_is)
    last_runs: LastRuns = staticmethod(_no_last_runs)
    run_cost: RunCost = staticmethod(_no_cost)
    asked_names: AskedNames = staticmethod(_none_asked)


ports = Ports()
