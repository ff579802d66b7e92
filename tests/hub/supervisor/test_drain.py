"""What becomes of work at hand when the hub is stopped or its workers are killed."""

from __future__ import annotations

import os
import signal
import sqlite3
from pathlib import Path

import pytest

from tests.hub.supervisor.conftest import lives, wait_until

SEED = """
import datetime
from pathlib import Path
from tests.small_mesh import SmallMesh
mesh = SmallMesh(Path({folder!r}), now=datetime.datetime.now(datetime.UTC))
mesh.write("daily", {{"recipe.yaml": '''
nodes:
  long: {{kind: shell, command: {command}}}
variations:
  production: {{}}
'''}})
mesh.order()
"""


@pytest.fixture
def busy_hub(start_hub, tmp_path):
    """A hub whose worker is at a node that says its process number in a file and goes on for a minute."""
    note = tmp_path / "pid"
    hub = start_hub("worker", HUB_GRACE_SECONDS="1", HUB_LEASE_SECONDS="3")
    hub.wait_for_cluster()
    command = f"echo $$ > {note}.draft; mv {note}.draft {note}; exec sleep 60"
    hub.manage("shell", "-v", "0", "-c", SEED.format(folder=str(tmp_path), command=command))
    wait_until(note.exists, "the start of the node")
    return hub, note


def rows(hub, sql: str) -> list[tuple]:
    with sqlite3.connect(hub.home / "hub.sqlite3") as database:
        found = database.execute(sql).fetchall()
    database.close()
    return found


def node_of(note: Path) -> int:
    pid = int(note.read_text())
    note.unlink()
    return pid


def test_work_at_hand_survives_kills_and_is_handed_back_uncounted(busy_hub):
    hub, note = busy_hub

    node = node_of(note)
    busy = "SELECT pid FROM recipes_worker WHERE busy_with LIKE 'long%'"
    wait_until(lambda: rows(hub, busy), "the worker to say what it does")
    os.kill(rows(hub, busy)[0][0], signal.SIGKILL)
    wait_until(lambda: not lives(node), "the end of the node whose worker was killed")
    wait_until(note.exists, "its second start")

    node = node_of(note)
    os.kill(hub.supervisor(), signal.SIGKILL)
    wait_until(lambda: not lives(node), "the end of the node whose supervisor was killed")
    wait_until(note.exists, "its third start")

    node = node_of(note)
    assert hub.end() == 0
    assert not lives(node)
    assert rows(hub, "SELECT status, losses FROM recipes_noderun") == [("queued", 2)]
    statuses = rows(hub, "SELECT status FROM recipes_attempt ORDER BY number")
    assert statuses == [("lost",), ("lost",), ("cancelled",)]
