"""A kitchen limits how long any run in it may take; `hurried` has a limit of 30 seconds of its own."""

from __future__ import annotations

import pytest

from tests.small_mesh import SmallMesh, shell


@pytest.mark.parametrize(("of_kitchen", "limit"), [(10, 10), (90, 30), (None, 30)])
def test_the_shorter_of_two_limits_counts(mesh: SmallMesh, of_kitchen, limit) -> None:
    mesh.kitchen.max_run_seconds = of_kitchen
    mesh.kitchen.save()
    mesh.write("daily", shell("true"))

    run = mesh.run(variation="hurried")

    assert run.timeout == limit
