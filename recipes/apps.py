from collections.abc import Sequence
from datetime import datetime

from django.apps import AppConfig

from kitchens.core.roles import Actor


class RecipesConfig(AppConfig):
    name = "recipes"
    verbose_name = "Recipes, orders, runs and tests"

    def ready(self) -> None:
        from kitchens.ports import ports

        ports.stop_runs = _stop_runs
        ports.known_keys = _known_keys


def _stop_runs(kitchen_id: int, *, by: Actor, now: datetime) -> int:
    # Imported at first use: no command should load the whole engine only to start.
    from recipes.actions.retired import stop_runs

    return stop_runs(kitchen_id, by=by, now=now)


def _known_keys(kitchen_id: int, dataset: str) -> Sequence[tuple[str, ...]]:
    from recipes.queries.keys import known_keys

    return known_keys(kitchen_id, dataset)
