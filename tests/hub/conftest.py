"""A small hub, and clients with tokens and sessions of everybody who may ask."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.test import Client
from django.utils import timezone

from kitchens.actions import kitchens, people, tokens
from kitchens.core.roles import THE_HUB
from kitchens.models import Kitchen, Person

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
PASSWORD = "a long pass phrase"


@pytest.fixture
def production(db, hub_home) -> Kitchen:
    return kitchens.create_production(by=THE_HUB, now=NOW)


@pytest.fixture
def person(db) -> Callable[[str], Person]:
    def find_or_make(role: str) -> Person:
        known = Person.objects.filter(username=role).first()
        return known or people.create_person(username=role, password=PASSWORD, role=role, by=THE_HUB, now=NOW)

    return find_or_make


@pytest.fixture
def token(person) -> Callable[..., Client]:
    """Return a client that asks with a token of someone who has the role."""
    numbers = iter(range(1000))

    def client(role: str = "admin", scopes: tuple[str, ...] = ("admin",)) -> Client:
        by = person(role).actor()
        _, key = tokens.create_token(name=f"t{next(numbers)}", scopes=scopes, by=by, now=timezone.now())
        return Client(headers={"Authorization": f"Bearer {key}"})

    return client


@pytest.fixture
def session(person) -> Callable[..., Client]:
    """Return a client with the session of someone who has the role; it checks CSRF as a browser's would be."""

    def client(role: str = "admin") -> Client:
        signed_in = Client(enforce_csrf_checks=True)
        signed_in.force_login(person(role))
        return signed_in

    return client
