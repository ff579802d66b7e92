"""`manage.py up`: the whole hub on this machine."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from hub.common import env
from hub.supervisor import parent
from hub.supervisor.options import Options


class Command(BaseCommand):
    help = "Start the hub on this machine: web server, queue workers and supervisor. Ctrl-C ends it."
    requires_system_checks: list[str] = []  # a second of the start; `manage.py check` is part of `make check`

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default=env.text("HUB_HOST", "127.0.0.1"), help="address to listen on")
        parser.add_argument("--port", type=int, default=env.number("HUB_PORT", env.number("PORT", 8000)))
        parser.add_argument("--no-web", action="store_true", help="queue workers only")
        parser.add_argument("--workers", type=int, default=0, help="queue workers (HUB_WORKERS)")

    def handle(self, *args: Any, **given: Any) -> None:
        options = Options(
            web=not given["no_web"], host=given["host"], port=given["port"], workers=given["workers"]
        )
        parent.become(options.as_text())
