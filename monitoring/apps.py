from __future__ import annotations

from django.apps import AppConfig


class MonitoringConfig(AppConfig):
    name = "monitoring"
    verbose_name = "What happened, across all domains"

    def ready(self) -> None:
        from kitchens.actions import upkeep
        from kitchens.ports import ports
        from recipes.apps import at_first_use
        from recipes.signals import order_run_ended

        upkeep.WORK += [
            at_first_use("monitoring.actions.episodes.sweep"),
            at_first_use("monitoring.actions.overdue.sweep"),
            at_first_use("monitoring.actions.incidents.sweep"),
        ]
        ports.forget_events = at_first_use("monitoring.actions.events.forget.forget_events")
        ports.forget_notices = at_first_use("monitoring.actions.alerts.forget.forget_notices")
        ports.told_of = at_first_use("monitoring.queries.told.told_of")
        order_run_ended.connect(_run_ended, dispatch_uid="monitoring.episodes")


def _run_ended(sender: object, run_id: int, **_: object) -> None:
    from monitoring.actions.episodes import run_ended

    run_ended(run_id)
