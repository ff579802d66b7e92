from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.apps import AppConfig

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
