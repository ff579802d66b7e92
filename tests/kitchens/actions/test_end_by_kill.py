"""kill -9 at every step of the end of a kitchen: it is either as before, or ended wholly, and nothing is left behind."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests import crash_points
from tests.conftest import fresh_database
from tests.forks import run_forked

pytestmark = pytest.mark.one_database

SCRIPT = Path(__file__).with_name("ending.py")


@pytest.fixture(
    params=["sqlite", pytest.param("postgresql", marks=[pytest.mark.postgres, pytest.mark.trial])],
    scope="module",
)
def environment(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, str]]:
    home = tmp_path_factory.mktemp("hub")
    with ExitStack() as stack:
        url = f"sqlite:///{home}/hub.sqlite3"
        if request.param == "postgresql":
            url = stack.enter_context(fresh_database(request.getfixturevalue("postgres_server")))
        environment = {
            "DATABASE_URL": url,
            "HUB_HOME": str(home),
            "DJANGO_SETTINGS_MODULE": "hub.settings",
        }
        run(environment, "prepare")
        yield environment


def run(environment: dict[str, str], *asked: str, dies_at: str = "") -> str:
    told = environment | ({"HUB_CRASH_POINT": dies_at} if dies_at else {})
    ran = run_forked(SCRIPT.read_text(), *asked, environment=told)
    assert ran.returncode == (-signal.SIGKILL if dies_at else 0), ran.stderr
    return ran.stdout


def recovered(environment: dict[str, str], slug: str, when: str) -> dict[str, object]:
    return json.loads(run(environment, "recover", slug, when))


def named(point: str) -> str:
    return point.replace(".", "-")


@pytest.mark.parametrize("point", crash_points.RETIRE)
def test_a_retirement_that_dies_is_finished(environment, point):
    slug = named(point)
    run(environment, "make", slug)

    run(environment, "retire", slug, dies_at=point)

    assert recovered(environment, slug, "now") == {
        "state": "retired", "branch": False, "archived": True, "secret": True, "open": 0, "steps": ["done"], "revisions": 1,
    }  # fmt: skip


@pytest.mark.parametrize("point", crash_points.PURGE)
def test_a_cleaning_that_dies_is_finished(environment, point):
    slug = named(point)
    run(environment, "make", slug)
    run(environment, "retire", slug)

    run(environment, "purge", slug, dies_at=point)

    assert recovered(environment, slug, "later") == {
        "state": "gone", "branch": False, "archived": False, "secret": False, "open": 0, "steps": ["done"], "revisions": 1,
    }  # fmt: skip


def test_a_kitchen_that_was_being_brought_back_is_back(environment):
    run(environment, "make", "back-again")
    run(environment, "retire", "back-again")

    run(environment, "restore", "back-again", dies_at=crash_points.RESTORE[0])

    found = recovered(environment, "back-again", "now")
    assert (found["state"], found["branch"], found["archived"]) == ("ready", True, False)
