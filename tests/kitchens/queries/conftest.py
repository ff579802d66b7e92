"""Merges without the app above them: what a candidate makes is said by the tests themselves."""

from __future__ import annotations

import pytest

from kitchens.ports import ports


@pytest.fixture(autouse=True)
def _candidates_settled_by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave the port as it is where no app fills it: nothing is built, nothing runs, nobody settles."""
    for name in ("build_candidate", "start_canary"):
        monkeypatch.delattr(ports, name)
