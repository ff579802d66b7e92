"""Working out what a run will do: which nodes in which order, with which values, tests and sources."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hub.common.errors import InvalidError, MissingError
from recipes.core.checks import CHECKS, check_test
from recipes.core.fixture_plan import fixture_of, with_fixtures
from recipes.core.monitors import monitors_of
from recipes.core.plan import Plan, Value
from recipes.core.spec.faults import did_you_mean
from recipes.core.spec.graph import reachable
from recipes.core.spec.model import NodeSpec, RecipeSpec, SourceSpec, TestSpec, VariationSpec
from recipes.core.sql import bind, bind_condition, bind_source_query
from recipes.core.templates import TemplateError, evaluate, has_template, render
from recipes.core.values import Overrides, ValueFaults, resolve_values, system_values, to_python

__all__ = ["ValueFaults", "make_plan", "plan_values"]


def plan_values(
    spec: RecipeSpec,
    variation: str,
    *,
    order_values: Mapping[str, Any],
    overrides: Overrides,
    system: Mapping[str, Any],
) -> dict[str, Value]:
    """Return every value of the recipe and of the hub with its origin; ValueFaults where some do not fit.

    `system` holds `as_of` (aware datetime) and, where there is one, `slot`, `kitchen` and `run`.
    """
    chosen = _variation(spec, variation)
    given = system_values(
        system, timezone=chosen.timezone, domain=spec.domain, recipe=spec.name, variation=variation
    )
    return resolve_values(
        spec.values, order=order_values, kitchen=overrides, variation=chosen.values, system=given
    )


def make_plan(
    spec: RecipeSpec,
    variation: str,
    *,
    commit: str,
    tree: str,
    order_values: Mapping[str, Any],
    overrides: Overrides,
    system: Mapping[str, Any],
    nodes: Sequence[str] = (),
    fixtures: str = "",
    monitored: bool = False,
) -> Plan:
    """Return the frozen plan of one run.

    Tests and sources come out ready: parameters worked out, SQL of tests with its values as literals, locations and
    connection names filled in. SQL nodes keep their `{{ values }}`; they are bound when they run. With `fixtures`, the
    name of a set, its tables stand in for the datasets of their names. Where the hub has it `monitored` each node has
    the monitors of what it writes as well, but not with fixtures, which are no part of any history.

    MissingError for an unknown variation or node, ValueFaults (all at once) for values, InvalidError for a test or
    source that does not come out right with these values.
    """
    chosen = _variation(spec, variation)
    values = plan_values(spec, variation, order_values=order_values, overrides=overrides, system=system)
    context = {name: to_python(value.type, value.value) for name, value in values.items()}
    selected = _selected(spec, chosen, nodes)
    if fixtures:
        selected = with_fixtures(spec, selected, fixture_of(spec, fixtures))
    watched = monitored and not fixtures
    return Plan(
        domain=spec.domain,
        recipe=spec.name,
        variation=variation,
        commit=commit,
        tree=tree,
        dialect=spec.dialect,
        nodes=selected,
        tests={
            node.name: found
            for node in selected
            if (found := _tests(spec, node, values, context) + (monitors_of(spec, node) if watched else ()))
        },
        sources=_sources(spec, selected, values, context),
        values=values,
        timeout=chosen.timeout,
        priority=chosen.priority,
        fixtures=fixtures,
    )


def _variation(spec: RecipeSpec, name: str) -> VariationSpec:
    if name in spec.variations:
        return spec.variations[name]
    raise MissingError(
        f"The recipe {spec.domain}/{spec.name} has no variation {name!r}.",
        remedy=did_you_mean(name, spec.variations),
    )


def _selected(spec: RecipeSpec, variation: VariationSpec, only: Sequence[str]) -> tuple[NodeSpec, ...]:
    """Return the chosen nodes in order; where nodes between two of them are left out, the later still waits."""
    names = [name for name in spec.nodes if not variation.nodes or name in variation.nodes]
    for name in only:
        if name not in names:
            message = f"The variation {variation.name} has no node {name!r}."
            raise MissingError(message, remedy=did_you_mean(name, names))
    chosen = [name for name in names if not only or name in only]
    if len(chosen) == len(spec.nodes):
        return tuple(spec.nodes.values())
    needs = {name: node.needs for name, node in spec.nodes.items()}
    return tuple(_cut_down(spec.nodes[name], chosen, needs) for name in chosen)


def _cut_down(node: NodeSpec, chosen: Sequence[str], needs: Mapping[str, Sequence[str]]) -> NodeSpec:
    before = [name for name in chosen if name in reachable(node.name, needs)]
    implied = {far for name in before for far in reachable(name, needs)}
    return node.model_copy(update={"needs": tuple(name for name in before if name not in implied)})


def _tests(
    spec: RecipeSpec, node: NodeSpec, values: Mapping[str, Value], context: Mapping[str, Any]
) -> tuple[TestSpec, ...]:
    found = tuple(
        _ready(test, spec.dialect, values, context) for test in spec.tests.values() if test.node == node.name
    )
    faults = [
        f"Test {test.name}: {sentence}" for test in found for sentence in check_test(test, resolved=True)
    ]
    if faults:
        raise InvalidError(" ".join(faults), remedy="Give other values, or mend the test.")
    return found


def _ready(test: TestSpec, dialect: str, values: Mapping[str, Value], context: Mapping[str, Any]) -> TestSpec:
    """Return the test with its values in place: SQL bound as literals, everything else worked out."""
    check = CHECKS[test.check]
    params = {}
    try:
        for name, raw in test.params.items():
            if name in check.conditions and isinstance(raw, str):
                params[name] = bind_condition(raw, values, dialect) if has_template(raw) else raw
            elif name in check.statements and isinstance(raw, str):
                params[name] = bind(raw, values, dialect) if has_template(raw) else raw
            elif name == check.document:
                params[name] = raw
            else:
                params[name] = _worked_out(raw, context)
        where = bind_condition(test.where, values, dialect) if has_template(test.where) else test.where
        limits = {name: render(getattr(test, name), context) for name in ("warn", "fail")}
    except (TemplateError, InvalidError) as error:
        raise InvalidError(f"Test {test.name}: {error}", remedy="Give another value.") from error
    return test.model_copy(update={"params": params, "where": where, **limits})


def _worked_out(raw: Any, context: Mapping[str, Any]) -> Any:
    if isinstance(raw, dict):
        return {key: _worked_out(value, context) for key, value in raw.items()}
    if isinstance(raw, list | tuple):
        return [_worked_out(value, context) for value in raw]
    found = evaluate(raw, context) if has_template(raw) else raw
    return found.isoformat() if hasattr(found, "isoformat") else found


def _sources(
    spec: RecipeSpec, nodes: Sequence[NodeSpec], values: Mapping[str, Value], context: Mapping[str, Any]
) -> dict[str, SourceSpec]:
    used = {name for node in nodes for name in node.sources}
    return {name: _source(spec.sources[name], values, context) for name in sorted(used)}


def _source(source: SourceSpec, values: Mapping[str, Value], context: Mapping[str, Any]) -> SourceSpec:
    try:
        filled = {
            "location": render(source.location, context),
            "connection": render(source.connection, context),
            "query": bind_source_query(source.query, values) if source.query else "",
        }
    except (TemplateError, InvalidError) as error:
        raise InvalidError(f"Source {source.name}: {error}", remedy="Give another value.") from error
    return source.model_copy(update=filled)
