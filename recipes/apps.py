from datetime import datetime

from django.apps import AppConfig

from kitchens.core.impact import Impact, RunsVerdict
from kitchens.core.roles import Actor


class RecipesConfig(AppConfig):
    name = "recipes"
    verbose_name = "Recipes, orders, runs and tests"

    def ready(self) -> None:
        from kitchens.actions import upkeep
        from kitchens.ports import ports
        from recipes.signals import order_run_ended

        ports.stop_runs = _stop_runs
        ports.catch_up = _catch_up
        ports.index = _index
        ports.follow = _follow
        ports.impact = _impact
        ports.tests_of = _tests_of
        ports.build_candidate = _build_candidate
        ports.cancel_candidate = _cancel_candidate
        ports.start_canary = _start_canary
        upkeep.WORK += [_candidates_go_on, _canaries_counted]
        order_run_ended.connect(_run_ended, dispatch_uid="recipes.receivers")


# Imported at first use: no command should load the whole engine only to start.


def _stop_runs(kitchen_id: int, *, by: Actor, now: datetime) -> int:
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


def _impact(request_id: int) -> Impact:
    from recipes.queries.impact import impact_of

    return impact_of(request_id)


def _tests_of(kitchen_id: int, revision: int) -> RunsVerdict:
    from recipes.queries.proofs import tests_of

    return tests_of(kitchen_id, revision)


def _build_candidate(request_id: int, *, now: datetime) -> None:
    from recipes.actions.candidates import build

    build(request_id, now=now)


def _cancel_candidate(request_id: int, *, now: datetime) -> None:
    from recipes.actions.candidates import cancel

    cancel(request_id, now=now)


def _start_canary(request_id: int, *, now: datetime) -> None:
    from recipes.actions.canaries import start

    start(request_id, now=now)


def _candidates_go_on(now: datetime) -> None:
    from recipes.actions.candidates import go_on_with_all

    go_on_with_all(now)


def _canaries_counted(now: datetime) -> None:
    from recipes.actions.canaries import look_at_all

    look_at_all(now)


def _run_ended(sender: object, run_id: int, status: str, **_: object) -> None:
    from recipes.receivers import run_ended

    run_ended(run_id, status)
