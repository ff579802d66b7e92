"""Start a fork server as a program of its own: clean environment, own session, dead when its starter is."""

from __future__ import annotations

import gc
import importlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

from recipes.core.nodes import limits, outcomes, processes
from recipes.core.nodes.base import Job, Outcome
from recipes.core.nodes.forkserver import ForkServer
from recipes.core.nodes.masking import Masker
from recipes.core.spec.model import NodeSpec

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
ROOT = Path(__file__).resolve().parents[3]
PROGRAM = "import sys; sys.path.insert(0, sys.argv[1]); from recipes.core.nodes.launch import main; main(*sys.argv[2:])"


def start(endpoint: socket.socket, *, serves_many: bool, scratch: str = "") -> subprocess.Popen[bytes]:
    """Start a fork server on a listening socket, or (not `serves_many`) on one connection, after which it ends.

    A child of this process. Its environment holds nothing of ours, so neither does that of a node process.
    Nodes get their private folders in `scratch`, made and emptied first, or else in a new temporary folder.
    """
    arguments = [str(endpoint.fileno()), "many" if serves_many else "one", str(os.getpid()), scratch]
    surroundings = limits.environment(os.environ, "/")
    del surroundings["TMPDIR"]
    if further := os.environ.get("HUB_NODE_ENV"):
        surroundings["HUB_NODE_ENV"] = further
    if place := os.environ.get("TMPDIR"):
        surroundings["TMPDIR"] = place
    return subprocess.Popen(
        [sys.executable, "-I", "-c", PROGRAM, str(ROOT), *arguments],
        env=surroundings,
        stdin=subprocess.DEVNULL,
        pass_fds=[endpoint.fileno()],
        start_new_session=True,
        cwd="/",
    )


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
    """Load everything, and use once what prepares itself at first use: 6 ms of every node otherwise."""
    for name in PRELOADED:
        importlib.import_module(name)
    sample = Job(attempt="0-0-0", idempotency_key="0", node=NodeSpec(name="n", kind="synchronise"), as_of="")
    Job.model_validate_json(sample.model_dump_json())
    outcomes.packed(Outcome(ok=True), Masker())
    gc.collect()
    gc.freeze()  # forked processes then leave these pages shared
