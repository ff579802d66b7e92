"""The reference of all checks as Markdown, made from their definitions; it is the second half of docs/tests.md."""

from __future__ import annotations

import re
import types
import typing
from datetime import datetime
from decimal import Decimal
from typing import Any

from pydantic.fields import FieldInfo

from recipes.core.checks.base import Check
from recipes.core.checks.catalogue import CHECKS
from recipes.core.checks.words import listed

NAMES = {
    bool: "true or false",
    int: "whole number",
    float: "number",
    Decimal: "number",
    str: "text",
    datetime: "time",
}
EMPTY = {
    "skip": "not evaluated (`skip`)",
    "fail": "failed (`fail`)",
    "pass": "passed (`pass`)",
    "compare": "judged like any other",
}


def reference() -> str:
    """Return one section for each check, in the order of the catalogue."""
    return "\n\n".join(map(_section, CHECKS.values())) + "\n"


def _section(check: Check) -> str:
    lines = [f"### {check.name}", "", check.summary, "", "| parameter | takes | |", "|---|---|---|"]
    fields = check.parameters.model_fields.items()
    lines += [f"| `{name}` | {takes(field)} | {_about(field)} |" for name, field in fields]
    lines += ["", "```yaml", f"a name in words: {check.example}", "```", "", *_rules(check)]
    return "\n".join(lines)


def _rules(check: Check) -> list[str]:
    rules = [f"- Empty: nothing to judge is {EMPTY[check.on_empty]} unless `on_empty` says otherwise."]
    if check.nulls:
        others = f", or {listed([f'`{one}`' for one in check.nulls[1:]], 'or')}" if check.nulls[1:] else ""
        rules.append(f"- `nulls`: `{check.nulls[0]}` unless told otherwise{others}.")
    if check.counts:
        rules.append(
            f'- Limits count failing {check.counts}; without `warn` and `fail` it fails at "{check.fail}".'
        )
    else:
        unit = f", in {check.unit}" if check.unit else ""
        rules.append(f"- Limits compare the measure{unit}; shares in percent have no meaning here.")
    if check.limits:
        needed = listed([f"`{name}`" for name in (*check.limits, "warn", "fail")], "or")
        rules.append(f"- It needs a limit: {needed}.")
    if not check.takes_where:
        rules.append("- It takes no `where`.")
    return [*rules, *(f"- {note}" for note in check.notes)]


def _about(field: FieldInfo) -> str:
    required = " (required)" if field.is_required() else ""
    return f"{' '.join((field.description or '').split()).replace('|', chr(92) + '|')}{required}"


def takes(field: FieldInfo) -> str:
    """Return what a parameter takes, in words."""
    return re.sub(r"\|", "/", _type_in_words(field.annotation))


def _type_in_words(kind: Any) -> str:
    origin, inside = typing.get_origin(kind), typing.get_args(kind)
    if origin is typing.Annotated:
        return _type_in_words(inside[0])
    if origin is typing.Literal:
        return listed([f"`{choice}`" for choice in inside], "or")
    if origin is dict:
        return "mapping"
    if origin is list:
        return f"list of {_plural(_type_in_words(inside[0]))}"
    if origin in (types.UnionType, typing.Union):
        names = dict.fromkeys(_type_in_words(one) for one in inside if one is not type(None))
        if "number" in names:
            names.pop("whole number", None)
        return listed(list(names), "or")
    return NAMES.get(kind, getattr(kind, "__name__", str(kind)).lower())


def _plural(noun: str) -> str:
    return f"{noun}s" if noun == "text" else "values"
