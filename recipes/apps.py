from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.apps import AppConfig

from kitchens.core.roles import Actor

if TYPE_CHECKING:
    from recipes.core.spec.model import Fault


class RecipesConfig(AppConfig):
    name = "recipes"
    verbose_name = "Recipes, orders, runs and tests"

    def ready(self) -> None:
        from kitchens.ports import ports

        ports.stop_runs = _stop_runs
        ports.check_commit = _check_commit
        ports.catch_up = _catch_up
        ports.index = _index
        ports.follow = _follow


def _stop_runs(kitchen_id: int, *, by: Actor, now: datetime) -> int:
    # Imported at first use: no command should load the whole engine only to start.
    from recipes.actions.retired import stop_runs

    return stop_runs(kitchen_id, by=by, now=now)


def _check_commit(old: str, new: str) -> Mapping[str, Sequence[Fault]]:
    from django.conf import settings

    from kitchens.core.git import MeshRepository
    from recipes.actions.pushes import pushed_faults

    return pushed_faults(MeshRepository(settings.MESH_REPOSITORY), old, new)


def _catch_up(kitchen_id: int, *, now: datetime) -> None:
    from recipes.actions.following import catch_up

    catch_up(kitchen_id, now=now)


def _index(commit: str, *, now: datetime) -> None:
    from recipes.actions.index import index_commit

    index_commit(commit, now=now)


def _follow(kitchen_id: int, *, now: datetime) -> None:
    from recipes.actions.following import follow

    follow(kitchen_id, now=now)
