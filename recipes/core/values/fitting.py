"""Whether what somebody gives for a declared value, or for one key inside a dictionary, fits it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from hub.common.errors import InvalidError
from kitchens.core.overrides import DeclaredValue, get
from recipes.core.spec.model import ValueSpec
from recipes.core.values.coerce import BadValueError, coerce
from recipes.core.values.resolve import check_limits


def fit_value(declared: DeclaredValue, path: Sequence[str], given: Any) -> Any:
    """Return what is given as its type has it; InvalidError, a sentence, where it does not fit."""
    try:
        if path:
            return _inside(declared, path, given)
        value = coerce(declared.type, given)
        check_limits(spec_of(declared), value)
        return value
    except BadValueError as error:
        raise InvalidError(str(error), field=declared.name) from error


def spec_of(declared: DeclaredValue) -> ValueSpec:
    """Return the declaration as the reader of recipes has it."""
    facts = {name: getattr(declared, name) for name in ("name", "type", "default", "choices", "min", "max")}
    return ValueSpec(**facts)


def kind_of(value: Any) -> str:
    """Return the type that a value inside a dictionary has: what is given in its place has to have it too."""
    for kind, name in (
        (bool, "boolean"),
        (int, "integer"),
        (float, "number"),
        (list, "list"),
        (dict, "dictionary"),
    ):
        if isinstance(value, kind):
            return name
    return "text"


def _inside(declared: DeclaredValue, path: Sequence[str], given: Any) -> Any:
    """A key that has a default keeps its type; a new one takes what JSON says it is, and text otherwise."""
    if declared.type != "dictionary":
        raise BadValueError(f"{declared.name} is a {declared.type} and has no keys inside.")
    there = get(declared.default, path)
    if there is not None:
        return coerce("number" if kind_of(there) == "integer" else kind_of(there), given)
    if isinstance(given, str):
        try:
            given = json.loads(given)
        except ValueError:
            return coerce("text", given)
    return coerce("dictionary", {"value": given})["value"]
