"""`make bench`: run every measurement on SQLite and PostgreSQL, print its lines, write docs/benchmarks.md.

Names of modules as arguments measure those alone; the figures of the others stay as they are.
"""

from __future__ import annotations

import json
import os
import platform
import secrets
import subprocess
import sys
import tempfile
import timeit
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

from benchmarks.report import note
from tests.conftest import HOW, _service

ROOT = Path(__file__).parents[1]
MODULES = ("charts", "processes", "engine", "stores", "merges", "impact", "pages", "checks")


def measure(module: str, label: str, url: str, home: str) -> list[dict]:
    """Run one module in a process of its own and return its figures."""
    note(f"{module} on {label} …")
    environment = {**os.environ, "HUB_HOME": home} | ({"DATABASE_URL": url} if url else {})
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    done = subprocess.run(
        [sys.executable, "-m", f"benchmarks.{module}"],
        env=environment,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    figures = [json.loads(text) for text in done.stdout.splitlines() if text.startswith("{")]
    if done.returncode:
        note(f"{module} on {label} ended with exit code {done.returncode}; its figures are incomplete.")
    for figure in figures:
        figure |= {"module": module, "database": label}
        print(json.dumps(figure), flush=True)
    return figures


def own_database(server: str) -> str:
    """Make a database of our own on the server and return its URL."""
    import psycopg

    name = f"hub_bench_{secrets.token_hex(4)}"
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(f'CREATE DATABASE "{name}"')
    return urlsplit(server)._replace(path=f"/{name}").geturl()


def drop_database(server: str, url: str) -> None:
    import psycopg

    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(f'DROP DATABASE "{urlsplit(url).path[1:]}" WITH (FORCE)')


def yardstick() -> float:
    """Return the milliseconds of a million additions: how fast the machine is just then."""
    return min(timeit.repeat("sum(range(1_000_000))", number=1, repeat=5)) * 1000


def row(figure: dict) -> str:
    """Return a line of the table."""
    f = figure
    met = "" if "met" not in f else "yes" if f["met"] else "**no**"
    return f"| {f['module']} | {f['what']} | {f['database']} | {f['value']:g} {f['unit']} | {f.get('goal', '')} | {met} |"


def lines_of(text: str, module: str, cells: int) -> list[str]:
    """Return the lines of a module in a table of that many columns, as they stand in docs/benchmarks.md."""
    return [one for one in text.splitlines() if one.startswith(f"| {module} |") and one.count(" |") == cells]


def written(before: str, figures: list[dict], measured: dict[str, str]) -> str:
    """Return docs/benchmarks.md: the new figures, and of modules that were not measured now those of `before`."""
    when, rows = [], []
    for module in MODULES:
        own = [row(figure) for figure in figures if figure["module"] == module]
        rows += own or lines_of(before, module, 6)
        when += [measured[module]] if module in measured else lines_of(before, module, 3)
    machine = f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, Python {platform.python_version()}"
    return "\n".join(
        [
            "# Benchmarks",
            "",
            f"Written by `make bench` ({machine}); `python -m benchmarks pages` measures one module and leaves the",
            "others. One machine, shared while measuring: read ±30 %, and times by how fast it was just then; ratios are",
            "of one run.",
            "",
            "| module | measured on | a million additions in Python |",
            "|---|---|---:|",
            *when,
            "",
            "| module | what | database | measured | goal (at most) | met |",
            "|---|---|---|---:|---:|---|",
            *rows,
            "",
        ]
    )


def main() -> None:
    server = _service("TEST_DATABASE_URL", "postgresql://postgres@127.0.0.1:5432/test")
    figures: list[dict] = []
    measured: dict[str, str] = {}
    wanted = sys.argv[1:] or MODULES
    for module in wanted:
        measured[module] = f"| {module} | {date.today()} | {yardstick():.1f} ms |"
        with tempfile.TemporaryDirectory(prefix="hub-bench-") as home:
            figures += measure(module, "SQLite", "", home)
        if not server or module == "charts":  # which needs no database
            continue
        url = own_database(server)
        try:
            with tempfile.TemporaryDirectory(prefix="hub-bench-") as home:
                figures += measure(module, "PostgreSQL", url, home)
        finally:
            drop_database(server, url)
    if not server:
        note("Skipped: PostgreSQL. " + HOW.format(name="TEST_DATABASE_URL"))
    document = ROOT / "docs" / "benchmarks.md"
    document.write_text(written(document.read_text(), figures, measured))


if __name__ == "__main__":
    main()
