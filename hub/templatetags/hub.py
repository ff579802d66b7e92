"""What pages need of the frame: links that stay in a kitchen, what a person may do, controls of forms."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import template
from django.forms import BoundField, CheckboxInput, CheckboxSelectMultiple, RadioSelect
from django.urls import NoReverseMatch, reverse
from django.utils.safestring import SafeString

from hub import frame

register = template.Library()


@register.filter
def control(field: BoundField) -> SafeString:
    """Draw the control of a form field with our classes and the links from it to its help and its message."""
    plain = isinstance(field.field.widget, CheckboxInput | RadioSelect | CheckboxSelectMultiple)
    said_by = [f"{field.auto_id}_help"] if field.help_text else []
    said_by += [f"{field.auto_id}_error"] if field.errors else []
    attributes = {} if plain else {"class": "input"}
    if field.errors:
        attributes["aria-invalid"] = "true"
    if said_by:
        attributes["aria-describedby"] = " ".join(said_by)
    return field.as_widget(attrs=attributes)


@register.simple_tag(takes_context=True)
def may(context: template.Context, what: str, kitchen: Any = None) -> bool:
    """Say whether the person of the page may do `what` (a key of kitchens.core.roles.MAY), in a kitchen."""
    person = context["request"].user
    return bool(person.is_authenticated and person.actor().may(what, kitchen.slug if kitchen else ""))


@register.simple_tag(takes_context=True)
def may_order(context: template.Context, kitchen: Any) -> bool:
    """Say whether the person of the page may order runs in a kitchen."""
    return may(context, kitchen.right("order.place"), kitchen)


@register.simple_tag(takes_context=True)
def kitchen_query(context: template.Context) -> str:
    """Return `?kitchen=<slug>` for links that stay in the kitchen one is in; nothing in production."""
    return frame.kitchen_query(context.get("kitchen"))


@register.simple_tag(takes_context=True)
def rail(context: template.Context) -> list[frame.RailEntry]:
    return frame.rail(context["request"].path, context.get("kitchen"))


@register.simple_tag
def link_to(name: str, args: Sequence[object] = (), query: str = "") -> str:
    """The URL of that name; nothing where no app of this hub has it."""
    try:
        return reverse(name, args=args) + query
    except NoReverseMatch:
        return ""


@register.simple_tag
def thing_url(thing: Any, kitchen: Any) -> str:
    """The page of a dataset or recipe of the lineage."""
    if thing.kind == "dataset":
        url = reverse("dataset-detail", args=[thing.name])
        return url if kitchen.is_production else f"{url}?kitchen={kitchen.slug}"
    return recipe_url(kitchen, thing.name)


@register.simple_tag
def recipe_url(kitchen: Any, recipe: str) -> str:
    """The page of a recipe, given as "<domain>/<recipe>", in a kitchen."""
    return reverse("recipe-detail", args=[kitchen.slug, *recipe.split("/", 1)])
