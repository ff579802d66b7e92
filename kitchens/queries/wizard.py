"""What the wizard shows: the steps with what was chosen, the plan or what is wrong with it, and each step's facts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from kitchens.core import words
from kitchens.core.provision import TEMPLATES, Choices, RecipeFacts, ValueFacts
from kitchens.core.provision.masking import masks_in_words
from kitchens.models import Dataset, Domain, Kitchen, Revision
from kitchens.queries.data import resolve_snapshots
from kitchens.queries.provision import last_green, personal_columns, recipes_of
from kitchens.queries.seeing import may_see

STEPS = (
    ("purpose", "Purpose"),
    ("name", "Name and parent"),
    ("changes", "What to change"),
    ("data", "Data"),
    ("values", "Overrides"),
    ("secrets", "Secrets and connections"),
    ("people", "People"),
    ("lifetime", "Lifetime and limits"),
    ("review", "Review"),
)
NAMES = tuple(key for key, _ in STEPS)
# Field at fault -> the step that mends it.
STEP_OF = {
    **{name: "name" for name in ("name", "title", "description", "parent", "parent_revision", "run", "tier")},
    **{name: "changes" for name in ("domains", "recipes", "ingredients")},
    **{name: "data" for name in ("data", "personal", "sample_rows")},
    **{name: "lifetime" for name in ("ends_on", "days", "max_parallel_nodes", "max_run_seconds")},
    "overrides": "values",
    "secrets": "secrets",
    "members": "people",
    "purpose": "purpose",
}
DATASETS, VALUES, REVISIONS = 30, 60, 12


@dataclass(frozen=True)
class StepLink:
    """A step in the list at the left, with what was chosen in it."""

    key: str
    label: str
    url: str
    said: str
    current: bool
    faulty: bool


def step_links(draft: int, choices: Choices, current: str, faulty: str) -> list[StepLink]:
    """Return the steps for the list at the left. No query."""
    return [
        StepLink(
            key,
            label,
            reverse("kitchen-draft", args=[draft, key]),
            said(choices, key),
            key == current,
            key == faulty,
        )
        for key, label in STEPS
    ]


def said(choices: Choices, step: str) -> str:
    """Say in a few words what was chosen in a step."""
    if step == "purpose":
        return TEMPLATES[choices.purpose].title if choices.purpose in TEMPLATES else ""
    if step == "name":
        return f"{choices.name}, of {choices.parent}"
    if step == "changes":
        return (
            words.listed([*choices.domains, *choices.recipes], 2)
            if choices.domains or choices.recipes
            else "any"
        )
    if step == "data":
        return _data_said(choices)
    if step == "lifetime":
        ends = choices.ends_on or (words.count(choices.days, "day") if choices.days else "no end")
        limited = choices.max_parallel_nodes or choices.max_run_seconds
        return f"{ends}, limited" if limited else ends
    many = {"values": choices.overrides, "secrets": choices.secrets, "people": choices.members}.get(step)
    if many is None:
        return ""
    return (
        words.listed(sorted(many), 2)
        if many
        else {"values": "none", "secrets": "inherited"}.get(step, "only you")
    )


def _data_said(choices: Choices) -> str:
    if choices.run:
        return f"as run {choices.run} left it"
    own = sum(choice != "reference" for choice in choices.data.values())
    personal = ", personal masked" if choices.personal == "masked" else ""
    return f"{words.count(own, 'dataset')} of its own{personal}" if own else f"by reference{personal}"


@dataclass(frozen=True)
class DatasetRow:
    """A dataset of the parent in the step about data."""

    name: str
    rows: int
    bytes: int
    choice: str  # "" where the rule for personal columns decides
    personal: str  # what a masked copy does, in words


def dataset_rows(choices: Choices, domain: str, search: str) -> list[DatasetRow]:
    """Return the datasets that match, and always those something was chosen for. Five queries at most, and git."""
    parent, revision = pinned(choices)
    personal = personal_columns(revision.commit)
    rows = Dataset.objects.order_by("name")
    rows = rows.filter(domain__slug=domain) if domain else rows
    rows = rows.filter(name__icontains=search) if search else rows
    first = [*choices.data, *(() if domain or search else personal)][:DATASETS]
    names = [*first, *(name for name in rows.values_list("name", flat=True)[:DATASETS] if name not in first)]
    found = resolve_snapshots(parent, names, revision)
    return [
        DatasetRow(
            name,
            snapshot.rows,
            snapshot.bytes,
            choices.data.get(name, ""),
            masks_in_words(personal.get(name, {})),
        )
        for name in names
        if (snapshot := found.get(name))
    ]


def _seen(slug: str) -> Kitchen | None:
    """Return a kitchen of that name that whoever asks may see into. One query."""
    found = Kitchen.objects.filter(slug=slug).first()
    return found if found and may_see(found) else None


def pinned(choices: Choices) -> tuple[Kitchen, Revision]:
    """Return the parent and the revision chosen of it; production's last green one where that is gone. Three queries."""
    parent = _seen(choices.parent) or Kitchen.objects.get(tier="production")
    chosen = Revision.objects.filter(kitchen=parent, number=choices.parent_revision).first()
    return parent, chosen or last_green(parent)


def revision_choices(parent: str, chosen: int = 0) -> list[tuple[int, str]]:
    """Return the revisions of a kitchen that can be pinned, newest first, the last green one before all. Three queries.

    The one chosen already is among them however old it is; that costs one more.
    """
    kitchen = _seen(parent)
    if kitchen is None or not kitchen.head:
        return [(0, "the last green one")]
    green = last_green(kitchen)
    newest = list(Revision.objects.filter(kitchen=kitchen).order_by("-number")[:REVISIONS])
    if chosen and chosen not in {one.number for one in newest}:
        newest += Revision.objects.filter(kitchen=kitchen, number=chosen)
    return [(0, f"{green.number}, the last green one")] + [
        (
            one.number,
            f"{one.number}, {one.cause} on {one.at:%-d %B %H:%M}{': ' + one.note if one.note else ''}"[:100],
        )
        for one in newest
    ]


@dataclass(frozen=True)
class ValueRow:
    """A value that recipes read: what the parent has, and where from."""

    name: str
    type: str
    now: Any
    origin: str
    read_by: str
    description: str


def value_rows(choices: Choices) -> Sequence[ValueRow]:
    """Return the values of the recipes to change (of all, where none is named), overridden ones first. Five queries."""
    parent, revision = pinned(choices)
    readers: dict[str, list[ValueFacts]] = {}
    for recipe in recipes_of(revision.commit):
        if chosen(choices, recipe):
            for value in recipe.values:
                readers.setdefault(value.name, []).append(value)
    names = sorted(readers, key=lambda name: (name not in choices.overrides, name))[:VALUES]
    return [_value_row(name, readers[name], revision, parent) for name in names]


def _value_row(name: str, readers: Sequence[ValueFacts], revision: Revision, parent: Kitchen) -> ValueRow:
    first = readers[0]
    overridden = name in revision.overrides
    return ValueRow(
        name=name,
        type=first.type,
        now=revision.overrides[name] if overridden else first.default,
        origin=f"set in {parent.slug}" if overridden else "from the recipe",
        read_by=words.listed([value.recipe for value in readers]),
        description=first.description,
    )


def chosen(choices: Choices, recipe: RecipeFacts) -> bool:
    """Say whether a recipe is among those to change; all are where none is named."""
    if not choices.domains and not choices.recipes:
        return True
    return recipe.domain in choices.domains or recipe.path in choices.recipes


def domain_slugs() -> list[str]:
    """Return the domains there are. One query."""
    return list(Domain.objects.order_by("slug").values_list("slug", flat=True))
