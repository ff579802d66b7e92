"""A hub is backed up while it runs and publishes, restored into an empty folder, compared, and started."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.hub.backup.conftest import ROOT

PREPARE = """
import django; django.setup()
from datetime import datetime, timedelta, UTC
from django.conf import settings
from hub.common.tables import bring_tables_up_to_date
bring_tables_up_to_date()
from kitchens.actions.kitchens import create_kitchen, create_production
from kitchens.actions.secrets import set_secret
from kitchens.core.git import MeshRepository
from kitchens.core.roles import THE_HUB
from recipes.actions.files import save_files
now = datetime.now(UTC)
production = create_production(by=THE_HUB, now=now)
recipe = b'''nodes:
  add: {kind: sql, file: add.sql, writes: {flights.log: append}}
  last: {kind: sql, file: last.sql, needs: [add], writes: flights.last}
variations:
  production: {}
'''
save_files(production, {
    "domains/flights/domain.yaml": b"title: Flights\\n",
    "domains/flights/recipes/daily/recipe.yaml": recipe,
    "domains/flights/recipes/daily/add.sql": b"SELECT i AS n, 'row ' || i AS name FROM range(50) r(i)\\n",
    "domains/flights/recipes/daily/last.sql": b"SELECT count(*) AS n FROM flights.log\\n",
}, message="Recipes", by=THE_HUB, now=now, expected_commit=MeshRepository(settings.MESH_REPOSITORY).head("main"))
create_kitchen(name="sandbox", parent=production, ends_on=(now + timedelta(days=7)).date(), by=THE_HUB, now=now)
set_secret(name="token", value="a secret value", by=THE_HUB, now=now)
"""
KEEP_BUSY = """
import django; django.setup()
import time
from datetime import datetime, UTC
from kitchens.core.roles import THE_HUB
from kitchens.models import Kitchen
from recipes.actions.orders import place_order
from recipes.core.status import OPEN
from recipes.models import OrderRun
while True:
    if OrderRun.objects.filter(status__in=OPEN).count() > 20:
        time.sleep(0.05)
        continue
    for slug in ("production", "sandbox") * 5:
        place_order(kitchen=Kitchen.objects.get(slug=slug), domain="flights", recipe="daily", variation="production",
                    by=THE_HUB, now=datetime.now(UTC))
"""
PUBLISHED = """
import django; django.setup()
from kitchens.models import Revision
print(Revision.objects.filter(cause="publish").count())
"""


@contextmanager
def running(home, *options: str):
    """The real hub as people start it; ended at the end."""
    with process(home, str(ROOT / "manage.py"), *options):
        yield


@contextmanager
def process(home, *options: str):
    command = [sys.executable, *options]
    started = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **home.surroundings})
    try:
        yield
    finally:
        started.send_signal(signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            started.wait(30)
        if started.poll() is None:
            started.kill()
            started.wait()


def published(home) -> int:
    return int(home.run("-c", PUBLISHED).stdout)


def until(condition, seconds: float = 300) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.3)


def answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/login/", timeout=5) as page:
            return page.status == 200
    except OSError:
        return False


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def hub(new_home):
    home = new_home("first")
    ran = home.run("-c", PREPARE)
    assert ran.returncode == 0, ran.stderr
    return home


@pytest.mark.trial
def test_a_hub_under_load_is_backed_up_restored_compared_and_started(hub, new_home, tmp_path):
    backup, key = tmp_path / "backup", tmp_path / "kept-elsewhere.key"
    with running(hub, "worker"), process(hub, "-c", KEEP_BUSY):
        until(lambda: published(hub) >= 4)
        before = published(hub)
        said = hub.manage("backup", str(backup), "--secrets-key", str(key))
        during = published(hub)
        until(lambda: published(hub) > during + 3)
    assert "of ledgers." in said
    second = new_home("second")

    assert "is whole" in second.manage("restore", str(backup), "--check")
    second.manage("restore", str(backup), "--secrets-key", str(key))

    old, new = hub.whole(), second.whole()
    count = sum(1 for name in new["revisions"] if new["revisions"][name]["data"])
    assert before <= count <= during + 2 < len(old["revisions"])
    assert new["revisions"] == {name: old["revisions"][name] for name in new["revisions"]}
    assert (new["branches"], new["secrets"]) == (True, 1)
    checked = subprocess.run(
        ["git", "-C", str(second.path / "mesh.git"), "fsck", "--strict"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (checked.returncode, "error" in checked.stderr) == (0, False), checked.stderr
    assert (second.path / "secrets.key").read_bytes() == (hub.path / "secrets.key").read_bytes()
    port, seen = free_port(), len(new["revisions"])
    with running(second, "up", "--port", str(port)):
        until(lambda: answers(port))
        until(lambda: len(second.whole()["revisions"]) > seen)  # what was queued goes on


def test_nothing_is_restored_over_anything(hub, new_home, tmp_path):
    backup = tmp_path / "backup"
    said = hub.manage("backup", str(backup))
    assert "The key of the secrets is not in it" in said
    assert not list(backup.rglob("*.key"))

    assert "is not empty" in hub.manage("restore", str(backup), fails=True)
    assert "is not empty" in hub.manage("backup", str(backup), fails=True)
    second = new_home("second")
    second.path.mkdir()
    (second.path / "mine").touch()
    assert "it holds mine" in second.manage("restore", str(backup), fails=True)


def test_a_backup_that_is_not_whole_is_told_and_not_restored(hub, new_home, tmp_path):
    backup, second = tmp_path / "backup", new_home("second")
    hub.manage("backup", str(backup))
    (name, *_) = sorted(
        name for name in json.loads((backup / "manifest.json").read_text())["files"] if "database" in name
    )
    broken = Path(shutil.copytree(backup, tmp_path / "broken"))
    (broken / name).write_bytes(b"x" + (broken / name).read_bytes()[1:])

    assert f"{name} is not as it was written" in second.manage("restore", str(broken), "--check", fails=True)
    assert "not whole" in second.manage("restore", str(broken), fails=True)
    (broken / "manifest.json").unlink()
    assert "no complete backup" in second.manage("restore", str(broken), fails=True)
    assert not (second.path / "mesh.git").exists()
