"""Two processes at one kitchen, on SQLite and on PostgreSQL: one wins, the other is told, nothing mixes."""

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

ROOT = Path(__file__).parents[3]
SCRIPT = Path(__file__).with_name("two_publishers.py")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)], scope="module")
def environment(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, str]]:
    """A hub with one kitchen, for processes of its own."""
    home = tmp_path_factory.mktemp("hub")
    with ExitStack() as stack:
        url = f"sqlite:///{home}/hub.sqlite3"
        if request.param == "postgresql":
            url = stack.enter_context(fresh_database(request.getfixturevalue("postgres_server")))
        environment = {
            **os.environ,
            "DATABASE_URL": url,
            "HUB_HOME": str(home),
            "DJANGO_SETTINGS_MODULE": "hub.settings",
            "PYTHONPATH": str(ROOT),
        }
        subprocess.run([sys.executable, str(SCRIPT), "prepare"], cwd=ROOT, env=environment, check=True)
        yield environment


def both(environment: dict[str, str], what: str, rounds: int, meetings: int) -> list[list[int]]:
    """Run two processes in step and return what each printed at its end."""
    processes = [
        subprocess.Popen(
            [sys.executable, str(SCRIPT), what, name, str(rounds)],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for name in "ab"
    ]
    for _ in range(meetings):
        for process in processes:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
        for process in processes:
            assert process.stdin is not None
            process.stdin.write("go\n")
            process.stdin.flush()
    said = [process.communicate(timeout=60)[0] for process in processes]
    assert [process.returncode for process in processes] == [0, 0]
    return [json.loads(text) for text in said]


def test_of_two_publishers_of_a_table_exactly_one_wins(environment):
    rounds, before = 10, head_of(environment)

    first, second = both(environment, "publish", rounds, 2 * rounds)

    assert sorted(first + second) == list(range(rounds))
    assert head_of(environment) == before + rounds


def test_two_writers_of_the_ledger_lose_no_revision(environment):
    before = head_of(environment)

    first, second = both(environment, "append", 40, 1)

    assert sorted(first + second) == list(range(before + 1, before + 81))
    assert head_of(environment) == before + 80


def head_of(environment: dict[str, str]) -> int:
    """Return the head of the kitchen, checked against its revisions and against half published ones."""
    code = """
import django; django.setup()
from kitchens.models import Kitchen, Revision, Pointer
from django.db.models import Count
kitchen = Kitchen.objects.get()
numbers = list(Revision.objects.order_by("number").values_list("number", flat=True))
assert numbers == list(range(1, kitchen.head + 1)), numbers
tables = set(Pointer.objects.values("revision").annotate(n=Count("pk")).values_list("n", flat=True))
assert tables <= {2}, tables
for pointer in Pointer.objects.select_related("revision", "snapshot"):
    others = Pointer.objects.filter(revision=pointer.revision).values_list("snapshot__parts__0__name", flat=True)
    assert len(set(others)) == 1, list(others)
print(kitchen.head)
"""
    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    return int(ran.stdout)
