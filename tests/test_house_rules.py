"""Rules of the house that no linter knows."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from kitchens.actions.provision.steps import STEPS
from kitchens.actions.retire import PURGE, RETIRE
from tests import crash_points

ROOT = Path(__file__).parents[1]
APPS = ("hub", "kitchens", "recipes", "monitoring", "benchmarks")
CODE = [
    p
    for app in APPS
    for p in (ROOT / app).rglob("*.py")
    if "migrations" not in p.parts and "mesh" not in p.parts
]
WEB = [p for p in CODE if "views" in p.parts or "api" in p.parts or p.stem in {"views", "api", "forms"}]
TEMPLATES = list((ROOT / "templates").rglob("*.html"))
TESTS = "\n".join(p.read_text() for p in (ROOT / "tests").rglob("*.py"))
WRITES = {"save", "create", "update", "delete", "move", "bulk_create", "get_or_create", "update_or_create"}


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", CODE, ids=name)
def test_no_file_is_longer_than_300_lines(path):
    assert len(path.read_text().splitlines()) <= 300


@pytest.mark.parametrize("path", CODE, ids=name)
def test_no_function_is_longer_than_50_lines(path):
    long = [
        f"{node.name}: {node.end_lineno - node.lineno + 1}"
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno + 1 > 50
    ]
    assert long == []


@pytest.mark.parametrize("path", WEB, ids=name)
def test_web_modules_write_nothing_themselves(path):
    calls = [
        f"{node.lineno}: .{node.func.attr}(…)"
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in WRITES
        and ast.unparse(node.func.value).endswith("objects")
    ]
    assert calls == []


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_no_template_is_longer_than_120_lines(path):
    assert len(path.read_text().splitlines()) <= 120


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_no_template_holds_a_script_or_an_event_handler_of_its_own(path):
    text = path.read_text()

    assert not re.search(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)[^>]*>", text)
    assert not re.search(r"\son(click|load|change|submit|input)=", text)
    assert not re.search(r"\|safe\b|autoescape off", text)


def url_names(patterns=None) -> list[str]:
    found = []
    for pattern in patterns if patterns is not None else get_resolver().url_patterns:
        if isinstance(pattern, URLResolver) and pattern.app_name != "api-1.0.0":
            found += url_names(pattern.url_patterns)
        elif isinstance(pattern, URLPattern) and pattern.name:
            found.append(pattern.name)
    return found


def test_every_page_appears_in_a_test():
    missing = [n for n in url_names() if n not in TESTS and "api" not in n]

    assert missing == []


def crash_points_in_code() -> set[str]:
    """Return the names of all crash points; those made of the kind of a step, once for each kind there is."""
    making = [*STEPS]
    ending = (
        [f"retire.{kind}" for kind, *_ in RETIRE]
        + [f"purge.{kind}" for kind, *_ in PURGE]
        + ["purge.ingredient"]
    )
    filled = {
        "provision.{step.kind}": [f"provision.{kind}" for kind in making],
        "{what}.{step.kind}": ending,
        "{provision.digest}": ["retire", "purge"],
    }
    found = set()
    for path in CODE:
        for given in re.findall(r'crash_point\(f?"([^"]+)"\)', path.read_text()):
            start = next((one for one in filled if given.startswith(one)), "")
            found |= {one + given.removeprefix(start) for one in filled.get(start, [""])}
    return found


def test_every_crash_point_is_one_where_some_trial_kills():
    plain = {f"provision.{kind}.prepared" for kind in crash_points.KINDS}  # prepares nothing: as its `before`
    assert crash_points_in_code() - crash_points.TRIED - plain == set()
    assert crash_points.TRIED - crash_points_in_code() == set()
