"""What somebody has chosen for a new kitchen, in the wizard or through the API."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any, Literal

DataChoice = Literal["reference", "sample", "masked", "empty"]
LAST_GREEN = 0  # in place of a revision number of the parent
USUAL_SAMPLE = 1000
LARGEST_SAMPLE = 1_000_000


@dataclass(frozen=True)
class Choices:
    """All that a plan is made of.

    `data` names the datasets that are not simply by reference; `personal` is what is done with datasets that have
    personal columns and are not named there. `secrets` maps names to sealed values (never plain ones).
    `ingredients` maps "<domain>/<recipe>/<ingredient>" to the values it is given.
    """

    purpose: str = "feature"
    name: str = ""
    title: str = ""
    description: str = ""
    parent: str = "production"
    parent_revision: int = LAST_GREEN
    run: int = 0  # of the parent: the kitchen reads what it wrote, published or not; 0: none
    tier: str = "development"
    domains: tuple[str, ...] = ()
    recipes: tuple[str, ...] = ()
    data: Mapping[str, str] = field(default_factory=dict)
    personal: str = "reference"
    sample_rows: int = USUAL_SAMPLE
    overrides: Mapping[str, Any] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict)
    members: Mapping[str, str] = field(default_factory=dict)
    ingredients: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    days: int = 7  # 0: no end date
    ends_on: str = ""  # ISO date, in place of days
    max_parallel_nodes: int | None = None
    max_run_seconds: int | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return the choices as JSON keeps them."""
        return asdict(self) | {"domains": list(self.domains), "recipes": list(self.recipes)}

    def public(self) -> dict[str, Any]:
        """Return what may be shown and is part of the digest: the names of secrets, not what they are."""
        return self.as_dict() | {"secrets": sorted(self.secrets)}

    def but(self, **changes: Any) -> Choices:
        """Return these choices with some of them changed."""
        return replace(self, **changes)

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any]) -> Choices:
        """Return the choices that `as_dict` wrote; keys it does not know are left out."""
        known = {one.name for one in fields(cls)}
        given = {key: value for key, value in raw.items() if key in known}
        for name in ("domains", "recipes"):
            given[name] = tuple(given.get(name, ()))
        return cls(**given)
