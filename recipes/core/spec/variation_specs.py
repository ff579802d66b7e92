"""The sections `variations` and `ingredients`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from recipes.core.cron import CronError, check_cron
from recipes.core.spec.graph import topological
from recipes.core.spec.keys import INGREDIENT, VARIATION
from recipes.core.spec.model import IngredientSpec, NodeSpec, VariationSpec
from recipes.core.spec.reading import IDENTIFIER, SLUG, TITLE, Reading
from recipes.core.spec.section import Section
from recipes.core.spec.value_specs import check_typed, circle_of_values, holds_template
from recipes.core.values import SYSTEM_VALUES

CLOCK = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
CRON_FIELDS = "Five fields: minute, hour, day of month, month, day of week; with six, seconds come first."
CRON_LIMIT = 120
COPIED = (
    "description",
    "schedule",
    "timezone",
    "start",
    "end",
    "catch_up",
    "deadline",
    "timeout",
    "priority",
)


def read_variations(
    reading: Reading, top: Section, nodes: Mapping[str, NodeSpec]
) -> dict[str, VariationSpec]:
    """Return the variations by name; a recipe that writes none has one called default."""
    found: dict[str, VariationSpec] = {}
    for name, section in reading.sections(top, "variations", VARIATION, SLUG, "variation"):
        section.unknown()
        chosen = section.get("nodes") or ()
        for node in chosen:
            reading.known("node", node, nodes, section.what, section.at("nodes"))
        _check_writers(
            reading, section, [spec for spec in nodes.values() if not chosen or spec.name in chosen]
        )
        _check_time(reading, section)
        found[name] = VariationSpec(
            name=name,
            nodes=tuple(
                node for node in topological({n: s.needs for n, s in nodes.items()}) if node in chosen
            ),
            values=_values(reading, section),
            line=section.place.line,
            **{key: given for key in COPIED if (given := section.get(key)) is not None},
        )
    if found or top.inside("variations"):
        return found
    _check_writers(reading, top, list(nodes.values()))
    return {"default": VariationSpec(name="default", description="All nodes")}


def _check_writers(reading: Reading, section: Section, nodes: list[NodeSpec]) -> None:
    """A plan has one writer per dataset; nodes of different variations may write the same."""
    writers: dict[str, str] = {}
    for node in nodes:
        for write in node.writes:
            other = writers.setdefault(write.dataset, node.name)
            if other != node.name:
                message = (
                    f"{section.what} runs two nodes that write {write.dataset}: {other} and {node.name}."
                )
                remedy = "Let one node write it, or put the nodes into different variations."
                reading.faults.add("two-writers", message, remedy, section.at("nodes"))


def _values(reading: Reading, section: Section) -> dict[str, Any]:
    """Return the values a variation sets, those without templates as their type."""
    found: dict[str, Any] = {}
    for name, (node, place) in section.inside("values").items():
        if name in SYSTEM_VALUES:
            message = f"{section.what} sets {name}, which is a value of the hub."
            reading.faults.add("system-value", message, "Remove it.", place)
        elif reading.known("value", name, reading.value_names, section.what, place):
            raw = node.plain()
            reading.check_templates(node, section.what)
            spec = reading.values.get(name)
            typed = spec is not None and raw is not None and not holds_template(raw)
            found[name] = (
                check_typed(reading, spec, raw, f"{section.what}: {name}", place) if typed and spec else raw
            )
    raw_values = {name: spec.default for name, spec in reading.values.items()}
    before = circle_of_values(raw_values)
    if not before and (cycle := circle_of_values(raw_values | found)):
        message = f"{section.what}: values refer to each other in a circle: {' → '.join(cycle)}."
        reading.faults.add("value-cycle", message, "Give one of them a plain value.", section.at("values"))
    return found


def _check_time(reading: Reading, section: Section) -> None:
    zone_ok = _check_schedule(
        reading, section, "0 0 * * *", section.get("timezone"), "timezone", "bad-time-zone"
    )
    schedule = section.get("schedule")
    if schedule is not None:
        _check_schedule(
            reading, section, schedule, section.get("timezone") if zone_ok else "UTC", "schedule", "bad-cron"
        )
    deadline = section.get("deadline")
    if deadline is not None and not CLOCK.fullmatch(deadline):
        message = f"{section.what}: {deadline[:40]!r} is not a time of day."
        reading.faults.add(
            "bad-deadline", message, 'Write it like "06:30", in quotes.', section.at("deadline")
        )
    start, end = (_moment(reading, section, key) for key in ("start", "end"))
    if start and end and start >= end:
        message = f"{section.what} ends before it starts."
        reading.faults.add("bad-schedule-dates", message, "Exchange start and end.", section.at("end"))


def _check_schedule(reading: Reading, section: Section, cron: str, zone: str, key: str, code: str) -> bool:
    try:
        if len(cron) > CRON_LIMIT:
            raise CronError(f"The schedule is longer than {CRON_LIMIT} characters.")
        if len(cron.split()) not in {5, 6}:
            raise CronError(f"The schedule {cron[:60]!r} has {len(cron.split())} fields.")
        check_cron(cron, zone)
    except CronError as error:
        remedy = CRON_FIELDS if key == "schedule" else "Write a name such as UTC or Europe/Berlin."
        sentence = str(error).split(". ")[0].rstrip(".")  # what follows is said by the remedy
        reading.faults.add(code, f"{section.what}: {sentence}.", remedy, section.at(key))
        return False
    return True


def _moment(reading: Reading, section: Section, key: str) -> datetime | None:
    text = section.get(key)
    if text is None:
        return None
    try:
        if len(text) == 10:
            day = date.fromisoformat(text)
            return datetime(day.year, day.month, day.day, tzinfo=UTC)
        moment = datetime.fromisoformat(text)
    except ValueError:
        message = f"{section.what}: {text[:40]!r} is not a date or time."
        reading.faults.add(
            "bad-schedule-dates", message, "Write 2026-03-01 or 2026-03-01T06:00.", section.at(key)
        )
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def read_ingredients(
    reading: Reading, top: Section, variations: Mapping[str, VariationSpec]
) -> dict[str, IngredientSpec]:
    """Return the ingredients by name."""
    found: dict[str, IngredientSpec] = {}
    for name, section in reading.sections(top, "ingredients", INGREDIENT, TITLE, "ingredient"):
        section.unknown()
        variation = section.get("variation")
        if variation is None:
            continue
        reading.known("variation", variation, variations, section.what, section.at("variation"))
        for value in section.get("takes") or ():
            reading.known("value", value, reading.value_names, section.what, section.at("takes"))
        for measure in section.get("gives") or ():
            if not IDENTIFIER.fullmatch(measure):
                message = f"{section.what}: {measure[:60]!r} cannot be the name of a measure."
                reading.faults.add(
                    "bad-name", message, "Use small letters, digits and _.", section.at("gives")
                )
        found[name] = IngredientSpec(
            name=name,
            variation=variation,
            takes=section.get("takes") or (),
            gives=section.get("gives") or (),
            description=section.get("description") or "",
            provisions=section.get("provisions"),
            rollback=section.get("rollback") or "",
            line=section.place.line,
        )
        _check_provisioning(reading, section)
    _check_partners(reading, top, found)
    return found


def _check_provisioning(reading: Reading, section: Section) -> None:
    """What makes something for a kitchen says what takes it away again; a kitchen must leave nothing behind."""
    if section.get("provisions") and not section.get("rollback"):
        message = f"{section.what} provisions kitchens, but nothing takes away again what it makes."
        remedy = "Write `rollback:` with the ingredient of this recipe that does."
        reading.faults.add("no-rollback", message, remedy, section.at("provisions"))


def _check_partners(reading: Reading, top: Section, found: Mapping[str, IngredientSpec]) -> None:
    for name, (_, place) in top.inside("ingredients").items():
        spec = found.get(name)
        if spec is None or not spec.rollback:
            continue
        what = f"The ingredient {name}"
        if spec.rollback == name:
            message = f"{what} names itself as its rollback."
            reading.faults.add("bad-rollback", message, "Name the ingredient that undoes it.", place)
        elif not reading.known("ingredient", spec.rollback, found, what, place):
            continue
        elif found[spec.rollback].rollback:
            message = f"{what} is undone by {spec.rollback}, which has a rollback of its own."
            reading.faults.add("bad-rollback", message, "What undoes is not undone itself.", place)
