"""What the wizard needs to know of the recipes of a commit; the app of recipes fills it in through a port."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class ValueFacts:
    """A value that a recipe reads and a kitchen may override."""

    recipe: str  # "<domain>/<recipe>"
    name: str
    type: str
    default: Any = None
    description: str = ""
    protected: bool = False  # only an operator of the hub sets it


@dataclass(frozen=True)
class IngredientFacts:
    """An ingredient that may run while a kitchen is made, and the one that undoes it."""

    recipe: str
    name: str
    rollback: str
    description: str = ""

    @property
    def key(self) -> str:
        return f"{self.recipe}/{self.name}"


@dataclass(frozen=True)
class RecipeFacts:
    """One recipe: what it is for, which values it reads, which ingredients make something for a kitchen."""

    domain: str
    name: str
    description: str = ""
    values: tuple[ValueFacts, ...] = ()
    ingredients: tuple[IngredientFacts, ...] = ()
    connections: tuple[str, ...] = field(default=())

    @property
    def path(self) -> str:
        return f"{self.domain}/{self.name}"
