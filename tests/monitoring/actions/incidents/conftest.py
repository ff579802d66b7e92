"""Incidents of real runs: the watched recipe, people who look after it, and channels that tell them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kitchens.core.roles import THE_HUB
from kitchens.models import Domain, Person
from monitoring.actions import episodes, incidents
from monitoring.actions.alerts.channels import save_channel
from monitoring.actions.alerts.routes import add_route
from monitoring.models import Channel, Incident
from tests import factories
from tests.small_mesh import SmallMesh

HOOK = "https://hooks.example.org/T0/secret-part"
MAIL = {
    "host": "mail.example.org",
    "port": 25,
    "security": "none",
    "user": "",
    "sender": "hub@example.org",
    "to": "",
}


@pytest.fixture
def owner(watched) -> Person:
    person = factories.make_person("olga", "developer", email="olga@example.org")
    Domain.objects.filter(slug="flights").update(owner=person)
    return person


@pytest.fixture
def hook(watched) -> Channel:
    """A webhook, and a route that leads everything of production to it."""
    channel = save_channel(name="ops", kind="webhook", settings={}, secret=HOOK, by=THE_HUB, now=watched.now)
    add_route(channel=channel, by=THE_HUB, now=watched.now)
    return channel


@pytest.fixture
def mail(watched) -> Channel:
    """A mail server that writes to single people."""
    settings = MAIL | {"people": True}
    return save_channel(
        name="mail", kind="email", settings=settings, secret=None, by=THE_HUB, now=watched.now
    )


def run(mesh: SmallMesh, rows: int = 3, hours: float = 1, **facts):
    """Run the watched recipe an hour later, and let the hub take note of it."""
    mesh.forward(3600 * hours)
    done = mesh.run(**{"values": {"rows": rows} | facts.pop("values", {})} | facts)
    note(mesh)
    return done


def note(mesh: SmallMesh) -> None:
    episodes.sweep(mesh.now)
    incidents.sweep(mesh.now)


def only() -> Incident:
    return Incident.objects.get()


def later(mesh: SmallMesh, **span: float):
    return mesh.now + timedelta(**span)
