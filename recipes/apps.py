from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.apps import AppConfig

from kitchens.core.asked import AskedFor
from kitchens.core.next_step import LastRun
from kitchens.core.overrides import DeclaredValue
from kitchens.core.roles import Actor


class RecipesConfig(AppConfig):
    name = "recipes"
    verbose_name = "Recipes, orders, runs and tests"

    def ready(self) -> None:
        from kitchens.ports import ports

        ports.stop_runs = _stop_runs
        ports.declared_values = _declared_values
        ports.fit_value = _fit_value
        ports.last_runs = _last_runs
        ports.run_cost = _run_cost
        ports.asked_names = _asked_names


def _stop_runs(kitchen_id: int, *, by: Actor, now: datetime) -> int:
    # Imported at first use: no command should load the whole engine only to start.
    from recipes.actions.retired import stop_runs

    return stop_runs(kitchen_id, by=by, now=now)


def _declared_values(commit: str) -> list[DeclaredValue]:
    from recipes.queries.declared import declared_values

    return declared_values(commit)


def _fit_value(declared: DeclaredValue, path: Sequence[str], given: Any) -> Any:
    from recipes.core.values.fitting import fit_value

    return fit_value(declared, path, given)


def _last_runs(kitchen_ids: Sequence[int]) -> dict[int, LastRun]:
    from recipes.queries.of_kitchens import last_runs

    return last_runs(kitchen_ids)


def _run_cost(kitchen_id: int) -> tuple[int, float]:
    from recipes.queries.of_kitchens import run_cost

    return run_cost(kitchen_id)


def _asked_names(commit: str) -> Sequence[AskedFor]:
    from recipes.queries.asked import asked_names

    return asked_names(commit)
