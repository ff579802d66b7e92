"""An outbox with channels to servers on this machine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest

from kitchens.core.roles import THE_HUB
from monitoring.actions.alerts.channels import save_channel
from monitoring.actions.alerts.sending import send_due
from monitoring.core.incidents.timing import Habits
from monitoring.models import Channel, Incident, Notice
from tests import factories
from tests.monitoring.actions.alerts.servers import Got, http_server, smtp_server

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)


@pytest.fixture
def web(db, hub_home, settings) -> Iterator[Got]:
    settings.ALERT_ALLOW_PRIVATE = True
    with http_server() as got:
        yield got


@pytest.fixture
def post(db, hub_home) -> Iterator[Got]:
    with smtp_server() as got:
        yield got


@pytest.fixture
def incident(db, hub_home) -> Incident:
    kitchen = factories.make_production()
    return Incident.objects.create(
        kitchen=kitchen, domain="flights", title="“enough rows” is red", opened_at=NOW
    )


def hook(web: Got, name: str = "ops", path: str = "/T0/secret-part", **habits) -> Channel:
    address = f"http://127.0.0.1:{web.port}{path}"
    return save_channel(
        name=name, kind="webhook", settings={}, secret=address, habits=Habits(**habits), by=THE_HUB, now=NOW
    )


def mail(post: Got, password: str | None = None, **facts) -> Channel:
    settings = {
        "host": "127.0.0.1",
        "port": post.port,
        "security": "none",
        "user": "",
        "sender": "hub@example.org",
    }
    settings |= {"to": "team@example.org", "people": False} | facts
    return save_channel(name="mail", kind="email", settings=settings, secret=password, by=THE_HUB, now=NOW)


def notice(channel: Channel, incident: Incident | None, number: int = 1, **facts) -> Notice:
    made = {"kind": "opened", "key": f"incident-1-{number}-opened", "title": f"Red: number {number}"}
    made |= {
        "text": "31 of 224 rows failed.\nOlga looks after it.",
        "url": "https://hub.example.org/incidents/1/",
    }
    return Notice.objects.create(
        channel=channel, incident=incident, **made | {"created_at": NOW, "due_at": NOW} | facts
    )


def send(after: float = 0) -> int:
    """Send what is due so many seconds later."""
    return send_due(lambda: NOW + timedelta(seconds=after))


Sender = Callable[[float], int]
