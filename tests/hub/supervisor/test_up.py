"""`manage.py up` on a real machine: starts, stays up whatever is killed, ends cleanly, refuses in one sentence."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from tests.hub.supervisor.conftest import ROOT, lives, wait_until


def test_it_starts_serves_and_ends_without_a_trace(start_hub):
    hub = start_hub()
    hub.wait_for_page()
    hub.wait_for_cluster()
    everybody = hub.everybody()
    runtime = Path(socket_of(hub)).parent

    with urllib.request.urlopen(f"http://127.0.0.1:{hub.port}/") as answer:
        assert answer.status == 200

    assert hub.end() == 0
    assert not any(map(lives, everybody))
    assert not runtime.exists()
    assert "Traceback" not in hub.said()


def socket_of(hub) -> str:
    surroundings = Path(f"/proc/{hub.supervisor()}/environ").read_text().split("\0")
    return (
        next(line for line in surroundings if line.startswith("HUB_RUNTIME=")).removeprefix("HUB_RUNTIME=")
        + "/f"
    )


def test_ctrl_c_in_a_terminal_ends_it_too(start_hub):
    hub = start_hub("worker")
    hub.wait_for_cluster()
    everybody = hub.everybody()

    os.killpg(hub.process.pid, signal.SIGINT)

    assert hub.process.wait(20) == 0
    assert not any(map(lives, everybody))


def test_it_stays_up_whatever_is_killed(start_hub):
    hub = start_hub()
    hub.wait_for_page()
    hub.wait_for_cluster()

    for name in ("hub-web", "hub-forks", "hub-queue"):
        victim = hub.one(name)
        os.kill(victim, signal.SIGKILL)
        wait_until(lambda name=name, victim=victim: _other(hub, name, victim), f"another {name}")
    hub.wait_for_cluster()
    for victim in hub.cluster()[1:]:  # sentinel, worker, worker, monitor or pusher
        if lives(victim):
            os.kill(victim, signal.SIGKILL)
            wait_until(lambda victim=victim: not lives(victim), "its end")
    hub.wait_for_cluster()

    everybody = hub.everybody()
    os.kill(hub.supervisor(), signal.SIGKILL)
    hub.wait_for_page()
    hub.wait_for_cluster()
    assert not any(map(lives, everybody[1:]))

    everybody = hub.everybody()
    os.kill(hub.process.pid, signal.SIGKILL)
    wait_until(lambda: not any(map(lives, everybody)), "the end of all when the minimal parent is killed")


def _other(hub, name: str, victim: int) -> bool:
    try:
        return hub.one(name) != victim
    except StopIteration:
        return False


def test_a_cluster_that_hears_nothing_is_started_again_and_only_once(start_hub):
    hub = start_hub("worker", HUB_SILENCE_SECONDS="4")
    hub.wait_for_cluster()
    before = hub.cluster()

    for pid in before[2:]:  # as after a worker died holding the lock of the pipe: alive, and deaf
        os.kill(pid, signal.SIGSTOP)

    wait_until(lambda: "No doorbell was heard" in hub.said(), "the watchdog")
    wait_until(lambda: not any(map(lives, before)), "the end of the deaf ones")
    hub.wait_for_cluster()


def test_a_cluster_that_hangs_with_the_database_locked_is_started_again_too(start_hub):
    hub = start_hub("worker", HUB_SILENCE_SECONDS="4")
    hub.wait_for_cluster()
    before = hub.cluster()
    with contextlib.closing(sqlite3.connect(hub.home / "hub.sqlite3", isolation_level=None)) as held:
        held.execute("BEGIN IMMEDIATE")  # as a worker that stops in the middle of a transaction
        for pid in before[2:]:
            os.kill(pid, signal.SIGSTOP)

        wait_until(lambda: "No doorbell was heard" in hub.said(), "the watchdog")
    wait_until(lambda: not any(map(lives, before)), "the end of the deaf ones")
    hub.wait_for_cluster()


@pytest.fixture
def refused(tmp_path):
    """Start a hub that cannot run, and return what it said."""

    def start(*arguments: str, **settings: str) -> str:
        given = os.environ | {"HUB_HOME": str(tmp_path / "home")} | settings
        given.pop("HUB_FORKSERVER", None)
        command = [sys.executable, str(ROOT / "manage.py"), *arguments]
        done = subprocess.run(command, env=given, capture_output=True, text=True, timeout=40)
        assert done.returncode == 1
        assert done.stdout == ""
        assert len(done.stderr.splitlines()) == 1, done.stderr
        return done.stderr

    return start


def test_a_port_in_use_is_said_in_one_sentence(refused):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]

        assert "Choose another one with --port" in refused("up", "--port", str(port))


def test_a_home_that_cannot_be_written_is_said(refused, tmp_path):
    (tmp_path / "file").touch()

    assert "Set HUB_HOME" in refused("up", HUB_HOME=str(tmp_path / "file" / "home"))


def test_a_database_that_does_not_answer_is_said(refused):
    assert "Check DATABASE_URL" in refused("worker", DATABASE_URL="postgresql://nobody@127.0.0.1:1/none")


def test_a_second_hub_and_a_newer_database_are_refused(start_hub, refused):
    hub = start_hub("worker")
    hub.wait_for_cluster()
    assert "is running on" in refused("worker")
    hub.end()

    with sqlite3.connect(hub.home / "hub.sqlite3") as database:
        database.execute(
            "INSERT INTO django_migrations (app, name, applied) VALUES ('recipes', '9999_later', '2030-01-01')"
        )
    database.close()
    assert "made by a newer hub" in refused("worker")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give nodes another user")
@pytest.mark.parametrize("setting", ["root", "64000-64001", "no-such-user"])
def test_a_user_that_nodes_cannot_have_is_said(refused, setting):
    assert "HUB_NODE_USER" in refused("up", HUB_NODE_USER=setting)
