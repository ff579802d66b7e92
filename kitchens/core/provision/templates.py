"""The purposes a kitchen can be made for: what each presets, and what one gets, in a sentence."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from kitchens.core.names import MOST, slug_fault
from kitchens.core.provision.choices import Choices


@dataclass(frozen=True)
class Template:
    """One purpose. `production_rows` says in words whether people in the kitchen see rows of production."""

    key: str
    title: str
    stem: str  # names begin with it
    gets: str
    production_rows: str
    days: int
    tier: str = "development"
    personal: str = "reference"

    def choices(self, name: str, parent: str = "production") -> Choices:
        """Return the choices a wizard for this purpose starts from."""
        return Choices(
            purpose=self.key, name=name, parent=parent, days=self.days, tier=self.tier, personal=self.personal
        )


TEMPLATES: dict[str, Template] = {
    one.key: one
    for one in (
        Template(
            "feature",
            "Feature",
            "feature",
            "A branch and all data of the parent by reference, to change recipes and see what comes of it.",
            "It shows production rows as they are, personal columns too.",
            7,
        ),
        Template(
            "hotfix",
            "Hot-fix",
            "fix",
            "The same for one day: mend what broke on the very data that broke it, and merge.",
            "It shows production rows as they are, personal columns too.",
            1,
        ),
        Template(
            "datafix",
            "Data fix",
            "data-fix",
            "For loading something again or correcting rows: everything by reference, three days.",
            "It shows production rows as they are, personal columns too.",
            3,
        ),
        Template(
            "canary",
            "Canary",
            "canary",
            "Follows its parent: every run reads the parent's newest data, to try a change on live inputs.",
            "It shows production rows as they are, always the newest.",
            30,
            tier="canary",
        ),
        Template(
            "analyst",
            "Analyst sandbox",
            "sandbox",
            "To look and to try: personal columns come masked, everything else by reference.",
            "It shows production rows; personal columns are masked in a copy.",
            30,
            personal="masked",
        ),
    )
}
USUAL = "feature"


def suggested_name(template: Template, person: str, taken: Iterable[str]) -> str:
    """Return a name for a new kitchen that nobody has: the purpose, whose it is, and a number where needed."""
    known = set(taken)
    letters = "".join(c if c.isascii() and c.isalnum() else "-" for c in person.lower())
    stem = "-".join(part for part in f"{template.stem}-{letters}".split("-") if part)[: MOST - 4].rstrip("-")
    number = 1
    name = stem
    while slug_fault(name, known):
        number += 1
        name = f"{stem}-{number}"
    return name
