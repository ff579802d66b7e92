"""A field for each parameter of a check, and what is typed into it as recipe.yaml would hold it."""

from __future__ import annotations

import json
import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from pydantic.fields import FieldInfo

from recipes.core.checks.catalogue import CHECKS
from recipes.core.checks.reference import takes
from recipes.core.spec.faults import Faults
from recipes.core.spec.yaml import read_yaml, scalar
from recipes.core.written.scalars import written

Kind = Literal["text", "scalar", "flag", "choice", "texts", "scalars", "mapping"]


@dataclass(frozen=True)
class Field:
    """One parameter: what may be typed, and what it is for."""

    name: str
    kind: Kind
    takes: str  # in words
    about: str
    required: bool
    choices: tuple[str, ...] = ()


@cache
def fields_of(check: str) -> tuple[Field, ...]:
    """Return the fields of a check, in the order of its parameters; none for a check that there is not."""
    known = CHECKS.get(check)
    found = known.parameters.model_fields.items() if known else ()
    return tuple(_field(name, field) for name, field in found)


def _field(name: str, field: FieldInfo) -> Field:
    kind, choices = _kind(field.annotation)
    about = " ".join((field.description or "").split())
    return Field(name, kind, takes(field).replace("`", ""), about, field.is_required(), choices)


def _kind(annotation: Any) -> tuple[Kind, tuple[str, ...]]:
    origin, inside = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Annotated:
        return _kind(inside[0])
    if origin is typing.Literal:
        return "choice", tuple(map(str, inside))
    if origin is dict:
        return "mapping", ()
    if origin is list:
        return ("texts" if _kind(inside[0])[0] == "text" else "scalars"), ()
    if origin in (types.UnionType, typing.Union):
        kinds = {_kind(one) for one in inside if one is not type(None)}
        return kinds.pop() if len(kinds) == 1 else ("scalar", ())
    if annotation is bool:
        return "flag", ()
    return ("text" if annotation is str else "scalar"), ()


def typed(kind: Kind, text: str) -> Any:
    """Return what was typed as the file would hold it; what does not fit stays the text, for the check to say so."""
    if kind in ("text", "choice") or "{{" in text:
        return text
    if kind in ("scalar", "flag"):
        return scalar(text)
    if kind == "mapping" or text.startswith(("[", "{")):
        return _yaml(text)
    parts = [part.strip() for line in text.splitlines() for part in line.split(",")]
    return [part if kind == "texts" else scalar(part) for part in parts if part]


def _yaml(text: str) -> Any:
    faults = Faults()
    root = read_yaml(text.encode(), "the field", faults)
    return text if root is None or len(faults) else root.plain()


def as_typed(kind: Kind, value: Any) -> str:
    """Return a value of the file as one would type it into its field."""
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping) and value and kind == "mapping":
        return "\n".join(f"{written(str(key))}: {written(item)}" for key, item in value.items())
    if isinstance(value, list) and value and kind in ("texts", "scalars"):
        plain = ", ".join(part if isinstance(part, str) else json.dumps(part) for part in value)
        return plain if typed(kind, plain) == value else written(value)
    return written(value)
