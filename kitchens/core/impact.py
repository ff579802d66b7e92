"""What a change would do before it is done: to recipes, to datasets, and to whoever reads them in other domains."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

What = Literal["added", "removed", "changed"]
ColumnChange = Literal["added", "removed", "renamed", "retyped"]


@dataclass(frozen=True)
class Altered:
    """One thing of a recipe that is added, removed or changed, in a sentence.

    `weakens` says that a statement about data is given up or loosened: a test deleted, its limit or severity lowered.
    """

    kind: str  # recipe, node, test, value, variation, source, ingredient
    name: str
    what: What
    sentence: str
    weakens: bool = False


@dataclass(frozen=True)
class RecipeChange:
    """A recipe whose folder differs, with what that means; `faults` where it can no longer be read."""

    recipe: str  # "<domain>/<recipe>"
    what: What
    files: tuple[str, ...] = ()  # paths from the folder on
    altered: tuple[Altered, ...] = ()
    faults: tuple[str, ...] = ()

    @property
    def domain(self) -> str:
        return self.recipe.partition("/")[0]


@dataclass(frozen=True)
class SchemaChange:
    """What happens to one column of a dataset, or to the whole of it (`column` empty: it is no longer written)."""

    dataset: str
    what: ColumnChange
    sentence: str
    column: str = ""
    to: str = ""  # the new name, of a renamed column
    before: str = ""  # types, where they are known
    after: str = ""

    @property
    def breaks(self) -> bool:
        """Say whether a reader of the column, or of the dataset, can no longer read it as before."""
        return self.what != "added"


@dataclass(frozen=True)
class Touched:
    """A dataset whose rows may be others afterwards, and because of what: the change itself, or what it is made from."""

    dataset: str
    recipe: str
    node: str
    direct: bool  # the node that writes it is changed; else something it is made from is


@dataclass(frozen=True)
class Consumer:
    """A node that reads a dataset which is touched: where exactly, so that its owner can be asked."""

    recipe: str
    node: str
    dataset: str
    file: str
    line: int
    elsewhere: bool  # it belongs to another domain than the dataset
    seen_run: bool = False  # known from what runs have read, beside what the recipe says

    @property
    def domain(self) -> str:
        return self.recipe.partition("/")[0]


@dataclass(frozen=True)
class Finding:
    """Something that would no longer work, with the place. `certain` is False where only the text of code says so."""

    kind: Literal["column", "dataset", "test", "ingredient", "recipe"]
    recipe: str
    node: str
    file: str
    line: int
    sentence: str
    dataset: str = ""
    column: str = ""
    elsewhere: bool = False  # in another domain than the change
    certain: bool = True

    @property
    def domain(self) -> str:
        return self.recipe.partition("/")[0]


@dataclass(frozen=True)
class Impact:
    """All that a change would do, as far as it can be told without running anything."""

    old_commit: str = ""
    new_tree: str = ""  # of the merged state
    conflicts: tuple[str, ...] = ()  # files both sides changed; here they are taken from the source
    recipes: tuple[RecipeChange, ...] = ()
    schemas: tuple[SchemaChange, ...] = ()
    touched: tuple[Touched, ...] = ()
    consumers: tuple[Consumer, ...] = ()
    findings: tuple[Finding, ...] = ()

    @property
    def changed(self) -> tuple[str, ...]:
        """Return the recipes that differ."""
        return tuple(change.recipe for change in self.recipes)

    @property
    def downstream(self) -> tuple[str, ...]:
        """Return the recipes that read something touched and are not changed themselves."""
        return tuple(sorted({one.recipe for one in self.consumers} - set(self.changed)))

    @property
    def domains(self) -> tuple[str, ...]:
        """Return the domains whose recipes or datasets are reached, the changed ones first."""
        changed = sorted({change.domain for change in self.recipes})
        reached = {one.domain for one in self.consumers}
        reached |= {one.dataset.partition(".")[0] for one in self.touched}
        return (*changed, *sorted(reached - set(changed)))

    @property
    def other_domains(self) -> tuple[str, ...]:
        """Return the domains that are reached although none of their recipes is changed."""
        changed = {change.domain for change in self.recipes}
        return tuple(domain for domain in self.domains if domain not in changed)

    @property
    def breaking(self) -> tuple[Finding, ...]:
        """Return what is certain to break: the gate `breaking` is about these."""
        return tuple(finding for finding in self.findings if finding.certain)

    @property
    def possible(self) -> tuple[Finding, ...]:
        """Return what may break: only the candidate's runs can tell."""
        return tuple(finding for finding in self.findings if not finding.certain)

    @property
    def tests_removed(self) -> tuple[Altered, ...]:
        """Return the tests that are deleted or weakened: the gate `tests_removed` is about these."""
        return tuple(one for change in self.recipes for one in change.altered if one.weakens)


@dataclass(frozen=True)
class RecipeRun:
    """How a changed recipe stands at exactly one revision: its newest whole run there, or none."""

    recipe: str
    variation: str
    state: Literal["green", "red", "running", "missing"]
    sentence: str
    run: int | None = None


@dataclass(frozen=True)
class RunsVerdict:
    """Which of the recipes that a kitchen changed ran green on exactly its commit and overrides."""

    runs: tuple[RecipeRun, ...] = ()

    @property
    def green(self) -> bool:
        return all(one.state == "green" for one in self.runs)

    @property
    def not_green(self) -> tuple[RecipeRun, ...]:
        return tuple(one for one in self.runs if one.state != "green")
