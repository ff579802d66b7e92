"""The API as other tools use it: with a token that may send events and nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from kitchens.models import Domain
from tests.hub.conftest import NOW, person, production, session, token  # noqa: F401 - fixtures

WHEN = "2026-03-01T05:00:00Z"


@pytest.fixture
def sales(production) -> Domain:  # noqa: F811
    return Domain.objects.create(slug="sales", title="Sales", created_at=NOW)


@pytest.fixture
def sender(sales, token):  # noqa: F811
    """A client whose token has the scope `events`."""
    return token("developer", ("events",))


@pytest.fixture
def send(sender) -> Callable[..., Any]:
    def send_it(body: Any, path: str = "/api/v1/events", kind: str = "application/json") -> Any:
        data = body if isinstance(body, str | bytes) else json.dumps(body)
        return sender.generic("POST", path, data, content_type=kind)

    return send_it


def outcome(status: str, at: str = WHEN, **facts: Any) -> dict[str, Any]:
    """Return an event with one outcome of one test."""
    test = {"key": "ids", "name": "ids are unique", "status": status, "dataset": "sales.orders"}
    run = facts.pop("run", {"key": f"run {at}"})
    return {
        "type": "test-outcomes", "event_id": f"{status} {at}", "event_time": at, "source": "airflow",
        "component": {"kind": "pipeline", "key": "orders"}, "run": run, "test_outcomes": [test | facts],
    }  # fmt: skip


def status(state: str, at: str = WHEN, attempt: int = 1, **facts: Any) -> dict[str, Any]:
    """Return an event with the status of a run."""
    return {
        "type": "run-status", "event_id": f"{state} {at} {attempt}", "event_time": at, "source": "airflow", "status": state,
        "component": {"kind": "pipeline", "key": "orders"}, "run": {"key": "r1", "attempt": attempt},
    } | facts  # fmt: skip
