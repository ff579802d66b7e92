from datetime import datetime

from django.apps import AppConfig

from kitchens.core.roles import Actor


class RecipesConfig(AppConfig):
    name = "recipes"
    verbose_name = "Recipes, orders, runs and tests"

    def ready(self) -> None:
        from kitchens.ports import ports

        ports.stop_runs = _stop_runs
        ports.catch_up = _catch_up
        ports.index = _index
        ports.follow = _follow


def _stop_runs(kitchen_id: int, *, by: Actor, now: datetime) -> int:
    # Imported at first use: no command should load the whole engine only to start.
    from recipes.actions.retired import stop_runs

    return stop_runs(kitchen_id, by=by, now=now)


def _catch_up(kitchen_id: int, *, now: datetime) -> None:
    from recipes.actions.following import catch_up

    catch_up(kitchen_id, now=now)


def _index(commit: str, *, now: datetime) -> None:
    from recipes.actions.index import index_commit

    index_commit(commit, now=now)


def _follow(kitchen_id: int, *, now: datetime) -> None:
    from recipes.actions.following import follow

    follow(kitchen_id, now=now)
