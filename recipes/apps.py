from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

from django.apps import AppConfig

# Port of kitchens.ports -> what fills it. Imported at first use: no command should load the whole engine only to start.
PORTS = {
    "stop_runs": "recipes.actions.retired.stop_runs",
    "check_commit": "recipes.actions.pushes.check_commit",
    "catch_up": "recipes.actions.following.catch_up",
    "index": "recipes.actions.index.index_commit",
    "follow": "recipes.actions.following.follow",
    "impact": "recipes.queries.impact.impact_of",
    "tests_of": "recipes.queries.proofs.tests_of",
    "build_candidate": "recipes.actions.candidates.build",
    "cancel_candidate": "recipes.actions.candidates.cancel",
    "start_canary": "recipes.actions.canaries.start",
    "declared_values": "recipes.queries.declared.declared_values",
    "fit_value": "recipes.core.values.fitting.fit_value",
    "last_runs": "recipes.queries.of_kitchens.last_runs",
    "run_cost": "recipes.queries.of_kitchens.run_cost",
    "recipe_facts": "recipes.queries.provision.recipe_facts",
    "place_ingredient": "recipes.actions.ingredients.place_ingredient",
    "left_by_run": "recipes.queries.provision.left_by_run",
    "state_of_run": "recipes.queries.provision.state_of_run",
    "pause_schedules": "recipes.actions.retired.pause_schedules",
    "known_keys": "recipes.queries.keys.known_keys",
    "forget_logs": "recipes.actions.forget.forget_logs",
    "forget_samples": "recipes.actions.forget.forget_samples",
    "asked_names": "recipes.queries.asked.asked_names",
}
UPKEEP = (
    "recipes.actions.candidates.go_on_with_all",
    "recipes.actions.canaries.look_at_all",
    "recipes.actions.detection_queue.look",
)


def at_first_use(path: str) -> Callable[..., Any]:
    """Return a function that imports the one at the dotted path when it is called, and calls it."""
    module, _, name = path.rpartition(".")

    def call(*given: Any, **named: Any) -> Any:
        return getattr(import_module(module), name)(*given, **named)

    call.__name__ = name
    return call


class RecipesConfig(AppConfig):
    name = "recipes"
    verbose_name = "Recipes, orders, runs and tests"

    def ready(self) -> None:
        from kitchens.actions import upkeep
        from kitchens.ports import ports
        from recipes.signals import order_run_ended

        for port, path in PORTS.items():
            setattr(ports, port, at_first_use(path))
        upkeep.WORK += [at_first_use(path) for path in UPKEEP]
        order_run_ended.connect(_run_ended, dispatch_uid="recipes.receivers")


def _run_ended(sender: object, run_id: int, status: str, **_: object) -> None:
    from recipes.receivers import run_ended

    run_ended(run_id, status)
