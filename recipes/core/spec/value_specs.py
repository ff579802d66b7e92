"""The section `values`."""

from __future__ import annotations

from typing import Any

from recipes.core.spec.graph import find_cycle
from recipes.core.spec.keys import VALUE
from recipes.core.spec.model import Place, ValueSpec
from recipes.core.spec.reading import IDENTIFIER, Reading
from recipes.core.spec.section import Section
from recipes.core.templates import TemplateError, has_template, names
from recipes.core.values import SYSTEM_VALUES, BadValueError, check_limits, coerce

RESERVED = frozenset(
    {"true", "false", "none", "self", "and", "or", "not", "in", "is", "if", "else"}
)  # of templates


def read_values(reading: Reading, top: Section) -> dict[str, ValueSpec]:
    """Return the values of the recipe; `reading.value_names` is set first, so that defaults may name any of them."""
    below = top.inside("values")
    reading.value_names = frozenset(name for name in below if IDENTIFIER.fullmatch(name))
    found: dict[str, ValueSpec] = {}
    places: dict[str, Place] = {}
    for name, section in reading.sections(top, "values", VALUE, IDENTIFIER, "value"):
        section.unknown()
        if name in SYSTEM_VALUES:
            message = f"{name} is a value of the hub and cannot be defined."
            reading.faults.add("system-value", message, "Choose another name.", section.place)
        elif name in RESERVED:
            message = f"{name} has a meaning of its own in templates."
            reading.faults.add("bad-name", message, "Choose another name.", section.place)
        elif spec := _value(reading, name, section):
            found[name], places[name] = spec, section.place
    _check_circles(reading, found, places)
    return found


def _value(reading: Reading, name: str, section: Section) -> ValueSpec | None:
    kind = section.get("type")
    if kind is None:
        return None
    default = section.get("default")
    choices = tuple(
        _typed(reading, section, "choices", kind, choice) for choice in section.get("choices") or ()
    )
    least, most = (_limit(reading, section, limit, kind) for limit in ("min", "max"))
    spec = ValueSpec(
        name=name,
        type=kind,
        required=bool(section.get("required")) or default is None,
        protected=bool(section.get("protected")),
        description=section.get("description") or "",
        choices=choices,
        min=least,
        max=most,
        line=section.place.line,
    )
    if least is not None and most is not None and least > most:
        message = f"{section.what}: min {least} is above max {most}."
        reading.faults.add("bad-limits", message, "Exchange them.", section.at("min"))
        return spec.model_copy(update={"default": default})
    return spec.model_copy(update={"default": _default(reading, section, spec, default)})


def _default(reading: Reading, section: Section, spec: ValueSpec, default: Any) -> Any:
    if default is None:
        return None
    if section.get("required"):
        message = f"{section.what} is required and has a default."
        reading.faults.add("bad-default", message, "Remove one of the two.", section.at("default"))
    if reading.check_templates(section.entries["default"], section.what) or holds_template(default):
        return default
    return check_typed(reading, spec, default, f"{section.what}: the default", section.at("default"))


def check_typed(reading: Reading, spec: ValueSpec, raw: Any, what: str, at: Place) -> Any:
    """Return a value as its type and within its limits; a fault, and the raw value, where it is not."""
    try:
        value = coerce(spec.type, raw)
        check_limits(spec, value)
        return value
    except BadValueError as error:
        reading.faults.add("bad-value", f"{what} does not fit: {error}", "", at)
        return raw


def holds_template(raw: Any) -> bool:
    if isinstance(raw, dict):
        return any(holds_template(each) for each in raw.values())
    return any(map(holds_template, raw)) if isinstance(raw, list) else has_template(raw)


def _typed(reading: Reading, section: Section, key: str, kind: str, raw: Any) -> Any:
    try:
        return coerce(kind, raw)
    except BadValueError as error:
        reading.faults.add("bad-value", f"{section.what}: in {key}, {error}", "", section.at(key))
        return raw


def _limit(reading: Reading, section: Section, key: str, kind: str) -> Any:
    raw = section.get(key)
    if raw is None:
        return None
    if kind in {"boolean", "dictionary"}:
        reading.faults.add(
            "bad-limits", f"{section.what}: a {kind} has no {key}.", f"Remove {key}.", section.at(key)
        )
        return None
    measured = {"text": "integer", "list": "integer"}.get(kind, kind)
    try:
        return coerce(measured, raw)
    except BadValueError as error:
        reading.faults.add("bad-value", f"{section.what}: in {key}, {error}", "", section.at(key))
        return None


def _check_circles(reading: Reading, found: dict[str, ValueSpec], places: dict[str, Place]) -> None:
    if cycle := circle_of_values({name: spec.default for name, spec in found.items()}):
        message = f"Values refer to each other in a circle: {' → '.join(cycle)}."
        reading.faults.add("value-cycle", message, "Give one of them a plain default.", places[cycle[0]])


def circle_of_values(raw: dict[str, Any]) -> list[str]:
    """Return one circle among values that refer to each other by templates, or nothing."""
    return find_cycle({name: _used(value) & raw.keys() for name, value in raw.items()})


def _used(raw: Any) -> set[str]:
    if isinstance(raw, dict | list):
        below = raw.values() if isinstance(raw, dict) else raw
        return {name for each in below for name in _used(each)}
    try:
        return set(names(raw)) if has_template(raw) else set()
    except TemplateError:
        return set()
