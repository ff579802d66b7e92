"""Children of the supervisor: forked from it, so that all share one loaded Django, each leader of its own session."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import sys
import time
from collections.abc import Callable

from django.db import connections

from recipes.core.nodes import processes

logger = logging.getLogger(__name__)
_parent = 0


def fork(name: str, work: Callable[[], None]) -> int:
    """Run `work` in a forked child called `name` and return its process number. The child ends with the supervisor.

    Database connections are closed first: a child must not talk on the socket of its parent.
    """
    connections.close_all()
    sys.stdout.flush()
    sys.stderr.flush()
    parent = os.getpid()
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        processes.die_with(parent)
        processes.call_itself(name)
        os.setsid()
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD):
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_SETMASK, set())
        work()
        code = 0
    except BaseException:  # the border of the process; said in the log of the hub
        logger.exception("A process of the hub failed")
    finally:
        logging.shutdown()
        os._exit(code)


def bind_descendants() -> None:
    """Have every process that this one forks, and those they fork, end with the one that forked it."""

    def remember() -> None:
        global _parent
        _parent = os.getpid()

    os.register_at_fork(before=remember, after_in_child=lambda: processes.die_with(_parent))


def end_group(leader: int, seconds: float = 5.0) -> None:
    """Kill a child's whole process group and wait until none of it is left. Safe to repeat."""
    processes.kill_group(leader)
    with contextlib.suppress(ChildProcessError):
        os.waitpid(leader, 0)
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        # The members below the leader are ours now that it is dead: reap them, or the group stays.
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-leader, os.WNOHANG)[0]:
                pass
        try:
            os.killpg(leader, signal.SIGKILL)
        except ProcessLookupError:
            return
        time.sleep(0.01)
    logger.warning("Processes of the group %s could not be killed.", leader)


def ended(pid: int) -> bool:
    """Say whether a child has ended, and reap it if so."""
    try:
        return os.waitpid(pid, os.WNOHANG)[0] != 0
    except ChildProcessError:
        return True
