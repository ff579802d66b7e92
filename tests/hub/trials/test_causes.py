"""The trial of causes: the true cause of a planted fault stands first in its report."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from hub.trials.causes.faults import CODE, FAULTS, INPUTS, REFERENCE, SCHEMA, SLICES, TESTS, UPSTREAM, VALUES
from hub.trials.causes.mesh import Mesh
from hub.trials.causes.trial import try_causes
from recipes.actions.runs.context import forget_contexts
from tests.recipes.actions.conftest import _fork_server as _fork_server  # a fixture

LEAST = 0.85  # share of the faults whose true cause must be named first


@pytest.fixture
def trial(hub_home, tmp_path, transactional_db, _fork_server) -> Mesh:
    forget_contexts()
    folder = tmp_path / "outside"
    folder.mkdir()
    return Mesh(folder, datetime(2026, 3, 1, 5, 0, tzinfo=UTC))


def test_the_true_cause_of_a_fault_of_each_kind_is_named_first(trial) -> None:
    one_of_each = [kind[0] for kind in (CODE, TESTS, VALUES, INPUTS, SCHEMA, REFERENCE, UPSTREAM)] + [
        SLICES[2]
    ]

    found = list(try_causes(trial, one_of_each))

    assert [(one.fault.name, one.first) for one in found if not one.right] == []


def test_there_are_thirty_faults_over_six_kinds_or_more() -> None:
    assert len(FAULTS) >= 30
    assert len({fault.kinds[0] for fault in FAULTS}) >= 6
