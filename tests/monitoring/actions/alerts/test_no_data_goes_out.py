"""A canary: what rows, errors and comments hold is in no notice, whatever turns red and however it is told."""

from __future__ import annotations

import json

import pytest

from kitchens.core.roles import THE_HUB
from monitoring.actions import episodes, incidents
from monitoring.actions.alerts.sending import send_due
from monitoring.models import Episode, Incident, Notice
from tests import factories
from tests.monitoring.actions.alerts.conftest import hook, mail

CANARY = "Canary-Smith-4711"
RECIPE = """
    description: Rows that nobody outside may see
    values:
      good: {type: boolean, default: false}
      broken: {type: boolean, default: false}
    nodes:
      load: {kind: python, file: load.py, writes: flights.people}
    tests:
      names are known: {node: load, check: in_set, column: email, values: [none], dataset: flights.people, severity: warn}
      names are numbers: {node: load, check: sql_failing_rows, dataset: flights.people, severity: warn,
                          sql: "SELECT * FROM flights.people WHERE CAST(email AS INTEGER) > 1"}
      nobody is doubled: {node: load, check: unique, column: email, dataset: flights.people}
    variations: {production: {}}
"""
LOAD = f"""
    def run(context):
        email = "none" if context.values["good"] else "{CANARY}"
        context.write("flights.people", [{{"email": email}}, {{"email": email if not context.values["good"] else "1"}}])
        if context.values["broken"]:
            raise ValueError("cannot read the row of {CANARY}")
"""


@pytest.fixture
def told(mesh, web, post):
    """A mesh whose recipe turns red with the canary in its rows, told by webhook and by mail."""
    from monitoring.actions.alerts.routes import add_route

    mesh.write("daily", {"recipe.yaml": RECIPE, "load.py": LOAD})
    for channel in (hook(web), mail(post)):
        add_route(channel=channel, by=THE_HUB, now=mesh.now)
    return mesh


def run(mesh, **values) -> None:
    mesh.forward(3600)
    mesh.run(values=values)
    episodes.sweep(mesh.now)
    incidents.sweep(mesh.now)
    send_due(lambda: mesh.now)


@pytest.mark.parametrize("values", [{}, {"broken": True}])
def test_no_value_of_a_row_reaches_a_channel(told, web, post, values: dict):
    ann = factories.make_person("ann", "operator").actor()
    run(told, **values)
    for one in Incident.objects.all():
        incidents.comment(one, f"It is the row of {CANARY}.", by=ann, now=told.now)
        incidents.resolve(one, "false_alarm", comment=f"{CANARY} is a test.", by=ann, now=told.now)
    send_due(lambda: told.now)

    sent = json.dumps([body for *_, body in web.posts]) + "".join(
        f"{mail['Subject']}\n{mail.get_content()}" for _, mail in post.mails
    )
    kept = json.dumps(list(Notice.objects.values("title", "text", "url", "error", "key", "to")))

    assert CANARY in json.dumps(
        list(Episode.objects.values_list("sentence", "findings", "first_result__evidence")), default=str
    )
    assert len(web.posts) >= 2
    assert len(post.mails) >= 2
    assert "flights/daily" in sent
    assert CANARY not in sent
    assert CANARY not in kept
