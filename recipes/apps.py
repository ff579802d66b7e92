from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.apps import AppConfig

from kitchens.core.provision.recipes import RecipeFacts
from kitchens.core.roles import Actor


class RecipesConfig(AppConfig):
    name = "recipes"
    verbose_name = "Recipes, orders, runs and tests"

    def ready(self) -> None:
        from kitchens.ports import ports

        ports.stop_runs = _stop_runs
        ports.recipe_facts = _recipe_facts
        ports.place_ingredient = _place_ingredient
        ports.state_of_run = _state_of_run


def _stop_runs(kitchen_id: int, *, by: Actor, now: datetime) -> int:
    # Imported at first use: no command should load the whole engine only to start.
    from recipes.actions.retired import stop_runs

    return stop_runs(kitchen_id, by=by, now=now)


def _recipe_facts(commit: str) -> Sequence[RecipeFacts]:
    from recipes.queries.provision import recipe_facts

    return recipe_facts(commit)


def _place_ingredient(
    kitchen_id: int, ingredient: str, values: Mapping[str, Any], *, key: str, by: Actor, now: datetime
) -> int:
    from recipes.actions.ingredients import place_ingredient

    return place_ingredient(kitchen_id, ingredient, values, key=key, by=by, now=now)


def _state_of_run(run_id: int) -> str:
    from recipes.queries.provision import state_of_run

    return state_of_run(run_id)
