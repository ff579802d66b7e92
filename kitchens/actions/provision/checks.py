"""What must hold of the choices for a new kitchen; each fault names the field it is about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from hub.common.errors import ConflictError, InvalidError
from kitchens.core.lifetime import LONGEST_LIFE
from kitchens.core.names import secret_fault, slug_fault
from kitchens.core.provision import TEMPLATES, Choices
from kitchens.core.provision.choices import LARGEST_SAMPLE
from kitchens.core.provision.plan import Agreed
from kitchens.core.provision.recipes import ValueFacts
from kitchens.core.roles import Actor, kind_of_request
from kitchens.models import Kitchen, Person
from kitchens.models.kitchen import DATA_CHOICES
from kitchens.queries.kitchens import get_kitchen
from kitchens.queries.provision import recipes_of, taken_slugs

ROLES_GIVEN = ("viewer", "developer", "operator")  # an admin is one in the whole hub
MOST_NODES, LONGEST_RUN = 1000, 7 * 86400


def check_name(name: str, *, by_hub: bool = False) -> None:
    """InvalidError at `name` where it is none for a new kitchen. One query."""
    if fault := slug_fault(name, taken_slugs([name]), by_hub=by_hub):
        raise InvalidError(fault, field="name")


def check_parent(choices: Choices) -> Kitchen:
    """Return the parent; faults where there is none, it is closed, or the tier cannot be. One query."""
    parent = get_kitchen(choices.parent)
    if choices.tier not in ("development", "canary"):
        raise InvalidError(
            f"A kitchen cannot have the tier {choices.tier[:40]!r}.",
            remedy="Use development or canary.",
            field="tier",
        )
    if choices.purpose and choices.purpose not in TEMPLATES:
        raise InvalidError(
            f"There is no purpose {choices.purpose[:40]!r}.",
            remedy=f"Use {', '.join(TEMPLATES)}.",
            field="purpose",
        )
    check_open(parent)
    return parent


def check_open(parent: Kitchen) -> None:
    """ConflictError where nothing can stand on the parent."""
    of_request = kind_of_request(parent.slug)
    if parent.state != "ready" or of_request:
        state = f"the {of_request} of a merge request" if of_request else parent.state
        raise ConflictError(
            f"{parent.slug} is {state}; nothing can stand on it.",
            remedy="Choose another parent.",
            field="parent",
        )


def check_end(choices: Choices, now: datetime) -> date | None:
    """Return the end date, None where there is none; InvalidError at `ends_on`."""
    if choices.ends_on:
        try:
            ends_on: date | None = date.fromisoformat(choices.ends_on)
        except ValueError as error:
            raise InvalidError("This is not a date. Write it as 2026-03-31.", field="ends_on") from error
    else:
        ends_on = now.date() + timedelta(days=choices.days) if choices.days else None
    check_day(ends_on, choices.tier, now)
    return ends_on


def check_day(ends_on: date | None, tier: str, now: datetime) -> None:
    """InvalidError where a kitchen of this tier cannot end on this day."""
    if ends_on is None:
        if tier == "development":
            raise InvalidError(
                "A development kitchen has an end date.",
                remedy="Give a day within 90 days; it can be extended later.",
                field="ends_on",
            )
        return
    if not timedelta(days=1) <= ends_on - now.date() <= LONGEST_LIFE:
        raise InvalidError(
            f"A kitchen ends between tomorrow and {now.date() + LONGEST_LIFE}; {ends_on} is not.",
            remedy="It can be extended later.",
            field="ends_on",
        )


def check_rest(choices: Choices) -> None:
    """InvalidError for limits, ways to have data, names of secrets and people that are none. One query at most."""
    _between("max_parallel_nodes", choices.max_parallel_nodes, 1, MOST_NODES)
    _between("max_run_seconds", choices.max_run_seconds, 1, LONGEST_RUN)
    _between("sample_rows", choices.sample_rows, 1, LARGEST_SAMPLE)
    if choices.personal not in ("reference", "masked"):
        raise InvalidError("Personal columns come by reference or masked.", field="personal")
    for dataset, choice in choices.data.items():
        if choice not in DATA_CHOICES:
            said = f"{dataset[:80]} cannot come as {choice[:40]!r}."
            raise InvalidError(said, remedy=f"Use {', '.join(DATA_CHOICES)}.", field=f"data.{dataset}")
    for name in choices.secrets:
        if fault := secret_fault(name):
            raise InvalidError(fault, field="secrets")
    _check_members(choices.members)


def _check_members(members: Mapping[str, str]) -> None:
    for name, role in members.items():
        if role not in ROLES_GIVEN:
            said = f"{name[:60]} cannot have the role {role[:40]!r} in a kitchen."
            raise InvalidError(said, remedy=f"Use {', '.join(ROLES_GIVEN)}.", field="members")
    if members:
        known = set(
            Person.objects.filter(username__in=members, is_active=True).values_list("username", flat=True)
        )
        if unknown := sorted(members.keys() - known):
            raise InvalidError(f"There is no person {unknown[0][:60]!r} who can sign in.", field="members")


def check_recipes(choices: Choices, commit: str, by: Actor) -> None:
    """InvalidError for values that no recipe reads or that are not for `by` to set, and for ingredients there are not.

    Asks the app of recipes.
    """
    if not choices.overrides and not choices.ingredients:
        return
    recipes = recipes_of(commit)
    read = {value.name for recipe in recipes for value in recipe.values}
    if recipes and (unread := sorted(choices.overrides.keys() - read)):
        raise InvalidError(f"No recipe reads a value named {unread[0][:60]!r}.", field="overrides")
    offered = {ingredient.key for recipe in recipes for ingredient in recipe.ingredients}
    if unknown := sorted(choices.ingredients.keys() - offered):
        said = f"No recipe offers an ingredient {unknown[0][:120]!r} for the making of kitchens."
        raise InvalidError(said, remedy="It says `provisions: true` in its recipe.", field="ingredients")
    if not by.may("override.protected"):
        _check_protected(choices, [value for recipe in recipes for value in recipe.values if value.protected])


def _check_protected(choices: Choices, values: Iterable[ValueFacts]) -> None:
    for value in values:
        said = f"{value.recipe} protects {value.name}: only an operator of the hub sets it."
        if value.name in choices.overrides:
            raise InvalidError(said, field="overrides")
        for key, given in choices.ingredients.items():
            if value.name in given and key.rpartition("/")[0] == value.recipe:
                raise InvalidError(said, field="ingredients")


def read_token(token: str) -> Agreed:
    """Return what a plan's token says; InvalidError where it is none."""
    agreed = Agreed.read(token)
    if agreed is None:
        raise InvalidError(
            "This is not the digest of a plan.", remedy="Send what the plan gave.", field="plan_digest"
        )
    return agreed


def _between(field: str, value: Any, low: int, high: int) -> None:
    if value is not None and not low <= value <= high:
        raise InvalidError(f"This is a number from {low:,} to {high:,}.", field=field)
