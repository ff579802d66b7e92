"""Where the limit of a test comes from: its lines in the recipe, as they were at the run's commit."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from django.conf import settings
from pygit2 import GitError

from hub.common.errors import HubError
from kitchens.core.git import MeshRepository
from kitchens.queries.provision import personal_columns
from monitoring.queries.report.sides import Side
from recipes.core.spec.model import TestSpec

LINES = 12


@dataclass(frozen=True)
class Rule:
    """A test as its author wrote it."""

    path: str
    line: int
    text: str
    description: str
    check: str
    automatic: bool = False  # a monitor: it has no lines


def rule_of(side: Side, test: TestSpec) -> Rule:
    """Return the lines of a test in recipe.yaml of the run's commit. No query; reads git."""
    return written(side.run.commit, side.plan.domain, side.plan.recipe, test)


def written(commit: str, domain: str, recipe: str, test: TestSpec) -> Rule:
    """Return the lines of a test in recipe.yaml of a commit; a monitor has none. No query; reads git."""
    path = f"domains/{domain}/recipes/{recipe}/recipe.yaml"
    if test.automatic:
        return Rule(path, 1, "", test.description, test.check, automatic=True)
    return Rule(path, test.line, _lines(commit, path, test.line), test.description, test.check)


@lru_cache(maxsize=256)
def _lines(commit: str, path: str, line: int) -> str:
    try:
        text = MeshRepository(settings.MESH_REPOSITORY).read_file(commit, path).decode(errors="replace")
    except HubError:
        return ""
    lines = text.splitlines()[max(0, line - 1) :]
    if not lines:
        return ""
    indent = _indent(lines[0])
    kept = [lines[0]]
    for more in lines[1:LINES]:
        if more.strip() and _indent(more) <= indent:
            break
        kept.append(more)
    return "\n".join(one[indent:] for one in kept).rstrip()


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


@lru_cache(maxsize=64)
def _personal(commit: str) -> dict[str, dict[str, str]]:
    return personal_columns(commit)


def personal_at(commit: str) -> dict[str, dict[str, str]] | None:
    """Return the personal columns that the domains' files of a commit name; None where they cannot be read.

    Who cannot know what is personal shows nothing. No query; reads git once for a commit, which never changes.
    """
    try:
        return _personal(commit)
    except (HubError, GitError, KeyError, ValueError):
        return None
