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


def _stop_runs(kitchen_id: int, *, by: Actor, now: datetime) -> int:
    # Imported at first use: no command should load the whole engine only to start.
    from recipes.actions.retired import stop_runs

    return stop_runs(kitchen_id, by=by, now=now)


def _check_commit(old: str, new: str) -> Mapping[str, Sequence[Fault]]:
    from django.conf import settings

    from kitchens.core.git import MeshRepository
    from recipes.actions.pushes import pushed_faults

    return pushed_faults(MeshRepository(settings.MESH_REPOSITORY), old, new)
