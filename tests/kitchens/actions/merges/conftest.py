"""Merges of kitchens alone: no recipe runs in a candidate, the tests settle it themselves."""

from __future__ import annotations

import pytest

from kitchens.ports import ports


@pytest.fixture(autouse=True)
def _settled_by_the_test(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ports, "build_candidate", lambda request_id, *, now: None)
