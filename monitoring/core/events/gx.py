"""Great Expectations: a validation result, or the result of a checkpoint that holds several (versions 0.15 to 1.x)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from monitoring.core.events.fields import Fields
from monitoring.core.events.importing import Given, Place, component_key, parts, said
from monitoring.core.events.model import Component, Event, Outcome, Read, Run, RunState, RunStatus
from monitoring.core.events.outcomes import limits_said
from recipes.core.verdict import Severity, Verdict

SEVERITIES = {"critical": Severity.STOP, "warning": Severity.WARN, "info": Severity.LOG}
MOST_VALIDATIONS = 200


def read_gx(found: Any, given: Given) -> Iterator[Read]:
    """Yield the outcome of every expectation, and the status of the whole."""
    good, place = True, None
    for validation in _validations(found):
        document = Fields(validation)
        place, asset = _place(document, given)
        good = good and document.free("success") is True
        yield from parts(document.listed("results"), "results", partial(_part, place=place, asset=asset))
    if place:
        status = RunStatus(RunState.COMPLETED if good else RunState.FAILED, ended_at=place.at)
        yield Read("run", event=place.status(status))


def _validations(found: Any) -> list[Any]:
    """Return the validation results in a document: itself, or those of a checkpoint."""
    document = Fields(found)
    several = document.free_object("run_results")
    if several is None:
        return [found]
    inner = [one.get("validation_result", one) for one in several.values() if isinstance(one, Mapping)]
    if not inner or len(inner) > MOST_VALIDATIONS:
        raise document.fault("run_results", f"holds none, or more than {MOST_VALIDATIONS} validation results")
    return inner


def _place(document: Fields, given: Given) -> tuple[Place, str]:
    """Return where the results of a validation belong, and the name of its asset."""
    meta = document.object_or_none("meta") or Fields({})
    run_id = meta.object_or_none("run_id") or Fields({})
    at = run_id.moment("run_time", naive=True) or given.now
    suite = said(document.free("suite_name") or meta.free("expectation_suite_name"), 200)
    batch = meta.object_or_none("active_batch_definition") or meta.object_or_none("batch_spec") or Fields({})
    asset = said(batch.free("data_asset_name") or batch.free("table_name"), 160)
    key = given.run or said(run_id.free("run_name"), 200) or at.isoformat()
    component = Component("pipeline", given.component or component_key("gx", suite))
    return Place(given, "great expectations", component, Run(key=key), at), asset


def _part(part: Fields, place: Place, asset: str) -> Event:
    config = part.object("expectation_config")
    if config is None:
        raise part.fault("expectation_config", "is missing")
    type_ = config.text("expectation_type", "type", needed=True)
    kwargs = config.object("kwargs") or Fields({})
    columns = tuple(
        said(value, 120)
        for name in ("column", "column_A", "column_B")
        if isinstance(value := kwargs.free(name), str)
    )
    success = part.flag("success")
    if success is None:
        raise part.fault("success", "is missing", "Write true or false.")
    raised, message = _exception(part)
    result = part.object_or_none("result") or Fields({})
    count, missing = result.whole("element_count"), result.whole("missing_count")
    applicable = max(0, count - (missing or 0)) if count is not None else None
    observed = result.free_or_none("observed_value")
    measure = (
        float(observed) if isinstance(observed, int | float) and not isinstance(observed, bool) else None
    )
    verdict = Verdict.ERROR if raised else Verdict.PASS if success else Verdict.FAIL
    return place.outcome(
        Outcome(
            name=_name(type_, columns),
            verdict=verdict,
            key=f"{type_[:200]} {_digest(config)}",
            type=type_,
            severity=SEVERITIES.get(str(config.free("severity")), Severity.STOP),
            dataset=asset,
            columns=columns,
            measure=measure,
            n_scope=count,
            n_applicable=applicable,
            n_fail=result.whole("unexpected_count"),
            expected=_expected(kwargs),
            message=message,
        )
    )


def _exception(part: Fields) -> tuple[bool, str]:
    """Return whether the expectation could not be measured, and why: one object, or (1.x) one for each metric."""
    found = part.free_or_none("exception_info")
    several = (
        [found] if not isinstance(found, Mapping) or "raised_exception" in found else list(found.values())
    )
    for one in several:
        if isinstance(one, Mapping) and one.get("raised_exception") is True:
            return True, said(one.get("exception_message")) or "The expectation raised an exception."
    return False, ""


def _name(type_: str, columns: tuple[str, ...]) -> str:
    return said(f"{type_} {', '.join(columns)}".strip(), 255)


def _digest(config: Fields) -> str:
    """Return a digest of what was expected: the same expectation with other limits is another test."""
    kwargs = dict(config.free_object("kwargs") or {})
    kwargs.pop("batch_id", None)
    return hashlib.sha256(json.dumps(kwargs, sort_keys=True).encode()).hexdigest()[:16]


def _expected(kwargs: Fields) -> str:
    low, high = kwargs.free("min_value"), kwargs.free("max_value")
    return limits_said(_number(low), _number(high))


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
