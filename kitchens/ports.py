"""What kitchens need of the apps above them, which fill it in when they start."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from hub.common.errors import InvalidError
from kitchens.core.asked import AskedFor
from kitchens.core.impact import Impact, RunsVerdict
from kitchens.core.next_step import LastRun
from kitchens.core.overrides import DeclaredValue
from kitchens.core.provision.recipes import RecipeFacts
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


class PauseSchedules(Protocol):
    """Pauses every schedule of a kitchen and returns how many there were."""

    def __call__(self, kitchen_id: int, *, by: Actor, now: datetime) -> int: ...


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


class OfRequest(Protocol):
    """Does something for a merge request; may be called twice without harm."""

    def __call__(self, request_id: int, *, now: datetime) -> None: ...


def _nothing(request_id: int, *, now: datetime) -> None:
    return None


class ImpactOf(Protocol):
    """Returns what a merge request would do, worked out from recipes and schemas. No run is needed."""

    def __call__(self, request_id: int) -> Impact: ...


def _no_impact(request_id: int) -> Impact:
    return Impact()


class TestsOf(Protocol):
    """Returns which recipes changed in a kitchen ran green on exactly the commit and overrides of a revision."""

    def __call__(self, kitchen_id: int, revision: int) -> RunsVerdict: ...


def _no_tests(kitchen_id: int, revision: int) -> RunsVerdict:
    return RunsVerdict()


class OfKitchen(Protocol):
    """Does something for a kitchen; may be called twice without harm."""

    def __call__(self, kitchen_id: int, *, now: datetime) -> None: ...


class OfCommit(Protocol):
    """Reads the recipes of a commit into the index; may be called twice, and outside any transaction."""

    def __call__(self, commit: str, *, now: datetime) -> None: ...


def _nothing_follows(kitchen_id: int, *, now: datetime) -> None:
    return None


def _no_index(commit: str, *, now: datetime) -> None:
    return None


class FactsOfRecipes(Protocol):
    """Says what the recipes of a commit are: values, ingredients, connections."""

    def __call__(self, commit: str) -> Sequence[RecipeFacts]: ...


def _no_recipes(commit: str) -> Sequence[RecipeFacts]:
    return ()


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


class LeftByRun(Protocol):
    """Returns dataset -> id of the snapshot that a run of the kitchen wrote, published or not, also where it failed.

    InvalidError where it is no run of that kitchen.
    """

    def __call__(self, run_id: int, kitchen_id: int) -> Mapping[str, int]: ...


def _nothing_left(run_id: int, kitchen_id: int) -> Mapping[str, int]:
    return {}


class StateOfRun(Protocol):
    """Says how a run stands: "" while it is open, "green", or a sentence about what went wrong."""

    def __call__(self, run_id: int) -> str: ...


def _no_state(run_id: int) -> str:
    return "green"


class ToldOf(Protocol):
    """Returns what events of other tools told a kitchen, or else production, up to a moment: for each thing asked.

    What is asked and answered are recipes.core.checks.told's Ask and Told as dictionaries. Messages are told of
    components that the domain has claimed, or nobody. A query, and one for each thing asked.
    """

    def __call__(
        self, kitchen_id: int, domain: str, asks: Mapping[str, Mapping[str, Any]], *, now: datetime
    ) -> Mapping[str, dict[str, Any]]: ...


def _nothing_told(
    kitchen_id: int, domain: str, asks: Mapping[str, Mapping[str, Any]], *, now: datetime
) -> Mapping[str, dict[str, Any]]:
    return {name: {} for name in asks}


class Ports:
    """One attribute for each thing needed; without the app that fills it, there is nothing of that kind to do."""

    stop_runs: StopRuns = staticmethod(_no_runs)
    check_commit: CheckCommit = staticmethod(_no_faults)
    # The hidden kitchen of the request is there: plan and place what has to run in it; ends in candidate_settled.
    build_candidate: OfRequest = staticmethod(_nothing)
    # Stop what runs in the candidate or the canary of the request: it is void, withdrawn or merged.
    cancel_candidate: OfRequest = staticmethod(_nothing)
    # The candidate is green and the policy asks for runs on live inputs first: make the canary kitchen and watch it.
    start_canary: OfRequest = staticmethod(_nothing)
    impact: ImpactOf = staticmethod(_no_impact)
    tests_of: TestsOf = staticmethod(_no_tests)
    # The branch of the kitchen may be ahead of its ledger: append what was committed or pushed before a crash.
    catch_up: OfKitchen = staticmethod(_nothing_follows)
    # A commit is about to become a revision.
    index: OfCommit = staticmethod(_no_index)
    # The kitchen has a new revision: domains and schedules follow its files, in the caller's transaction.
    follow: OfKitchen = staticmethod(_nothing_follows)
    declared_values: DeclaredValues = staticmethod(_no_values)
    fit_value: FitValue = staticmethod(_as_it_is)
    last_runs: LastRuns = staticmethod(_no_last_runs)
    run_cost: RunCost = staticmethod(_no_cost)
    told_of: ToldOf = staticmethod(_nothing_told)
    asked_names: AskedNames = staticmethod(_none_asked)
    recipe_facts: FactsOfRecipes = staticmethod(_no_recipes)
    place_ingredient: PlaceIngredient = staticmethod(_no_ingredient)
    left_by_run: LeftByRun = staticmethod(_nothing_left)
    state_of_run: StateOfRun = staticmethod(_no_state)
    pause_schedules: PauseSchedules = staticmethod(_no_runs)
    known_keys: KnownKeys = staticmethod(_no_keys)
    forget_logs: Forget = staticmethod(_nothing_to_forget)
    forget_samples: Forget = staticmethod(_nothing_to_forget)
    forget_events: Forget = staticmethod(_nothing_to_forget)
    forget_notices: Forget = staticmethod(_nothing_to_forget)


ports = Ports()
