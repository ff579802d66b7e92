"""docs/recipes.md says what is true: its tables are those of the reader, its examples are read, bound and rendered."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from recipes.core.spec import keys, read_recipe
from recipes.core.sql import bind, check_select
from recipes.core.templates import FILTERS, evaluate
from recipes.core.values import SYSTEM_VALUES

PAGE = Path(__file__).parents[4] / "docs" / "recipes.md"
SECTIONS = ("RECIPE", "VALUE", "SOURCE", "NODE", "TEST", "VARIATION", "INGREDIENT", "FIXTURE")
FENCE = re.compile(r"```(\w+)(?: file=(\S+))?\n(.*?)```", re.DOTALL)
VALUES = {"day": date(2001, 1, 31), "places": ["SFO", "JFK"], "min_flights": 150}


def key_table(name: str) -> str:
    """Return the table of one section as it has to stand on the page."""
    lines = ["| key | form | for |", "|---|---|---|"]
    for key in getattr(keys, name):
        notes = [f"one of {', '.join(f'`{choice}`' for choice in key.choices)}"] if key.choices else []
        notes += ["**required**"] if key.required else []
        notes += (
            [f"default `{key.default:g}`" if isinstance(key.default, float) else f"default `{key.default}`"]
            if key.default not in (None, False)
            else []
        )
        about = "; ".join([key.about, *notes]).replace("|", "\\|")
        lines.append(f"| `{key.name}` | {key.form} | {about} |")
    return "\n".join(lines)


def tables() -> dict[str, str]:
    """Return every table of the page by the mark that stands above it."""
    system = [f"| `{name}` | {kind} | {about} |" for name, (kind, about) in SYSTEM_VALUES.items()]
    filters = ["| filter | does |", "|---|---|"] + [f"| `{name}` | {MEANS[name]} |" for name in FILTERS]
    return {f"keys: {name}": key_table(name) for name in SECTIONS} | {
        "system values": "\n".join(["| value | type | what it is |", "|---|---|---|", *system]),
        "filters": "\n".join(filters),
    }


MEANS = {
    "add_days": "moves a date or datetime by days: `add_days(-1)`",
    "add_hours": "moves a datetime by hours",
    "add_months": "moves by months; the day is cut to the end of a shorter month",
    "date": "the day of a datetime, or of a text in ISO form",
    "default": "another value where this one is empty: `default('x')`",
    "first": "the first of a list",
    "first_of_month": "the first day of the month",
    "format": "writes a date: `format('%Y%m%d')`",
    "integer": "a whole number from a text or number",
    "join": "a list as text: `join(', ')`",
    "last": "the last of a list",
    "last_of_month": "the last day of the month",
    "length": "how many characters or entries",
    "lower": "small letters",
    "number": "a number from a text",
    "plus": "adds a number: `plus(1)`",
    "replace": "replaces a part of a text: `replace('a', 'b')`",
    "round": "rounds to digits: `round(2)`",
    "text": "a single value as text",
    "times": "multiplies by a number",
    "trim": "without blanks around it",
    "upper": "capitals",
}


def fences() -> list[tuple[str, str, str]]:
    return [match.groups() for match in FENCE.finditer(PAGE.read_text())]


def folders() -> list[dict[str, bytes]]:
    """Return the examples: each recipe.yaml begins a folder, the files after it belong to it."""
    found: list[dict[str, bytes]] = []
    for _, file, text in fences():
        if file == "recipe.yaml":
            found.append({})
        if file and found and file not in found[-1]:
            found[-1][file] = text.encode()
    return found


@pytest.mark.parametrize("mark", tables())
def test_each_table_of_the_page_is_that_of_the_code(mark):
    assert f"<!-- {mark} -->\n\n{tables()[mark]}\n" in PAGE.read_text()


@pytest.mark.parametrize("folder", folders(), ids=["example", "writes"])
def test_each_example_is_a_recipe_without_faults(folder):
    result = read_recipe(folder, domain="flights", name="daily")

    assert result.faults == ()


def test_the_sql_of_the_page_is_bound_as_it_says():
    (sql,) = [text for _, file, text in fences() if file == "bound.sql"]

    assert check_select(sql) == []
    assert bind(sql, VALUES).endswith("AND origin IN ('SFO', 'JFK') AND dep_delay > -150")


def test_the_templates_of_the_page_can_be_worked_out():
    (text,) = [text for kind, _, text in fences() if kind == "template"]

    assert [str(evaluate(line, VALUES)) for line in text.splitlines()] == [
        "2001-01-30",
        "2000-12-01",
        "orders-20010131.csv",
        "SFO, JFK",
    ]


def test_the_fault_shown_on_the_page_is_the_one_that_is_told():
    folder = dict(folders()[0])
    folder["recipe.yaml"] = folder["recipe.yaml"].replace(b"file: load.py", b"file: laod.py")

    fault = read_recipe(folder, domain="flights", name="daily").faults[0]

    place = f"{fault.file}:{fault.line}:{fault.column}"
    assert f"/{place}: {fault.message} {fault.remedy} [{fault.code}]" in PAGE.read_text()
