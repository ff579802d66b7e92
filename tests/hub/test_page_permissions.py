"""Walks every page: nobody sees one; what changes something asks the same table of roles as the API."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from kitchens.actions import connections, tokens
from kitchens.core.roles import MAY, ROLES, THE_HUB
from monitoring.actions.alerts.channels import save_channel
from monitoring.models import Incident
from tests.small_mesh import SmallMesh, joins

OPEN = {
    "login",
    "git-mesh",
}  # pages for people who have not signed in; git signs in by a token, on every request
NUMBERED = {"pk": "1", "result": "1", "number": "1", "draft": "1"}
SCHEDULED = "variations:\n  production: {schedule: '0 5 * * *'}\n"

# What each form that changes something sends, where it sends it, and what the table calls it.
FORMS = [
    ("kitchens/new/", {"purpose": "feature"}, "kitchen.create"),
    ("kitchens/sandbox/making/retry/", {}, "kitchen.create"),
    ("kitchens/sandbox/extend/", {}, "kitchen.change"),
    ("kitchens/sandbox/retire/", {}, "kitchen.retire"),
    ("kitchens/sandbox/restore/", {}, "kitchen.retire"),
    ("settings/retention/", {"logs": "30"}, "retention.change"),
    (
        "settings/people/",
        {"username": "new", "role": "viewer", "password": "a long pass phrase"},
        "person.change",
    ),
    ("settings/people/viewer/", {"role": "developer"}, "person.change"),
    ("settings/people/viewer/", {"active": "no"}, "person.change"),
    ("settings/tokens/", {"name": "ci", "scopes": ["read"], "days": "7"}, "token.create"),
    (
        "settings/connections/",
        {"name": "dwh", "host": "db", "port": "5432", "database": "d", "user": "u", "sslmode": "prefer"},
        "connection.change",
    ),
    ("settings/connections/warehouse/delete/", {}, "connection.change"),
    ("events/components/1/claim/", {"domain": ""}, "source.change"),
    ("events/sources/1/rows/", {"takes": "yes"}, "source.change"),
    ("settings/alerts/?kind=webhook", {"name": "hook", "address": "https://x.org/y"}, "alert.change"),
    ("settings/alerts/ops/", {"name": "ops"}, "alert.change"),
    ("settings/alerts/ops/try/", {}, "alert.change"),
    ("settings/alerts/ops/delete/", {}, "alert.change"),
    ("incidents/{incident}/comment/", {"text": "seen"}, "incident.comment"),
    ("incidents/{incident}/acknowledge/", {}, "incident.change"),
    ("incidents/{incident}/resolve/", {"reason": "data_fixed"}, "incident.change"),
    ("incidents/{incident}/link/", {"url": "https://x.org/"}, "incident.change"),
    ("recipes/production/flights/daily/production/schedule/", {"paused": "yes"}, "schedule.change"),
    ("orders/new/production/flights/daily/production/", {"key": "one"}, "order.place.production"),
    ("orders/new/sandbox/flights/daily/production/", {"key": "two"}, "order.place"),
    ("runs/{run}/cancel/", {}, "run.cancel"),
    ("recipes/sandbox/flights/daily/edit/recipe.yaml", {"changes": "{}", "do": "commit"}, "recipe.change"),
    ("recipes/sandbox/flights/daily/check/", {"changes": "{}"}, "recipe.change"),
    ("recipes/new/?kitchen=sandbox", {"domain": "flights", "name": "new", "starter": "sql"}, "recipe.change"),
]


def pages(patterns, before=""):
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from pages(pattern.url_patterns, before + str(pattern.pattern))
        elif isinstance(pattern, URLPattern) and not before.startswith("api/"):
            yield before, pattern


@pytest.fixture
def mesh(hub_home: Path, tmp_path: Path, db: None) -> SmallMesh:
    mesh = SmallMesh(tmp_path)
    files = joins({"a": []})
    mesh.write(
        "daily", {"recipe.yaml": files["recipe.yaml"].replace("variations:\n  production: {}\n", SCHEDULED)}
    )
    mesh.child("sandbox")
    settings = {"host": "127.0.0.1", "database": "d", "user": "u"}
    connections.save_connection(name="warehouse", settings=settings, by=THE_HUB, now=mesh.now)
    return mesh


def test_nobody_sees_a_page(db):
    for before, pattern in pages(get_resolver().url_patterns):
        names = pattern.pattern.converters
        url = (
            "/" + before + pattern.pattern.describe().split("'")[1]
            if names
            else "/" + before + str(pattern.pattern)
        )
        for name, converter in names.items():
            url = url.replace(f"<{converter_name(converter)}:{name}>", NUMBERED.get(name, "x"))
        if pattern.name in OPEN:
            continue
        for ask in (Client().get, Client().post):
            answer = ask(url)
            assert (answer.status_code, answer.headers.get("Location", "")[:7]) == (302, "/login/"), url


def converter_name(converter) -> str:
    return type(converter).__name__.removesuffix("Converter").lower().replace("string", "str")


def make_incident(mesh: SmallMesh) -> Incident:
    """An incident, and the channel that tells of it."""
    secret = "https://x.org/secret"
    save_channel(name="ops", kind="webhook", settings={}, secret=secret, by=THE_HUB, now=mesh.now)
    return Incident.objects.create(kitchen=mesh.kitchen, domain="flights", title="red", opened_at=mesh.now)


@pytest.mark.parametrize("role", ROLES)
def test_a_form_asks_the_table_of_roles(mesh, person, role):
    person("viewer"), person("admin")
    run = mesh.order(kitchen=mesh.kitchen)
    known = {"run": run.pk, "incident": make_incident(mesh).pk}
    client = Client()
    client.force_login(person(role))

    for url, data, what in FORMS:
        answer = client.post("/" + url.format(**known), data)
        allowed = ROLES.index(role) >= ROLES.index(MAY[what])
        assert (answer.status_code == 403) != allowed, (url, role, answer.status_code)
        assert answer.status_code < 500


def test_every_form_needs_the_csrf_token(mesh, session):
    client = session("admin")

    for url, data, _ in FORMS:
        assert client.post("/" + url.format(run=1, incident=1), data).status_code == 403


def test_who_did_what_is_for_operators(mesh, person):
    for role in ROLES:
        client = Client()
        client.force_login(person(role))
        allowed = ROLES.index(role) >= ROLES.index(MAY["audit.see"])
        assert client.get("/settings/audit/").status_code == (200 if allowed else 403)


def test_the_tokens_of_others_are_not_ones_own(mesh, person):
    token, _ = tokens.create_token(name="ci", scopes=["read"], by=person("admin").actor(), now=mesh.now)
    client = Client()
    client.force_login(person("operator"))

    assert client.post(f"/settings/tokens/{token.pk}/revoke/").status_code == 404
