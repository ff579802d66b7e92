"""`manage.py up` with HUB_NODE_USER: the hub's folder is shut, its nodes are somebody else, or it does not start."""

from __future__ import annotations

import os
import stat
from dataclasses import asdict
from pathlib import Path

import pytest

from kitchens.core.stores.base import StoreAddress
from recipes.core.nodes import client
from recipes.core.nodes.base import Job
from recipes.core.spec.model import NodeSpec
from tests.hub.supervisor.test_up import socket_of

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give nodes another user")
CODE = """
import os
def run(context):
    context.measure('user', os.getuid())
    for number, path in enumerate(context.values['paths'].split('|')):
        try:
            os.stat(path + '/.') if os.path.isdir(path) else open(path, 'rb').close()
            os.listdir(path) if os.path.isdir(path) else None
            context.measure(f'reached_{number}', 1)
        except OSError as error:
            context.log(path, error)
"""


@as_root
def test_nodes_of_a_running_hub_reach_nothing_in_its_folder_but_the_drop(start_hub, monkeypatch, tmp_path):
    hub = start_hub(HUB_NODE_USER="64000-64063")
    hub.wait_for_page()
    hub.wait_for_cluster()
    monkeypatch.setenv("HUB_FORKSERVER", socket_of(hub))
    monkeypatch.setenv("HUB_NODE_USER", "64000-64063")
    inside = [path for path in hub.home.iterdir() if path.name != "drop"]
    values = {"paths": {"type": "text", "value": "|".join(map(str, inside))}}
    store = asdict(StoreAddress("embedded", str(hub.home / "snapshots")))
    node = NodeSpec(name="load", kind="python", file="load.py")
    job = Job(
        attempt="7-8-2",
        idempotency_key="k",
        node=node,
        files={"load.py": CODE},
        as_of="2026-03-01T05:00:00+00:00",
        values=values,
        store=store,
        log=str(tmp_path / "node.log"),
    )

    outcome = client.run(job, on_tick=lambda: "go", tick_seconds=0.1)

    assert outcome.ok, outcome.reason
    assert list(outcome.measures) == ["user"]
    assert 64000 <= outcome.measures["user"] <= 64063
    assert {"hub.sqlite3", "secrets.key"} & {path.name for path in inside}
    assert not [path for path in inside if stat.S_IMODE(Path(path).stat().st_mode) & 0o077]
