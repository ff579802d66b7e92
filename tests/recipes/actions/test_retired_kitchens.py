"""A retired kitchen has no open runs and takes no orders."""

import pytest

from hub.common.errors import ConflictError
from kitchens.actions.retire import retire_kitchen
from kitchens.core.roles import THE_HUB
from tests.small_mesh import SmallMesh, joins


def test_retiring_cancels_what_is_open_and_lets_nothing_in(mesh: SmallMesh) -> None:
    mesh.write("daily", joins({"a": [], "b": ["a"]}))
    child = mesh.child()
    ended = mesh.run(kitchen=child)
    waiting, elsewhere = mesh.order(kitchen=child), mesh.order()

    retire_kitchen(child, by=THE_HUB, now=mesh.now)

    for run in (ended, waiting, elsewhere):
        run.refresh_from_db()
    assert (ended.status, waiting.status, elsewhere.status) == ("succeeded", "cancelled", "queued")
    child.refresh_from_db()
    with pytest.raises(ConflictError, match="retired"):
        mesh.order(kitchen=child)
