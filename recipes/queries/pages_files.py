"""Queries of the files of a recipe and of its history in git."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from hub.common.errors import MissingError
from kitchens.core.git import LogEntry, MeshRepository
from kitchens.models import Kitchen
from kitchens.queries.data import newest
from recipes.core.charts import Ended, durations
from recipes.models import OrderRun, RecipeVersion
from recipes.queries.recipes import get_recipe

LINES_SHOWN = 5000
COMMITS_SHOWN = 50


@dataclass(frozen=True)
class Line:
    """One line of a file with the faults found in it."""

    number: int
    text: str
    faults: Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class FilesPage:
    """The files of a recipe, and one of them to read."""

    version: RecipeVersion
    commit: str
    names: Sequence[str]
    name: str
    lines: Sequence[Line]
    size: int
    cut: int  # lines not shown
    faults: Mapping[str, int]  # file -> number of its faults


def files_page(kitchen: Kitchen, domain: str, recipe: str, file: str) -> FilesPage:
    """Return a file of a recipe as the kitchen's newest commit has it: recipe.yaml if none is named. Three queries."""
    commit = newest(kitchen).commit
    version = get_recipe(kitchen, domain, recipe, commit)
    repository = MeshRepository(settings.MESH_REPOSITORY)
    found = {entry.path: entry for entry in repository.entries(version.tree) if entry.kind == "file"}
    name = file or ("recipe.yaml" if "recipe.yaml" in found else next(iter(found), ""))
    if name not in found:
        raise MissingError(
            f"The recipe {version} has no file {file[:200]}.", remedy="Its files are on its page."
        )
    raw = repository.read_blob(found[name].id)
    faults: dict[str, dict[int, list[Mapping[str, Any]]]] = defaultdict(lambda: defaultdict(list))
    for fault in version.faults:
        faults[fault["file"]][fault["line"]].append(fault)
    texts = _text(raw).splitlines()
    lines = [Line(n, text, faults[name].get(n, ())) for n, text in enumerate(texts[:LINES_SHOWN], start=1)]
    counts = {file: sum(map(len, found.values())) for file, found in faults.items()}
    cut = max(0, len(texts) - LINES_SHOWN)
    return FilesPage(version, commit, sorted(found, key=_order), name, lines, len(raw), cut, counts)


def _order(name: str) -> tuple[bool, str]:
    return name != "recipe.yaml", name


def _text(raw: bytes) -> str:
    if b"\0" in raw[:8000]:
        return "(not a text)"
    return raw.decode("utf-8", "replace")


@dataclass(frozen=True)
class HistoryPage:
    """What was changed in a recipe's files, newest first, and how often each commit has run here."""

    version: RecipeVersion
    entries: Sequence[LogEntry]
    runs: Sequence[OrderRun]

    @property
    def durations(self) -> dict[str, Any] | None:
        """The chart of how long the runs shown took."""
        return durations(
            [
                Ended(run.pk, run.status, run.started_at, (run.ended_at - run.started_at).total_seconds())
                for run in self.runs
                if run.started_at and run.ended_at
            ]
        )


def history_page(kitchen: Kitchen, domain: str, recipe: str) -> HistoryPage:
    """Return the commits that changed a recipe and its last runs in the kitchen. Four queries."""
    commit = newest(kitchen).commit
    version = get_recipe(kitchen, domain, recipe, commit)
    folder = f"domains/{domain}/recipes/{recipe}"
    entries = MeshRepository(settings.MESH_REPOSITORY).log(commit, COMMITS_SHOWN, folder)
    runs = OrderRun.objects.filter(kitchen=kitchen, domain=domain, recipe=recipe)
    shown = runs.select_related("kitchen", "order__placed_by").defer("plan", "writes").order_by("-id")
    return HistoryPage(version, entries, list(shown[:COMMITS_SHOWN]))
