"""The fork server as a program: loads everything, warms it up, and serves. `launch.start` starts it."""

from __future__ import annotations

import gc
import importlib
import os
import shutil
import signal
import socket
import tempfile
from pathlib import Path

from kitchens.core.stores import guard
from recipes.core.nodes import outcomes, processes
from recipes.core.nodes.base import Job, Outcome
from recipes.core.nodes.forkserver import ForkServer
from recipes.core.nodes.masking import Masker
from recipes.core.spec.model import NodeSpec
from recipes.core.sql import bind, reads

# Loaded once here, so that a node process finds it all in its memory.
PRELOADED = (
    "duckdb",
    "sqlglot",
    "sqlglot.dialects.duckdb",
    "sqlglot.dialects.postgres",
    "psycopg",
    "jinja2.sandbox",
    "json",
    "csv",
    "datetime",
    "decimal",
    "kitchens.core.stores.embedded",
    "kitchens.core.stores.postgresql",
    "recipes.core.nodes.python",
    "recipes.core.nodes.shell",
    "recipes.core.nodes.sql",
    "recipes.core.nodes.synchronise",
)
SAMPLE = "SELECT a, count(*) AS n FROM b.c WHERE d = {{ day }} GROUP BY a"


def main(descriptor: str, service: str, parent: str, scratch_folder: str) -> None:
    """Be a fork server (the program that `start` starts)."""
    signal.pthread_sigmask(signal.SIG_SETMASK, set())  # the supervisor blocks some, and that is inherited
    processes.die_with(int(parent))
    processes.adopt_orphans()
    processes.call_itself("hub-forks")
    os.umask(0o077)
    endpoint = socket.socket(fileno=int(descriptor))
    os.set_inheritable(endpoint.fileno(), False)
    scratch = _empty_folder(scratch_folder)
    try:
        if service == "many":
            _warm_up()
            ForkServer(endpoint, scratch).serve()
        else:
            server = ForkServer(None, scratch)
            server.adopt(endpoint)
            server.serve()
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _empty_folder(path: str) -> Path:
    if not path:
        return Path(tempfile.mkdtemp(prefix="hub-nodes-"))
    shutil.rmtree(path, ignore_errors=True)
    Path(path).mkdir(mode=0o700)
    return Path(path)


def _warm_up() -> None:
    """Load everything, and use once what prepares itself at first use: 6 to 30 ms of every node otherwise."""
    for name in PRELOADED:
        importlib.import_module(name)
    sample = Job(attempt="0-0-0", idempotency_key="0", node=NodeSpec(name="n", kind="synchronise"), as_of="")
    Job.model_validate_json(sample.model_dump_json())
    outcomes.packed(Outcome(ok=True), Masker())
    for dialect in ("duckdb", "postgres"):
        reads(SAMPLE, dialect)
        bound = bind(SAMPLE, {"day": {"type": "date", "value": "2026-01-01"}}, dialect)
        guard.check(bound, dialect, {"b.c"}, {}).tree.sql(dialect=dialect)
    gc.collect()
    gc.freeze()  # forked processes then leave these pages shared
