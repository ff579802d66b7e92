"""The published document is valid and complete."""

import json
from pathlib import Path

import pytest
from django.test import Client
from openapi_spec_validator import OpenAPIV31SpecValidator

from hub.api import api

DOCUMENT = json.loads(json.dumps(api.get_openapi_schema(path_prefix="/api/v1/")))
OPERATIONS = [
    (f"{method} {path}", operation)
    for path, methods in DOCUMENT["paths"].items()
    for method, operation in methods.items()
]


def test_the_document_is_valid():
    OpenAPIV31SpecValidator(DOCUMENT).validate()


def test_the_document_is_there_for_everybody(db):
    answer = Client().get("/api/v1/openapi.json")

    assert answer.status_code == 200
    assert answer.json()["openapi"].startswith("3.1")
    assert Client(headers={"If-None-Match": answer["ETag"]}).get("/api/v1/openapi.json").status_code == 304


@pytest.mark.parametrize(("name", "operation"), OPERATIONS, ids=[name for name, _ in OPERATIONS])
def test_an_operation_says_what_it_does_and_how_it_fails(name, operation):
    assert operation["summary"]
    assert operation["tags"]
    assert len(operation["description"]) > 20
    answers = operation["responses"]
    for status in ("422", "429", "500"):
        assert "application/problem+json" in answers[status]["content"]
    assert any(status.startswith("2") and answer["content"] for status, answer in answers.items())
    if "x-may" in operation:
        assert {"401", "403"} <= set(answers)
        assert {next(iter(one)) for one in operation["security"]} == {"Token", "Session"}


def test_no_two_operations_have_one_name():
    names = [operation["operationId"] for _, operation in OPERATIONS]

    assert len(names) == len(set(names))


def test_every_parameter_that_is_a_text_or_number_has_a_limit():
    unlimited = [
        f"{name}: {parameter['name']}"
        for name, operation in OPERATIONS
        for parameter in operation.get("parameters", ())
        if not _limited(parameter["schema"])
    ]

    assert unlimited == []


def test_the_manual_lists_every_operation():
    manual = (Path(__file__).parents[2] / "docs" / "api.md").read_text()
    missing = []
    for name, operation in OPERATIONS:
        method, path = name.split(" ")
        line = f"| {method.upper()} `{path.removeprefix('/api/v1')}` | {operation['summary']} |"
        line += f" {operation['x-role']} |" if "x-role" in operation else ""
        if line not in manual:
            missing.append(line)

    assert missing == []


def _limited(schema):
    if "anyOf" in schema:
        return all(_limited(one) for one in schema["anyOf"])
    if "$ref" in schema or "enum" in schema or "const" in schema:
        return True
    if schema.get("type") == "string":
        return "maxLength" in schema or "format" in schema
    if schema.get("type") == "integer":
        return {"minimum", "maximum"} <= set(schema)
    return True
