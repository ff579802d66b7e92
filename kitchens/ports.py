"""What kitchens need of the apps above them, which fill it in when they start."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from kitchens.core.roles import Actor


class StopRuns(Protocol):
    """Cancels every open run of a kitchen and returns how many there were."""

    def __call__(self, kitchen_id: int, *, by: Actor, now: datetime) -> int: ...


class FaultFound(Protocol):
    """Something wrong in a file of a recipe or domain."""

    @property
    def file(self) -> str: ...
    @property
    def line(self) -> int: ...
    @property
    def message(self) -> str: ...
    @property
    def remedy(self) -> str: ...


class CheckCommit(Protocol):
    """Returns "<domain>/<recipe>" -> faults of all that differs between two commits.

    InvalidError where a commit in between holds what the mesh does not take. Writes nothing.
    """

    def __call__(self, old: str, new: str) -> Mapping[str, Sequence[FaultFound]]: ...


def _no_faults(old: str, new: str) -> Mapping[str, Sequence[FaultFound]]:
    return {}


def _no_runs(kitchen_id: int, *, by: Actor, now: datetime) -> int:
    return 0


class Ports:
    """One attribute for each thing needed; without the app that fills it, there is nothing of that kind to do."""

    stop_runs: StopRuns = staticmethod(_no_runs)
    check_commit: CheckCommit = staticmethod(_no_faults)


ports = Ports()
