"""`manage.py recipe check PATH`: every fault of a recipe folder, or of a whole mesh, without a database.

`manage.py recipe schema` prints the JSON Schema of recipe.yaml for editors.
"""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from recipes.core.spec import Fault, read_recipe, recipe_schema

STORES = ("embedded", "postgresql")
READ_AT_MOST = 2 * 1024 * 1024 + 1  # a longer file is a fault, which its first bytes show


class Command(BaseCommand):
    help = "Check recipes on disk, or print the JSON Schema of their format."
    requires_system_checks: list[str] = []
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        what = parser.add_subparsers(dest="what", required=True)
        check = what.add_parser("check", help="report every fault; exit code 1 where there is any")
        check.add_argument("path", type=Path, help="a recipe folder, a domain, or a whole mesh")
        check.add_argument("--json", action="store_true", help="one JSON document instead of lines")
        check.add_argument("--domain", default="", help="domain of a folder that does not lie in a mesh")
        check.add_argument("--store", choices=STORES, default="", help="store its SQL has to run on")
        what.add_parser("schema", help="print the JSON Schema of recipe.yaml")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["what"] == "schema":
            self.stdout.write(json.dumps(recipe_schema(), indent=2))
            return
        folders = sorted(recipe_folders(options["path"]))
        if not folders:
            raise CommandError(f"There is no recipe.yaml in or below {options['path']}.", returncode=2)
        faults = {folder: check_folder(folder, options["domain"], options["store"]) for folder in folders}
        self._print_json(faults) if options["json"] else self._print_lines(faults)
        if any(faults.values()):
            sys.exit(1)

    def _print_json(self, faults: dict[Path, tuple[Fault, ...]]) -> None:
        found = [
            {"recipe": str(folder), "faults": [fault.model_dump() for fault in of_folder]}
            for folder, of_folder in faults.items()
        ]
        self.stdout.write(json.dumps(found, indent=2))

    def _print_lines(self, faults: dict[Path, tuple[Fault, ...]]) -> None:
        for folder, of_folder in faults.items():
            for fault in of_folder:
                place = f"{folder / fault.file}:{fault.line}:{fault.column}"
                self.stdout.write(f"{place}: {fault.message} {fault.remedy}".rstrip() + f" [{fault.code}]")
        count, broken = sum(map(len, faults.values())), sum(1 for found in faults.values() if found)
        words = f"{len(faults)} {'recipe' if len(faults) == 1 else 'recipes'} checked"
        self.stdout.write(
            f"{words}: {count} faults in {broken} of them." if count else f"{words}, no faults."
        )


def recipe_folders(path: Path) -> Iterator[Path]:
    """Yield the folder itself if it holds a recipe, else every recipe folder below it."""
    if (path / "recipe.yaml").is_file():
        yield path
        return
    for file in path.glob("**/recipe.yaml"):
        if not any(part.startswith(".") for part in file.relative_to(path).parts):
            yield file.parent


def check_folder(folder: Path, domain: str = "", store: str = "") -> tuple[Fault, ...]:
    """Return all faults of one folder; its domain is told by `domains/<domain>/recipes/<recipe>`, else by `domain`."""
    folder = folder.resolve()
    in_mesh = folder.parent.name == "recipes"
    files: dict[str, bytes] = {}
    links = []
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink():
            links.append(name)
        elif path.is_file():
            with path.open("rb") as content:
                files[name] = content.read(READ_AT_MOST)
    domain = domain or (folder.parent.parent.name if in_mesh else folder.parent.name)
    return read_recipe(files, domain=domain, name=folder.name, links=links, store=store).faults
