"""location_balance: a measure stays the same from stage to stage; the result names the stage that lost some."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from kitchens.core.stores.base import Column
from recipes.core.checks.aggregate import as_number
from recipes.core.checks.base import Check, Measurement, Numbers, Parameters, Subject, Values
from recipes.core.checks.families import is_float
from recipes.core.checks.joins.others import Dataset, allowed, other_filter
from recipes.core.checks.operands import NUMBERS, of_kind, usable
from recipes.core.checks.rows import filtered
from recipes.core.checks.tolerances import Tolerance
from recipes.core.checks.tree import beside, column, count, select, table, total
from recipes.core.checks.words import counted, number

MEASURE = re.compile(r"rows|sum\((?P<column>[^()]+)\)")
ROUNDING = 1e-9  # relative: what the order of adding floats may change


def _measure(text: str) -> str:
    if text and "{{" not in text and MEASURE.fullmatch(text.strip()) is None:
        raise ValueError(f"“{text}” is no measure. Write rows, or sum(column).")
    return text


MeasureName = Annotated[str, AfterValidator(_measure)]


class Stage(BaseModel):
    """One place the measure passes, where it needs more than the name of its dataset."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    dataset: Dataset
    measure: MeasureName = ""
    tolerance: Tolerance | None = None


class LocationBalance(Parameters):
    """The way a measure takes, and how much of it may get lost."""

    stages: list[Dataset | Stage] = Field(min_length=2, max_length=50)
    """The datasets in their order, of this recipe or of others; {dataset, measure, tolerance} where one differs"""
    measure: MeasureName = "rows"
    """What is followed: rows, or sum(column)"""
    tolerance: Tolerance = 0
    """How far a stage may differ from the one before: a number, or a share (0.5 %)"""
    fails_when: Literal["differs", "less", "more"] = "differs"
    """Which difference counts: any, only less than before, or only more"""

    def datasets(self) -> frozenset[str]:
        return frozenset(stage if isinstance(stage, str) else stage.dataset for stage in self.stages)


@dataclass(frozen=True)
class Stop:
    """A stage made ready: what is measured there, and what may be lost on the way to it."""

    dataset: str
    summed: Column | None
    tolerance: float | str

    @property
    def measure(self) -> str:
        return f"sum({self.summed.name})" if self.summed else "rows"


def measure(subject: Subject) -> Measurement:
    """Measure all stages by one statement, and hold each against the one before."""
    stops = [_stop(subject, stage) for stage in subject.params.stages]
    sides = []
    for place, stop in enumerate(stops):
        value = count()
        if stop.summed is not None:
            value = total(column(stop.summed.name), usable(stop.summed))
        where = other_filter(subject, stop.dataset, None)
        sides.append(select({f"stage {place}": value}, table(stop.dataset), where))
    return Measurement(read=lambda values: _read(subject, stops, values), statement=beside(*sides))


def _stop(subject: Subject, given: str | Stage) -> Stop:
    params: LocationBalance = subject.params
    stage = Stage(dataset=given) if isinstance(given, str) else given
    found = MEASURE.fullmatch((stage.measure or params.measure).strip())
    name = found["column"].strip() if found and found["column"] else ""
    columns = subject.columns_of(stage.dataset)
    summed = of_kind(name, columns, stage.dataset, NUMBERS, "location_balance") if name else None
    tolerance = params.tolerance if stage.tolerance is None else stage.tolerance
    return Stop(stage.dataset, summed, tolerance)


def _read(subject: Subject, stops: Sequence[Stop], values: Values) -> Numbers:
    chain = _chain(subject.params, stops, [values[f"stage {place}"] for place in range(len(stops))])
    broken = [link for link in chain if not link["ok"]]
    hops = len(chain) - 1
    return Numbers(
        said=_said(subject, chain, broken),
        n_scope=hops,
        n_applicable=hops,
        n_fail=len(broken),
        measure=_difference(values[f"stage {hops}"], values["stage 0"]),
        unit="difference",
        details={"chain": chain, "lost_at": [link["dataset"] for link in broken]},
        found=broken,
    )


def _chain(params: LocationBalance, stops: Sequence[Stop], values: Sequence[Any]) -> list[dict[str, Any]]:
    """Return every stage with its value, its change against the stage before, and whether that is allowed."""
    chain: list[dict[str, Any]] = []
    for place, (stop, value) in enumerate(zip(stops, values, strict=True)):
        shown = as_number(value, f"The {stop.measure} of {stop.dataset}")
        link = {"dataset": stop.dataset, "measure": stop.measure, "value": shown, "change": 0.0, "ok": True}
        if place:
            before = chain[-1]["value"]
            change = _difference(value, values[place - 1])
            distance = {"differs": abs(change), "less": -change, "more": change}[params.fails_when]
            slack = ROUNDING * (abs(shown) + abs(before)) if _floats(stops[place - 1 : place + 1]) else 0.0
            most = allowed(stop.tolerance, before)
            link |= {"change": change, "allowed": most, "ok": distance <= most + slack}
        chain.append(link)
    return chain


def _floats(stops: Sequence[Stop]) -> bool:
    return any(stop.summed is not None and is_float(stop.summed.type) for stop in stops)


def _difference(value: Any, before: Any) -> float:
    """Return the difference of two numbers of a store, exact but for the last step."""
    return float(Decimal(str(value)) - Decimal(str(before)))


def _said(subject: Subject, chain: Sequence[dict[str, Any]], broken: Sequence[dict[str, Any]]) -> str:
    what = subject.params.measure + filtered(subject)
    if not broken:
        first, last = (f"{number(link['value'])} in {link['dataset']}" for link in (chain[0], chain[-1]))
        return f"{counted(len(chain), 'stage')} are in balance ({what}): {first}, {last}"
    worst = max(broken, key=lambda link: abs(link["change"]))
    before = chain[[link is worst for link in chain].index(True) - 1]
    way = "loses" if worst["change"] < 0 else "gains"
    others = f"; {counted(len(broken) - 1, 'other stage')} {'is' if len(broken) == 2 else 'are'} off too"
    return (
        f"{worst['dataset']} {way} {number(abs(worst['change']))} of the {number(before['value'])} that"
        f" {before['dataset']} has ({what}){others if len(broken) > 1 else ''}"
    )


CHECK = Check(
    name="location_balance",
    summary="A count of rows or a sum stays the same from stage to stage through several datasets.",
    about="dataset",
    parameters=LocationBalance,
    measure=measure,
    on_empty="compare",
    fail="> 0",
    counts="stages",
    needs_dataset=False,
    example="{node: daily, check: location_balance, stages: [flights.raw, flights.clean,"
    " {dataset: flights.daily, measure: sum(flights)}], tolerance: 0.5 %}",
    notes=(
        "Every stage is held against the one before. The sentence names the stage that differs most, `chain` in the"
        " details holds all stages with value, change and what is allowed.",
        "`where` holds at every stage. An empty stage has 0; NULL and NaN add nothing to a sum.",
        "`warn` and `fail` count the stages that are off.",
    ),
)
