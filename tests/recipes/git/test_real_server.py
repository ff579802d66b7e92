"""Pushes to the real web server in a process of its own: large ones, many at once, and with the power cut in the middle."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone

from kitchens.actions.kitchens import create_kitchen, create_production
from kitchens.core.git import MeshRepository
from kitchens.core.roles import THE_HUB
from kitchens.models import Kitchen, Person
from kitchens.queries.data import newest
from recipes.actions.files import save_files
from tests import crash_points
from tests.real_hub import real_hub
from tests.recipes.git.conftest import FILES, Clone, key_of

ROOT = Path(__file__).parents[3]
SERVE = (
    "import sys, django; django.setup();"
    "from hub.supervisor.options import Options; from hub.supervisor.web import serve;"
    "serve(Options(host='127.0.0.1', port=int(sys.argv[1]), workers=1))"
)


@dataclass
class Hub:
    """A hub with one kitchen, and its web server, which can be started with a point at which it dies."""

    surroundings: dict[str, str]
    port: int
    key: str
    folder: Path

    @property
    def kitchen(self) -> Kitchen:
        return Kitchen.objects.get(slug="sandbox")

    @contextmanager
    def serving(self, **more: str) -> Iterator[None]:
        told = {**os.environ, **self.surroundings, "DJANGO_SETTINGS_MODULE": "hub.settings", **more}
        server = subprocess.Popen(
            [sys.executable, "-c", SERVE, str(self.port)], cwd=ROOT, env=told, start_new_session=True
        )
        try:
            until = time.monotonic() + 30
            while not listens(self.port):
                assert server.poll() is None
                assert time.monotonic() < until
                time.sleep(0.05)
            yield
        finally:
            os.killpg(server.pid, signal.SIGKILL)
            server.wait()

    def clone(self, into: str = "clone") -> Clone:
        url = f"http://x:{self.key}@127.0.0.1:{self.port}/git/mesh.git"
        said = Clone(self.folder).git("clone", "-q", "-b", "kitchens/sandbox", url, into)
        assert said.code == 0, said.text
        return Clone(self.folder / into)

    def head(self) -> str | None:
        return MeshRepository(settings.MESH_REPOSITORY).head("kitchens/sandbox")


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def hub(tmp_path: Path, django_db_blocker) -> Iterator[Hub]:
    home = tmp_path / "home"
    home.mkdir()
    with real_hub(home, f"sqlite:///{home / 'hub.sqlite3'}", django_db_blocker) as real:
        now = timezone.now()
        production = create_production(by=THE_HUB, now=now)
        first = newest(production).commit
        save_files(production, FILES, message="First", by=THE_HUB, now=now, expected_commit=first)
        ends = now.date() + timedelta(days=30)
        create_kitchen(name="sandbox", parent=production, ends_on=ends, by=THE_HUB, now=now)
        key = key_of(Person.objects.create_user("mira", role="developer"), "read", "change")
        yield Hub(dict(real.surroundings), free_port(), key, tmp_path)


def test_a_push_of_several_megabytes_comes_in_chunks_and_one_that_is_too_large_is_refused(hub):
    with hub.serving():
        mine = hub.clone()
        mine.commit({f"noise-{n}.txt": os.urandom(800_000).hex() for n in range(3)})
        said = mine.push()
        assert said.code == 0, said.text
        assert newest(hub.kitchen).number == 2

        for n in range(50):
            (mine.folder / f"large-{n}.bin").write_bytes(os.urandom(1_500_000))
        mine.commit({})
        said = mine.push()
        assert said.code != 0
        assert "larger than 64 MB" in said.text, said.text
        assert newest(hub.kitchen).number == 2


@pytest.mark.parametrize(
    ("point", "taken"),
    crash_points.COMMIT.items(),
)
def test_a_hub_killed_in_the_middle_of_a_push_has_taken_all_of_it_or_nothing(hub, point, taken):
    with hub.serving(HUB_CRASH_POINT=point):
        mine = hub.clone()
        before = hub.head()
        commit = mine.commit({"notes.txt": "x"})
        assert mine.push().code != 0
        assert (newest(hub.kitchen).commit == commit) == taken
        assert hub.head() == (commit if point == "commit.ref.after" else before)

    with hub.serving():
        assert hub.clone("later").git("rev-parse", "HEAD").text.strip() == (commit if taken else before)
        said = mine.push()
        assert said.code == 0, said.text
        assert ("Everything up-to-date" in said.text) == taken
        assert newest(hub.kitchen).number == 2
        assert newest(hub.kitchen).commit == hub.head() == commit


def test_twenty_clones_at_once_are_all_served_or_told_to_come_again_and_pages_answer_meanwhile(hub):
    import urllib.request

    with hub.serving():
        hub.clone()
        said = {}

        def clone(number: int) -> None:
            url = f"http://x:{hub.key}@127.0.0.1:{hub.port}/git/mesh.git"
            said[number] = Clone(hub.folder).git("clone", "-q", url, f"many-{number}")

        threads = [threading.Thread(target=clone, args=[n]) for n in range(20)]
        [thread.start() for thread in threads]
        with urllib.request.urlopen(f"http://127.0.0.1:{hub.port}/login/", timeout=5) as answer:
            assert answer.status == 200
        [thread.join() for thread in threads]
        failed = [s.text for s in said.values() if s.code]
        assert all(
            "Many others are at the mesh with git just now" in text or "503" in text for text in failed
        )
        assert len(failed) < 15
