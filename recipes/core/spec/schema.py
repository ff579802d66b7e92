"""The JSON Schema of recipe.yaml, made from the tables of keys, so that editors complete and explain what is written."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from recipes.core.checks import CHECKS
from recipes.core.spec.keys import (
    INGREDIENT,
    MODES,
    NODE,
    RECIPE,
    SOURCE,
    TEST,
    VALUE,
    VARIATION,
    Key,
)
from recipes.core.spec.model import MONITORS
from recipes.core.spec.reading import DATASET, IDENTIFIER, SLUG, TITLE
from recipes.core.spec.section import DURATION
from recipes.core.templates import FILTERS
from recipes.core.values import SYSTEM_VALUES

Schema = dict[str, Any]
TEXT: Schema = {"type": "string"}
NAMES: Schema = {"anyOf": [TEXT, {"type": "array", "items": TEXT, "uniqueItems": True}]}


def recipe_schema() -> Schema:
    """Return the JSON Schema (2020-12) of recipe.yaml: every key with its description, its form and its choices."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "https://dataops-hub/schemas/recipe.json",
        "title": "Recipe",
        "description": f"A recipe of the hub. Texts may use {{{{ values }}}} with the filters {', '.join(FILTERS)}; "
        f"the hub sets {', '.join(SYSTEM_VALUES)}.",
        **_object(
            RECIPE,
            {
                "values": _named(_object(VALUE, {"choices": {"type": "array", "minItems": 1}}), IDENTIFIER),
                "sources": _named(_source(), IDENTIFIER),
                "nodes": _named(_node(), SLUG) | {"minProperties": 1},
                "tests": _named(_test(), TITLE),
                "variations": _named(_object(VARIATION), SLUG),
                "ingredients": _named(_ingredient(), TITLE),
                "monitors": _monitors(),
            },
        ),
    }


def _named(entry: Schema, pattern: re.Pattern[str]) -> Schema:
    return {
        "type": "object",
        "propertyNames": {"pattern": f"^(?:{pattern.pattern})$"},
        "additionalProperties": entry,
    }


def _object(keys: Iterable[Key], given: dict[str, Schema] | None = None) -> Schema:
    keys = tuple(keys)
    properties = {
        key.name: {"description": f"{key.about}."} | ((given or {}).get(key.name) or _form(key))
        for key in keys
    }
    for key in keys:
        if key.default is not None:
            properties[key.name]["default"] = key.default
    found: Schema = {"type": "object", "properties": properties, "additionalProperties": False}
    required = [key.name for key in keys if key.required]
    return found | ({"required": required} if required else {})


def _form(key: Key) -> Schema:
    if key.choices:
        return {"enum": list(key.choices)}
    bounds = {
        name: bound for name, bound in (("minimum", key.low), ("maximum", key.high)) if bound is not None
    }
    forms: dict[str, Schema] = {
        "text": TEXT,
        "names": NAMES,
        "whole": {"type": "integer"} | bounds,
        "number": {"type": "number"} | bounds,
        "seconds": {
            "anyOf": [{"type": "number"} | bounds, {"type": "string", "pattern": f"^{DURATION.pattern}$"}]
        },
        "boolean": {"type": "boolean"},
        "mapping": {"type": "object"},
        "list": {"type": "array", "minItems": 1},
        "writes": _writes(),
    }
    return forms.get(key.form, {})


def _writes() -> Schema:
    columns = {"anyOf": [TEXT, {"type": "array", "items": TEXT, "minItems": 1}]}
    with_columns = {
        "type": "object",
        "properties": {"replace_partition": TEXT, "merge": columns},
        "additionalProperties": False,
        "minProperties": 1,
        "maxProperties": 1,
    }
    plain = [mode for mode in MODES if mode in {"replace", "append"}]
    name = {"type": "string", "pattern": f"^{DATASET.pattern}$"}
    modes = {
        "type": "object",
        "propertyNames": {"pattern": name["pattern"]},
        "additionalProperties": {"anyOf": [{"enum": plain}, {"type": "null"}, with_columns]},
    }
    return {"anyOf": [name, modes, {"type": "array", "items": {"anyOf": [name, modes]}}]}


def _ingredient() -> Schema:
    """What provisions kitchens says what takes it away again."""
    provisions = {"properties": {"provisions": {"const": True}}, "required": ["provisions"]}
    return _object(INGREDIENT) | {"if": provisions, "then": {"required": ["rollback"]}}


def _monitors() -> Schema:
    kinds = {"type": "array", "items": {"enum": list(MONITORS)}, "uniqueItems": True}
    choice: Schema = {"anyOf": [{"enum": ["on", "off", True, False]}, {"enum": list(MONITORS)}, kinds]}
    names = {"pattern": f"^(?:{DATASET.pattern}|others)$"}
    of_datasets = {"type": "object", "propertyNames": names, "additionalProperties": choice}
    return {"anyOf": [*choice["anyOf"], of_datasets]}


def _source() -> Schema:
    either = [{"required": ["location"]}, {"required": ["connection"]}]
    return _object(SOURCE) | {"oneOf": either}


def _node() -> Schema:
    """Every kind has keys it needs and keys that mean nothing for it."""
    rules = [
        _when_kind("sql", {"required": ["file", "writes"]}),
        _when_kind("python", {"required": ["file"]}),
        _when_kind("shell", {"oneOf": [{"required": ["file"]}, {"required": ["command"]}]}),
        _when_kind("synchronise", {"properties": {"file": False, "command": False, "writes": False}}),
    ]
    return _object(NODE) | {"allOf": rules}


def _when_kind(kind: str, then: Schema) -> Schema:
    return {"if": {"properties": {"kind": {"const": kind}}, "required": ["kind"]}, "then": then}


def _test() -> Schema:
    """Each check adds its own parameters to the keys that every test has."""
    checks = {"description": "Kind of the test.", "oneOf": [_check_name(name) for name in sorted(CHECKS)]}
    common = _object(TEST, {"check": checks})
    rules = [
        {
            "if": {"properties": {"check": {"const": name}}, "required": ["check"]},
            "then": {
                "properties": {
                    **{key.name: True for key in TEST},
                    **{param: _parameter(name, param) for param in CHECKS[name].parameters.model_fields},
                },
                "additionalProperties": False,
            },
        }
        for name in sorted(CHECKS)
    ]
    return common | {"additionalProperties": True, "allOf": rules}


def _check_name(name: str) -> Schema:
    return {"const": name, "description": CHECKS[name].summary}


def _parameter(check: str, name: str) -> Schema:
    """Types are left to the reader: a parameter may be written as a {{ value }} of any type."""
    field = CHECKS[check].parameters.model_fields[name]
    return {"description": field.description or f"Parameter {name} of {check}; see docs/tests.md."}
