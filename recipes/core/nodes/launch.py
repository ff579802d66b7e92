"""Start a fork server as a program of its own: clean environment, own session, dead when its starter is."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

from recipes.core.nodes import limits, users

ROOT = Path(__file__).resolve().parents[3]
PROGRAM = "import sys; sys.path.insert(0, sys.argv[1]); from recipes.core.nodes.program import main; main(*sys.argv[2:])"


def start(endpoint: socket.socket, *, serves_many: bool, scratch: str = "") -> subprocess.Popen[bytes]:
    """Start a fork server on a listening socket, or (not `serves_many`) on one connection, after which it ends.

    A child of this process. Its environment holds nothing of ours, so neither does that of a node process.
    Nodes get their private folders in `scratch`, made and emptied first, or else in a new temporary folder.
    """
    arguments = [str(endpoint.fileno()), "many" if serves_many else "one", str(os.getpid()), scratch]
    arguments.append(os.environ.get(users.SETTING, ""))
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
