"""Fifty people merge at once into one parent; and merges are killed at every point. On SQLite and on PostgreSQL."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.conftest import fresh_database

pytestmark = [pytest.mark.one_database, pytest.mark.trial]  # it brings its own, of both kinds
ROOT = Path(__file__).parents[4]
SCRIPT = Path(__file__).with_name("crowd.py")
PEOPLE, PROCESSES = 50, 5


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def environment(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[dict[str, str]]:
    """A hub of its own, for processes."""
    with ExitStack() as stack:
        url = f"sqlite:///{tmp_path}/hub.sqlite3"
        if request.param == "postgresql":
            url = stack.enter_context(fresh_database(request.getfixturevalue("postgres_server")))
        yield {
            **os.environ,
            "DATABASE_URL": url,
            "HUB_HOME": str(tmp_path),
            "DJANGO_SETTINGS_MODULE": "hub.settings",
            "PYTHONPATH": str(ROOT),
        }


def run(environment: dict[str, str], what: str, *numbers: int) -> str:
    done = subprocess.run(
        [sys.executable, str(SCRIPT), what, *map(str, numbers)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def all_at_once(environment: dict[str, str]) -> dict[str, str]:
    """Let everybody merge at the same moment, ten people a process, and return what each was told."""
    share = PEOPLE // PROCESSES
    processes = [
        subprocess.Popen(
            [sys.executable, str(SCRIPT), "merge", str(n * share), str((n + 1) * share)],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for n in range(PROCESSES)
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    told: dict[str, str] = {}
    for process in processes:
        said, _ = process.communicate(timeout=300)
        assert process.returncode == 0
        told |= json.loads(said)
    return told


def test_fifty_people_merging_at_once_leave_a_legal_history_and_lose_nothing(environment):
    run(environment, "prepare", PEOPLE)

    told = all_at_once(environment)

    winners = [number for number, said in told.items() if said.startswith("merged ")]
    assert len(winners) == 1
    assert len(told) == PEOPLE
    assert all(
        "has changed" in said or "merged “Change" in said for n, said in told.items() if n not in winners
    )
    assert json.loads(run(environment, "check")) == []
    run(environment, "upkeep")
    assert json.loads(run(environment, "check")) == []
    assert json.loads(run(environment, "files")) == [PEOPLE, PEOPLE]


def test_whatever_is_killed_where_ledger_and_git_agree_after_recovery(environment):
    told = json.loads(run(environment, "kill"))

    assert len(told) == 15
    assert {what: faults for what, faults in told.items() if faults} == {}
