"""`manage.py detection_power KITCHEN DATASET`: plant known faults into a copy and say which tests catch them."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from hub.common.errors import HubError
from kitchens.core.roles import THE_HUB
from kitchens.queries.kitchens import get_kitchen
from recipes.actions.detection import try_detection
from recipes.core.detection.faults import WORDS
from recipes.queries.detection import WHOLE, shown


class Command(BaseCommand):
    help = "Plant known faults into a copy of a dataset's version, and say which of its tests catch which."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("kitchen")
        parser.add_argument("dataset")
        parser.add_argument("--seconds", type=float, default=600.0, help="the longest it may take")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            kept = try_detection(
                get_kitchen(options["kitchen"]),
                options["dataset"],
                by=THE_HUB,
                now=timezone.now(),
                seconds=options["seconds"],
            )
        except HubError as error:
            raise CommandError(str(error)) from error
        found = shown(kept)
        for one in found.power.tried:
            said = ", ".join(one.caught) or ", ".join(f"{name} (a warning)" for name in one.warned)
            self.stdout.write(
                f"{one.column or WHOLE}: {WORDS[one.kind]}: {one.trouble or said or 'no test catches it'}"
            )
        for test, why in found.power.left_out.items():
            self.stdout.write(f"Not tried: {test}. {why}")
        self.stdout.write(found.sentence)
