"""`manage.py import_results KIND FILE`: take a file of results that another tool has written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from hub.common.errors import HubError
from kitchens.core.roles import THE_HUB
from monitoring.actions.events import take
from monitoring.core.events.files import FileKind, read_file, with_manifest
from monitoring.core.events.importing import Given

MOST_BYTES = 64 * 1024 * 1024
SHOWN = 20


class Command(BaseCommand):
    help = "Take the results in a file of dbt, Great Expectations, Soda, JUnit or OpenLineage. Twice counts once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("kind", choices=[str(kind) for kind in FileKind])
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--manifest", type=Path, help="manifest.json of dbt: severities, columns and datasets"
        )
        parser.add_argument("--source", default="", help="name of the tool and its instance")
        parser.add_argument("--environment", default="production", help="the kitchen it belongs to")
        parser.add_argument(
            "--component", default="", help="key of the pipeline, where the file does not say"
        )
        parser.add_argument("--run", default="", help="key of the run, where the file does not say")

    def handle(self, *args: Any, kind: str, file: Path, manifest: Path | None, **given: Any) -> None:
        now = timezone.now()
        asked = Given(now, **{name: given[name] for name in ("source", "environment", "component", "run")})
        try:
            body = _bytes(file)
            if manifest:
                body = with_manifest(body, _bytes(manifest))
            taken = take(read_file(FileKind(kind), body, asked), by=THE_HUB, now=now)
        except HubError as error:
            raise CommandError(str(error)) from error
        for answer in [one for one in taken.answers if one.refusal][:SHOWN]:
            self.stderr.write(f"{answer.place}: {answer.refusal}")
        self.stdout.write(f"{taken.accepted:,} taken, {taken.refused:,} refused.")
        if taken.refused:
            raise SystemExit(1)


def _bytes(file: Path) -> bytes:
    try:
        size = file.stat().st_size
        if size > MOST_BYTES:
            raise CommandError(f"{file} is larger than {MOST_BYTES // 1024**2} MiB.")
        return file.read_bytes()
    except OSError as error:
        raise CommandError(f"{file} cannot be read: {error.strerror}.") from error
