"""`manage.py alerts`: send what is in the outbox, and end. The supervisor starts it whenever something is due."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from kitchens.core import words
from monitoring.actions.alerts.sending import send_due


class Command(BaseCommand):
    help = "Send the notices that are due (Settings, Alerts)."
    requires_system_checks: list[str] = []  # a second of the start

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{words.count(send_due(timezone.now), 'message')} sent.")
