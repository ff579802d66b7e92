"""Rules of the house that no linter knows."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

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
