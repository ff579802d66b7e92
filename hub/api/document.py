"""Completes the OpenAPI document: the errors of every operation, and who may call it."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from kitchens.api.problems import MEDIA_TYPE, Problem

# Which errors an operation can answer with; those that change something, and those with a path, have more.
ALWAYS = (401, 403, 422, 429, 500)
WITH_PATH = (404,)
CHANGING = (400, 409, 413, 415)


def complete(document: Any) -> Any:
    """Return the document with error answers, needed roles and short operation ids; twice is as good as once."""
    schemas = document["components"].setdefault("schemas", {})
    problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas.update(problem.pop("$defs", {}))
    schemas["Problem"] = problem
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            _complete(operation, path, method)
    return document


def _complete(operation: dict[str, Any], path: str, method: str) -> None:
    statuses = ALWAYS + (WITH_PATH if "{" in path else ()) + (CHANGING if method != "get" else ())
    answers = operation.setdefault("responses", {})
    for status in statuses:
        answers.setdefault(status, _problem_answer(status))
    if method == "get":
        answers.setdefault(304, {"description": "Not changed since the ETag in If-None-Match"})
    for parameter in operation.get("parameters", ()):
        parameter.pop("examples", None)  # a list of values belongs into the schema, where it stands too
    if role := operation.get("x-role"):
        said = operation.get("description", "").strip()
        operation["description"] = (
            f"{said}\n\nNeeds the role `{role}` or above (`{operation['x-may']}`).".strip()
        )


def _problem_answer(status: int) -> dict[str, Any]:
    return {
        "description": HTTPStatus(status).phrase,
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
