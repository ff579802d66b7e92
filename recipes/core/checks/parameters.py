"""Is a test written rightly? Every fault is a full sentence, and all faults come at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from recipes.core.checks.base import Check
from recipes.core.checks.catalogue import CHECKS
from recipes.core.checks.thresholds import ThresholdError, parse_threshold
from recipes.core.checks.words import cut, listed, near
from recipes.core.spec.model import TestSpec

WANTED = {
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "decimal_parsing": "a number",
    "decimal_type": "a number",
    "string_type": "a text",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "list_type": "a list",
    "date_from_datetime_parsing": "a date",
}


def check_parameters(check: str, params: Mapping[str, Any], *, resolved: bool = False) -> list[str]:
    """Return what is wrong with a check's name or parameters, in full sentences; nothing where all is well.

    A parameter that is still a `{{ value }}` is passed over, until `resolved` says that none may be left.
    """
    known = CHECKS.get(check)
    if known is None:
        return [f"There is no check {check}.{near(check, CHECKS)} The checks are {listed(sorted(CHECKS))}."]
    try:
        known.parameters.model_validate(dict(params))
    except ValidationError as invalid:
        return [
            _sentence(known, fault)
            for fault in invalid.errors()
            if resolved or fault["type"] == "extra_forbidden" or not _is_open(fault["input"])
        ]
    return []


def check_test(test: TestSpec, *, resolved: bool = False) -> list[str]:
    """Return all that is wrong with a test: check, parameters, limits, policies, dataset. It reads no data."""
    faults = check_parameters(test.check, test.params, resolved=resolved)
    known = CHECKS.get(test.check)
    if known is None:
        return faults
    return [*faults, *_limit_faults(test, known, resolved), *_policy_faults(test, known)]


def datasets_read(test: TestSpec) -> frozenset[str]:
    """Return the datasets a test reads: its own, those its parameters name, and those the reader found in its SQL.

    Also of parameters that are wrong, or still wait for a value: the nodes that write these datasets come first.
    """
    known = CHECKS.get(test.check)
    own = frozenset({test.dataset} if test.dataset else ()) | frozenset(test.reads)
    if known is None:
        return own
    try:
        return own | known.parameters.model_validate(test.params).datasets()
    except ValidationError:
        as_written: Any = {key: raw for key, raw in test.params.items() if isinstance(raw, str | list)}
    try:
        return own | known.parameters.model_construct(**as_written).datasets()
    except (AttributeError, TypeError):
        return own


def _sentence(check: Check, fault: ErrorDetails) -> str:
    place = ".".join(str(part) for part in fault["loc"])
    takes = listed(list(check.parameters.model_fields))
    name = str(fault["loc"][0]) if fault["loc"] else ""
    if fault["type"] == "extra_forbidden":
        return f"{check.name} has no parameter {place}.{near(name, check.parameters.model_fields)} It takes {takes}."
    if fault["type"] == "missing":
        return f"{check.name} needs {place}. It takes {takes}."
    if fault["type"] == "value_error":
        return f"{check.name}: {f'{place}: ' if place else ''}{fault['ctx']['error']}"
    if wanted := WANTED.get(fault["type"]):
        return f"{check.name}: {name} must be {wanted}, not {cut(repr(fault['input']), 60)}."
    return f"{check.name}: {place} is not right: {fault['msg']}."


def _is_open(value: object) -> bool:
    """Say whether a value still waits for the planner."""
    if isinstance(value, Mapping):
        return any(map(_is_open, value.values()))
    if isinstance(value, list):
        return any(map(_is_open, value))
    return isinstance(value, str) and "{{" in value


def _limit_faults(test: TestSpec, check: Check, resolved: bool) -> list[str]:
    faults = []
    for name, text in (("warn", test.warn), ("fail", test.fail)):
        if not text or (_is_open(text) and not resolved):
            continue
        try:
            limit = parse_threshold(text)
        except ThresholdError as wrong:
            faults.append(f"{name}: {wrong}")
            continue
        if limit.is_percent and not check.counts:
            faults.append(
                f"{name}: {check.name} measures one number, so “{text}” has nothing to be a share of. Leave out the %."
            )
    limited = test.warn or test.fail or any(test.params.get(name) is not None for name in check.limits)
    if check.limits and not limited:
        faults.append(f"{check.name} needs a limit: {listed([*check.limits, 'warn', 'fail'], 'or')}.")
    return faults


def _policy_faults(test: TestSpec, check: Check) -> list[str]:
    faults = []
    if check.needs_dataset and not test.dataset:
        faults.append(f"{check.name} needs the dataset it is about.")
    if test.where and not check.takes_where:
        faults.append(f"{check.name} takes no where: put the condition into its SQL.")
    if test.nulls and test.nulls not in check.nulls:
        known = f"It knows nulls: {listed(check.nulls, 'or')}." if check.nulls else "Leave it out."
        faults.append(f"{check.name} has no rule for nulls: {test.nulls}. {known}")
    return faults
