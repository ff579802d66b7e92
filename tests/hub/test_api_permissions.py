"""Walks every operation of the API: nobody, every role, every scope, against the one table of roles."""

import json

import pytest
from django.test import Client

from hub.api import api
from kitchens.core.roles import MAY, ROLES, SCOPES

OPEN = {"get_schema"}  # says nothing about the mesh


def operations():
    document = json.loads(json.dumps(api.get_openapi_schema(path_prefix="/api/v1/")))
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            if operation["operationId"] not in OPEN:
                yield method, path, operation["x-may"]


OPERATIONS = list(operations())


def ask(client, method, path):
    for name, value in {
        "{run_id}": "1",
        "{result_id}": "1",
        "{request_id}": "999999",
        "{token_id}": "999999",
        "{schedule_id}": "1",
    }.items():
        path = path.replace(name, value)
    path = path.replace("{", "").replace("}", "")
    return client.generic(method.upper(), path, "{}", content_type="application/json")


@pytest.mark.parametrize(
    "stranger", [{}, {"Authorization": "Bearer hub_aaaaaa_" + "a" * 43}, {"Authorization": "x"}]
)
def test_nobody_is_let_in(db, stranger):
    for number, (method, path, _) in enumerate(OPERATIONS):
        # Wrong tokens are counted by address, so they come from a few.
        client = Client(enforce_csrf_checks=True, headers=stranger, REMOTE_ADDR=f"10.0.0.{number // 20}")
        answer = ask(client, method, path)
        assert answer.status_code == 401, path
        assert answer["WWW-Authenticate"].startswith("Bearer")
        assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("role", ROLES)
def test_a_role_may_what_the_table_says(production, token, role):
    client = token(role)

    for method, path, what in OPERATIONS:
        answer = ask(client, method, path)
        allowed = ROLES.index(role) >= ROLES.index(MAY[what])
        assert (answer.status_code == 403) != allowed, (path, answer.content)
        assert answer.status_code < 500
        assert answer.status_code != 401


@pytest.mark.parametrize("scope", SCOPES)
def test_a_scope_narrows_even_an_admin(production, token, scope):
    client = token("admin", (scope,))

    for method, path, what in OPERATIONS:
        answer = ask(client, method, path)
        assert (answer.status_code == 403) == (what not in SCOPES[scope]), (path, answer.content)


def test_a_session_that_changes_something_needs_the_csrf_token(production, session):
    client = session()

    for method, path, _ in OPERATIONS:
        answer = ask(client, method, path)
        assert (answer.status_code == 403) == (method != "get"), (path, answer.content)
