"""Short processes for tests, each with an environment of its own: forked from one that has loaded all but the settings.

A process that loads the hub by itself takes a second to start; such a one a fifth of that.
"""

from __future__ import annotations

import atexit
import json
import os
import select
import signal
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, NoReturn

ROOT = Path(__file__).parents[1]
LOADED = (
    *("django.contrib.auth.hashers", "django.contrib.messages", "django.contrib.sessions", "django.core.management"),
    *("django.db.backends.postgresql.base", "django.db.backends.sqlite3.base", "django.db.models"),
    *("django.core.management.commands.migrate", "django.db.migrations.executor", "django.forms", "django.urls"),
    *("apprise", "pydantic", "kitchens.core.git", "kitchens.core.stores", "recipes.core.checks"),
    *("recipes.core.nodes.client", "recipes.core.proposals", "monitoring.core.events.reading"),
)  # fmt: skip


def run_forked(
    program: str, *arguments: str, environment: Mapping[str, str], seconds: float = 90
) -> subprocess.CompletedProcess[str]:
    """Run a program in a process of its own, and return how it ended and what it wrote; TimeoutExpired where it hangs."""
    server = _server(os.getpid())
    with tempfile.TemporaryDirectory() as folder:
        out, err = Path(folder) / "out", Path(folder) / "err"
        asked = {"program": program, "arguments": arguments, "environment": {**os.environ, **environment}}
        assert server.stdin is not None and server.stdout is not None  # noqa: PT018
        server.stdin.write(json.dumps(asked | {"out": str(out), "err": str(err)}) + "\n")
        server.stdin.flush()
        if not select.select([server.stdout], [], [], seconds)[0]:
            _end(server)
            _server.cache_clear()
            raise subprocess.TimeoutExpired(program, seconds, err.read_text())
        status = int(server.stdout.readline())
        return subprocess.CompletedProcess(program, status, out.read_text(), err.read_text())


@cache
def _server(process: int) -> subprocess.Popen[str]:
    server = subprocess.Popen(
        [sys.executable, "-m", "tests.forks"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    atexit.register(_end, server)
    return server


def _end(server: subprocess.Popen[str]) -> None:
    if server.poll() is None:
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()
    for pipe in (server.stdin, server.stdout):
        if pipe is not None:
            pipe.close()


def serve() -> None:
    """Fork a process for every line asked for, one after the other, and answer how it ended."""
    for name in LOADED:
        __import__(name)
    from django.conf import settings

    assert not settings.configured, "A process has to read its settings by itself."
    for line in sys.stdin:
        asked = json.loads(line)
        process = os.fork()
        if process == 0:
            _run(asked)
        print(os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]), flush=True)


def _run(asked: Mapping[str, Any]) -> NoReturn:
    code = 1
    try:
        for place, path in ((1, asked["out"]), (2, asked["err"])):
            os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT), place)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.environ.clear()
        os.environ.update(asked["environment"])
        sys.argv = ["program", *asked["arguments"]]
        exec(compile(asked["program"], "<program>", "exec"), {"__name__": "__main__"})  # noqa: S102
        code = 0
    except SystemExit as ended:
        code = int(ended.code or 0)
    except BaseException:  # noqa: BLE001 - told like any program that fails
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    serve()
