"""Real hubs: `manage.py up` in a home of its own, and what runs under it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PATIENCE = 60.0  # what is killed is at work again within that, as docs/operations.md says


def wait_until(true: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < deadline, f"not within {PATIENCE:.0f} s: {what}"
        time.sleep(0.05)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Hub:
    """One `manage.py up` (or `worker`), started in a session of its own as a terminal would."""

    def __init__(self, home: Path, *arguments: str, **settings: str) -> None:
        self.home = home
        self.port = free_port()
        self.settings = {"HUB_HOME": str(home), "HUB_PORT": str(self.port), **settings}
        self.log = home.with_suffix(".log")
        self.process = self._start(*(arguments or ("up",)))

    def _start(self, *arguments: str) -> subprocess.Popen[bytes]:
        inherited = {
            k: v for k, v in os.environ.items() if k not in {"HUB_FORKSERVER", "DATABASE_URL", "REDIS_URL"}
        }
        with self.log.open("ab") as log:
            return subprocess.Popen(
                [sys.executable, str(ROOT / "manage.py"), *arguments],
                env=inherited | self.settings,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def said(self) -> str:
        return self.log.read_text()

    def wait_for_page(self) -> None:
        times = self.said().count("The hub is at")
        wait_until(
            lambda: self.said().count("The hub is at") > times or self.process.poll() is not None, "page"
        )
        assert self.process.poll() is None, self.said()

    def wait_for_cluster(self) -> None:
        """Wait for the queue: parent, sentinel, two workers, monitor and pusher."""
        wait_until(lambda: len(self.cluster()) == 6, "queue workers")

    def supervisor(self) -> int:
        """Return its process number, or 0 while there is none."""
        named = (pid for pid in children_of(self.process.pid) if name_of(pid) == "hub-supervisor")
        return next(named, 0)

    def cluster(self) -> list[int]:
        """Return the cluster's processes, its parent first; there must never be two parents."""
        named = [pid for pid in children_of(self.supervisor()) if name_of(pid) == "hub-queue"]
        parents = [pid for pid in named if leads(pid)]
        assert len(parents) < 2
        return [*parents, *(pid for parent in parents for pid in below(parent))]

    def one(self, name: str) -> int:
        return next(pid for pid in children_of(self.supervisor()) if name_of(pid) == name)

    def everybody(self) -> list[int]:
        return [self.process.pid, *below(self.process.pid)]

    def end(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(PATIENCE)

    def manage(self, *arguments: str) -> str:
        """Run another command on the same home and return what it printed."""
        command = [sys.executable, str(ROOT / "manage.py"), *arguments]
        return subprocess.run(
            command, env=os.environ | self.settings, capture_output=True, text=True, check=True
        ).stdout


def children_of(pid: int) -> list[int]:
    try:
        return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except FileNotFoundError:
        return []


def below(pid: int) -> list[int]:
    direct = children_of(pid)
    return [*direct, *(lower for child in direct for lower in below(child))]


def name_of(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip()
    except FileNotFoundError:
        return ""


def lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def leads(pid: int) -> bool:
    """Say whether it leads a process group: an orphan on its way out does not."""
    try:
        return os.getpgid(pid) == pid
    except ProcessLookupError:
        return False


@pytest.fixture
def start_hub(tmp_path: Path) -> Iterator[Callable[..., Hub]]:
    hubs: list[Hub] = []

    def start(*arguments: str, **settings: str) -> Hub:
        home = tmp_path / "home"
        hubs.append(Hub(home, *arguments, **settings))
        return hubs[-1]

    yield start
    for hub in hubs:
        hub.process.kill()
        hub.process.wait()
