"""A fork server of the test module's own, and jobs to run in it."""

from __future__ import annotations

import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from recipes.core.nodes import client, launch
from recipes.core.nodes.base import Job, Outcome
from recipes.core.spec.model import NodeSpec


@pytest.fixture(scope="module")
def node_server() -> Iterator[subprocess.Popen[bytes]]:
    with tempfile.TemporaryDirectory(prefix="hub-t-") as folder, socket.socket(socket.AF_UNIX) as listener:
        path = f"{folder}/f"
        listener.bind(path)
        listener.listen(50)
        server = launch.start(listener, serves_many=True, scratch=f"{folder}/nodes")
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("HUB_FORKSERVER", path)
            yield server
        server.kill()
        server.wait()


@pytest.fixture
def make_job(tmp_path: Path) -> Callable[..., Job]:
    def make(kind: str, text: str = "", *, files: dict[str, str] | None = None, **facts) -> Job:
        node = {"name": "load", "kind": kind, **facts.pop("node", {})}
        if kind == "shell":
            node.setdefault("command", text)
        elif kind != "synchronise":
            node.setdefault("file", "load.sql" if kind == "sql" else "load.py")
        given = files or {}
        if node.get("file"):
            given = {node["file"]: text} | given
        return Job(
            attempt="7-8-2",
            idempotency_key="7/load",
            node=NodeSpec(**node),
            files=given,
            as_of="2026-03-01T05:00:00+00:00",
            log=str(tmp_path / "node.log"),
            **facts,
        )

    return make


@pytest.fixture
def run(node_server) -> Callable[[Job], Outcome]:
    """Run a job in the session's fork server."""

    def run_job(job: Job, on_tick=lambda: "go", tick_seconds: float = 0.05) -> Outcome:
        return client.run(job, on_tick=on_tick, tick_seconds=tick_seconds)

    return run_job


def gone(pid: int) -> bool:
    """Wait (30 s at most) for a process to be gone; a zombie nobody has reaped yet counts as gone."""
    stat = Path(f"/proc/{pid}/stat")
    for _ in range(1500):
        try:
            if stat.read_text().rsplit(")", 1)[1].split()[0] == "Z":
                return True
        except (FileNotFoundError, ProcessLookupError):
            return True
        time.sleep(0.02)
    return False


@pytest.fixture
def is_gone() -> Callable[[int], bool]:
    return gone


@pytest.fixture
def wait_for() -> Callable[[Path], str]:
    """Wait for a file to have a full line in it, and return its text."""

    def wait(path: Path) -> str:
        for _ in range(1500):
            if path.exists() and path.read_text().endswith("\n"):
                return path.read_text()
            time.sleep(0.02)
        raise AssertionError(f"{path} was not written")

    return wait
