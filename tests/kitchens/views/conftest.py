"""A small hub with a real mesh repository, and everybody who may look at it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone

from kitchens.models import Person
from tests import factories
from tests.small_mesh import SmallMesh


@pytest.fixture
def mesh(db, hub_home, tmp_path: Path) -> SmallMesh:
    return SmallMesh(tmp_path, now=timezone.now())


@pytest.fixture
def person(db) -> Callable[[str], Person]:
    def find_or_make(role: str) -> Person:
        return Person.objects.filter(username=role).first() or factories.make_person(role, role)

    return find_or_make


@pytest.fixture
def browser(person) -> Callable[[str], Client]:
    """Return a client in which somebody with the role is signed in."""

    def client(role: str = "admin") -> Client:
        signed_in = Client()
        signed_in.force_login(person(role))
        return signed_in

    return client
