"""Who looks at the pages over all domains."""

from __future__ import annotations

import pytest
from django.test import Client

from tests import factories


@pytest.fixture
def browser(client: Client) -> Client:
    client.force_login(factories.make_person())
    return client
