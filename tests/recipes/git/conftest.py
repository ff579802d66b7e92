"""A mesh behind a live server, and git as people have it at home."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from kitchens.actions.kitchens import create_kitchen, create_production
from kitchens.actions.tokens import create_token
from kitchens.core.roles import THE_HUB
from kitchens.models import Kitchen, Person
from kitchens.queries.data import newest
from recipes.actions.files import save_files

FOLDER = "domains/sales/recipes/daily"
RECIPE = "nodes:\n  sum_up: {kind: sql, file: sum.sql, writes: sales.daily}\nvariations:\n  production: {}\n"
FILES = {
    "domains/sales/domain.yaml": b"title: Sales\n",
    f"{FOLDER}/recipe.yaml": RECIPE.encode(),
    f"{FOLDER}/sum.sql": b"SELECT day, count(*) AS n FROM sales.orders GROUP BY day\n",
}
SURROUNDINGS = {
    "PATH": os.environ["PATH"],
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_AUTHOR_NAME": "Mira Vogel",
    "GIT_AUTHOR_EMAIL": "mira@example.org",
    "GIT_COMMITTER_NAME": "Mira Vogel",
    "GIT_COMMITTER_EMAIL": "mira@example.org",
    "LC_ALL": "C",
}


@dataclass
class Said:
    code: int
    text: str


@dataclass
class Clone:
    """A clone of somebody's: run git in it, write files, commit, push."""

    folder: Path

    def git(self, *arguments: str) -> Said:
        home = {"HOME": str(self.folder.parent)}
        done = subprocess.run(
            ["git", *arguments], cwd=self.folder, env=SURROUNDINGS | home, capture_output=True, timeout=60
        )
        return Said(done.returncode, (done.stdout + done.stderr).decode())

    def write(self, path: str, text: str) -> None:
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def commit(self, changes: dict[str, str], message: str = "Change") -> str:
        for path, text in changes.items():
            self.write(path, text)
        assert self.git("add", "-A").code == 0
        said = self.git("commit", "-m", message)
        assert said.code == 0, said.text
        return self.git("rev-parse", "HEAD").text.strip()

    def push(self, *arguments: str) -> Said:
        return self.git("push", *(arguments or ("origin", "HEAD")))


@pytest.fixture
def mesh(transactional_db, hub_home) -> Kitchen:
    production = create_production(by=THE_HUB, now=timezone.now())
    save_files(
        production,
        FILES,
        message="First recipe",
        by=THE_HUB,
        now=timezone.now(),
        expected_commit=newest(production).commit,
    )
    return production


@pytest.fixture
def sandbox(mesh) -> Kitchen:
    ends = timezone.now().date() + timedelta(days=30)
    return create_kitchen(name="sandbox", parent=mesh, ends_on=ends, by=THE_HUB, now=timezone.now())


@pytest.fixture
def mira(mesh) -> Person:
    return Person.objects.create_user("mira", role="developer", first_name="Mira", last_name="Vogel")


def key_of(person: Person, *scopes: str, **more) -> str:
    name = f"git {timezone.now().timestamp()}"
    return create_token(name=name, scopes=scopes, by=person.actor(), now=timezone.now(), **more)[1]


@pytest.fixture
def key(mira) -> str:
    return key_of(mira, "read", "change")


@pytest.fixture
def address(live_server) -> Callable[[str], str]:
    """The address of the mesh with a token in it."""

    def build(key: str) -> str:
        return f"{live_server.url}/git/mesh.git".replace(
            "http://", f"http://mira:{key}@" if key else "http://"
        )

    return build


@pytest.fixture
def clone(tmp_path, address, key) -> Callable[..., Clone]:
    """Clone a branch as Mira, or with another token."""

    def build(branch: str = "kitchens/sandbox", token: str | None = None, into: str = "clone") -> Clone:
        url = address(key if token is None else token)
        said = Clone(tmp_path).git("clone", "-q", "-b", branch, url, into)
        assert said.code == 0, said.text
        return Clone(tmp_path / into)

    return build
