"""Which value counts: order over kitchen over variation over recipe. All faults are told at once."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from hub.common.errors import InvalidError
from kitchens.core.overrides import Layer, covers, laid_over
from recipes.core.plan import Origin, Value
from recipes.core.spec.model import ValueSpec
from recipes.core.templates import TemplateError, evaluate, has_template, names
from recipes.core.values.coerce import BadValueError, coerce, shown, to_python
from recipes.core.values.system import SYSTEM_VALUES

Overrides = Mapping[str, Any] | Sequence[Layer]  # of one kitchen, or of it and its parents, the root's first


class ValueFaults(InvalidError):  # noqa: N818 - it is the faults that callers look at
    """Values that do not fit; `faults` maps each name to its message."""

    title = "Some values do not fit"

    def __init__(self, faults: Mapping[str, str]) -> None:
        super().__init__(" ".join(f"{name}: {message}" for name, message in faults.items()))
        self.faults = dict(faults)


def resolve_values(
    specs: Mapping[str, ValueSpec],
    *,
    order: Mapping[str, Any],
    kitchen: Overrides,
    variation: Mapping[str, Any],
    system: Mapping[str, Value],
) -> dict[str, Value]:
    """Return every value of the recipe with its origin, then those of the system; ValueFaults where some do not fit.

    Templates are read in the files only (defaults and variations); what an order or a kitchen gives is taken as it is.
    Overrides of the kitchen lie over those of its parents, inside dictionaries key by key; the value of an order or a
    variation takes the place of the whole.
    """
    resolver = _Resolver(specs, order, kitchen, variation, system)
    resolver.refuse_unknown(order)
    for name in specs:
        resolver.resolve(name)
    if resolver.faults:
        raise ValueFaults(resolver.faults)
    return {name: resolver.done[name] for name in specs} | dict(system)


class _Resolver:
    def __init__(
        self,
        specs: Mapping[str, ValueSpec],
        order: Mapping[str, Any],
        kitchen: Overrides,
        variation: Mapping[str, Any],
        system: Mapping[str, Value],
    ) -> None:
        self.specs = specs
        self.order, self.variation = order, variation
        self.kitchens = (Layer("", kitchen),) if isinstance(kitchen, Mapping) else tuple(kitchen)
        self.recipe = "/".join(str(system[name].value) for name in ("domain", "recipe") if name in system)
        self.done: dict[str, Value] = {}
        self.faults: dict[str, str] = {}
        self.context = {name: to_python(value.type, value.value) for name, value in system.items()}
        self.path: list[str] = []

    def refuse_unknown(self, order: Mapping[str, Any]) -> None:
        for name in order:
            if name in SYSTEM_VALUES:
                self.faults[name] = f"{name} is set by the hub and cannot be given."
            elif name not in self.specs:
                near = difflib.get_close_matches(name, self.specs, n=1)
                hint = f" Did you mean {near[0]}?" if near else ""
                self.faults[name] = f"The recipe has no value {name}.{hint}"

    def resolve(self, name: str) -> None:
        """Work out one value, those it refers to first; a fault is kept under the name it belongs to."""
        if name in self.done or name in self.faults:
            return
        if name in self.path:
            cycle = [*self.path[self.path.index(name) :], name]
            raise TemplateError(f"Values refer to each other in a circle: {' → '.join(cycle)}.")
        self.path.append(name)
        try:
            self.done[name] = value = self._value(self.specs[name])
            self.context[name] = to_python(value.type, value.value)
        except (BadValueError, TemplateError) as error:
            self.faults[name] = str(error)
        finally:
            self.path.pop()

    def _value(self, spec: ValueSpec) -> Value:
        origin, raw, paths = self._origin(spec)
        if raw is None:
            raise BadValueError("This value is required and not given.")
        value = coerce(spec.type, raw)
        check_limits(spec, value)
        kitchen = paths.pop("", "")
        facts = {"name": spec.name, "type": spec.type, "description": spec.description}
        return Value(**facts, value=value, origin=origin, kitchen=kitchen, paths=paths)

    def _origin(self, spec: ValueSpec) -> tuple[Origin, Any, dict[str, str]]:
        """Return where a value comes from, what it is, and which kitchens set it or parts of it."""
        if self.order.get(spec.name) is not None:
            return "order", self.order[spec.name], {}
        origin: Origin = "recipe" if self.variation.get(spec.name) is None else "variation"
        raw = None
        if not covers(self.kitchens, spec.name, self.recipe):
            raw = self._rendered(spec.default if origin == "recipe" else self.variation[spec.name])
            if isinstance(raw, str) and spec.type == "dictionary":
                raw = coerce(spec.type, raw)
        raw, paths = laid_over(raw, self.kitchens, spec.name, self.recipe)
        return ("kitchen" if paths else origin), raw, paths

    def _rendered(self, raw: Any) -> Any:
        if isinstance(raw, list | tuple):
            return [self._rendered(part) for part in raw]
        if not has_template(raw):
            return raw
        for other in sorted(names(raw) & self.specs.keys()):
            self.resolve(other)
            if other in self.faults:
                raise TemplateError(f"It is made of {other}, which does not fit.")
        return evaluate(raw, self.context)


def check_limits(spec: ValueSpec, value: Any) -> None:
    """Raise BadValueError unless a coerced value keeps choices, min and max (of texts and lists: their length)."""
    if spec.choices and value not in spec.choices:
        raise BadValueError(
            f"{shown(value)} is not one of {', '.join(shown(choice) for choice in spec.choices)}."
        )
    sized = len(value) if isinstance(value, list) or spec.type == "text" else _comparable(spec.type, value)
    what = "The length" if isinstance(value, list) or spec.type == "text" else shown(value)
    if spec.min is not None and sized < _comparable(spec.type, spec.min):
        raise BadValueError(f"{what} is below the least allowed, {_plain(spec.min)}.")
    if spec.max is not None and sized > _comparable(spec.type, spec.max):
        raise BadValueError(f"{what} is above the most allowed, {_plain(spec.max)}.")


def _comparable(kind: str, value: Any) -> Any:
    if kind != "datetime" or not isinstance(value, str):
        return value
    moment = datetime.fromisoformat(value)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _plain(limit: float | str) -> str:
    return f"{limit:.15g}" if isinstance(limit, float) else str(limit)
