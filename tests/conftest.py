"""Shared fixtures: a hub home of the test's own, a PostgreSQL database of its own, cheap passwords."""

from __future__ import annotations

import os
import secrets
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

os.environ.setdefault("HUB_MONITORS", "0")  # for the processes tests start; those about monitors say so
# What a test commits need not outlive a crash of the server.
os.environ.setdefault("PGOPTIONS", "-c synchronous_commit=off")
HOW = "Set {name}, or start one on its usual local port."


def _listening(host: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex((host, port)) == 0


def _service(name: str, usual: str) -> str:
    """Return the URL of a service for tests: told by the environment, or found on its usual local port."""
    if given := os.environ.get(name):
        return given
    parts = urlsplit(usual)
    return usual if _listening(parts.hostname or "", parts.port or 0) else ""


@pytest.fixture(scope="session")
def postgres_server() -> str:
    """A URL of a PostgreSQL server on which databases may be made."""
    url = _service("TEST_DATABASE_URL", "postgresql://postgres@127.0.0.1:5432/test")
    if not url:
        pytest.skip("no PostgreSQL. " + HOW.format(name="TEST_DATABASE_URL"))
    return url


@contextmanager
def fresh_database(server: str) -> Iterator[str]:
    """Yield the URL of a new PostgreSQL database, dropped afterwards."""
    import psycopg

    name = f"hub_test_{secrets.token_hex(6)}"
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(f'CREATE DATABASE "{name}"')
    try:
        yield urlsplit(server)._replace(path=f"/{name}").geturl()
    finally:
        drop_database(server, name)


def drop_database(server: str, name: str) -> None:
    """Drop a database; a session that opens just then is waited for."""
    import psycopg

    with psycopg.connect(server, autocommit=True) as admin:
        for _ in range(20):
            try:
                admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
                return
            except psycopg.errors.ObjectInUse:
                time.sleep(0.25)
        admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """A URL of a fresh PostgreSQL database of the test's own, dropped afterwards."""
    with fresh_database(postgres_server) as url:
        yield url


@pytest.fixture(scope="session")
def redis_server() -> str:
    url = _service("TEST_REDIS_URL", "redis://127.0.0.1:6379/0")
    if not url:
        pytest.skip("no Redis. " + HOW.format(name="TEST_REDIS_URL"))
    return url


@pytest.fixture(scope="session")
def aviation_data() -> Path:
    """The folder of real aviation files."""
    root = Path(os.environ.get("HUB_TEST_DATA", Path(__file__).parents[2] / "shared" / "data"))
    if not (root / "aviation").is_dir():
        pytest.skip("no real data. Set HUB_TEST_DATA to the folder that holds aviation/.")
    return root / "aviation"


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Let SQLite tests use a real file: threads and processes then wait for each other as they do in the hub."""
    from django.db import connections

    for database in connections.settings.values():
        if database["ENGINE"].endswith("sqlite3"):
            database["TEST"]["NAME"] = str(tmp_path_factory.mktemp("database") / "hub.sqlite3")


@pytest.fixture(scope="session", autouse=True)
def _quick_emptying() -> None:
    from django.test import TransactionTestCase

    from tests.emptying import empty_after_test

    TransactionTestCase._fixture_teardown = empty_after_test


@pytest.fixture(autouse=True)
def _cheap_passwords(settings) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(scope="session", autouse=True)
def _no_monitors() -> None:
    """Tests that count results to the last one have no monitors beside them; those about monitors say so.

    For the whole session, and before fixtures of a module: without workers the settings were read before the
    environment of the processes tests start was set above.
    """
    from django.conf import settings

    settings.MONITORS = False


@pytest.fixture
def hub_home(tmp_path: Path, settings) -> Path:
    """An empty home of the hub for this test alone."""
    home = tmp_path / "home"
    home.mkdir()
    settings.HUB_HOME = home
    settings.MESH_REPOSITORY = home / "mesh.git"
    settings.SNAPSHOT_ROOT = home / "snapshots"
    settings.LOG_ROOT = home / "logs"
    settings.SECRETS_KEY_FILE = home / "secrets.key"
    return home


# The files whose tests take minutes: begun first, so that no worker is left alone with one of them at the end.
LONG = ("test_aviation_mesh.py", "test_crowd.py", "test_backup.py", "test_changes.py", "e2e/test_a_")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the tests of long files first; files stay together and in their order."""
    items.sort(key=lambda item: not any(name in str(item.path) for name in LONG))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Where nothing may be skipped (HUB_NO_SKIPS=1, as in CI), a skip is a failure."""
    report = yield
    if report.skipped and os.environ.get("HUB_NO_SKIPS"):
        report.outcome = "failed"
        report.longrepr = f"skipped where nothing may be skipped: {report.longrepr}"
    return report


def pytest_terminal_summary(terminalreporter) -> None:
    """Say in one line for each missing thing how many tests were skipped and how to get it."""
    reasons: dict[str, int] = {}
    for report in terminalreporter.stats.get("skipped", []):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        reasons[reason] = reasons.get(reason, 0) + 1
    for reason, count in reasons.items():
        terminalreporter.write_line(f"{count} skipped: {reason.removeprefix('Skipped: ')}")
