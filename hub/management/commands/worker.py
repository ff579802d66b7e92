"""`manage.py worker`: queue workers without the pages, for further machines."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from hub.supervisor import parent
from hub.supervisor.options import Options


class Command(BaseCommand):
    help = "Start queue workers and their supervisor on this machine, without the web server."
    requires_system_checks: list[str] = []  # a second of the start

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--workers", type=int, default=0, help="queue workers (HUB_WORKERS)")

    def handle(self, *args: Any, **given: Any) -> None:
        parent.become(Options(web=False, workers=given["workers"]).as_text())
