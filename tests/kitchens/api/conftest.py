"""A small hub and clients of everybody who may ask."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from kitchens.actions import kitchens, people, tokens
from kitchens.core.roles import THE_HUB
from kitchens.models import Kitchen, Person

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)


@pytest.fixture
def production(db, hub_home) -> Kitchen:
    return kitchens.create_production(by=THE_HUB, now=NOW)


@pytest.fixture
def person(db) -> Callable[..., Person]:
    def make(role: str = "admin", username: str = "") -> Person:
        known = Person.objects.filter(username=username or role).first()
        return known or people.create_person(
            username=username or role, password="a long phrase", role=role, by=THE_HUB, now=NOW
        )

    return make


@pytest.fixture
def asking(person) -> Callable[..., Client]:
    """Return a client that asks with a token of someone with the role and scopes."""
    made = iter(range(1000))

    def client(role: str = "admin", scopes: tuple[str, ...] = ("admin",), **more: Any) -> Client:
        _, key = tokens.create_token(
            name=f"t{next(made)}", scopes=scopes, by=person(role).actor(), now=timezone.now()
        )
        return Client(headers={"Authorization": f"Bearer {key}"}, **more)

    return client
