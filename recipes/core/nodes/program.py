"""The fork server as a program: loads everything, warms it up, and serves. `launch.start` starts it."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import sys
import tempfile
from pathlib import Path

from recipes.core.nodes import confined, processes, rehearsal, users
from recipes.core.nodes.forkserver import ForkServer


def main(descriptor: str, service: str, parent: str, scratch_folder: str, node_user: str) -> None:
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
        ours = users.read(node_user)
        if service == "many":
            rehearsal.load()
        if ours:
            confined.make_ready(ours, scratch)
        if service == "many":
            ForkServer(endpoint, scratch, ours).serve()
        else:
            server = ForkServer(None, scratch, ours)
            server.adopt(endpoint)
            server.serve()
    except users.UserError as error:
        sys.exit(f"fork server: {error}")
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _empty_folder(path: str) -> Path:
    if not path:
        return Path(tempfile.mkdtemp(prefix="hub-nodes-"))
    shutil.rmtree(path, ignore_errors=True)
    Path(path).mkdir(mode=0o700)
    return Path(path)
