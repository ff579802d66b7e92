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
        ports.pause_schedules = _pause_schedules
        ports.known_keys = _known_keys
        ports.forget_logs = _forget_logs
        ports.forget_samples = _forget_samples


def _stop_runs(kitchen_id: int, *, by: Actor, now: datetime) -> int:
    # Imported at first use: no command should load the whole engine only to start.
    from recipes.actions.retired import stop_runs

    return stop_runs(kitchen_id, by=by, now=now)


def _known_keys(kitchen_id: int, dataset: str) -> Sequence[tuple[str, ...]]:
    from recipes.queries.keys import known_keys

    return known_keys(kitchen_id, dataset)


def _pause_schedules(kitchen_id: int, *, by: Actor, now: datetime) -> int:
    from recipes.actions.retired import pause_schedules

    return pause_schedules(kitchen_id, by=by, now=now)


def _forget_logs(before: datetime, *, limit: int, dry_run: bool) -> tuple[int, int]:
    from recipes.actions.forget import forget_logs

    return forget_logs(before, limit=limit, dry_run=dry_run)


def _forget_samples(before: datetime, *, limit: int, dry_run: bool) -> tuple[int, int]:
    from recipes.actions.forget import forget_samples

    return forget_samples(before, limit=limit, dry_run=dry_run)
