"""The minimal parent: starts the supervisor, starts it again when it dies, and passes signals on.

It holds no Django, no database and no state, so there is next to nothing in it that could fail. When it is
killed itself, the kernel kills the supervisor, and so on down: nothing of the hub goes on alone.
"""

from __future__ import annotations

import math
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from hub.common import env
from recipes.core.nodes import processes

REFUSED = 78  # the supervisor said why it cannot run here; starting it again would not help
PASSED_ON = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
ROOT = Path(__file__).resolve().parents[2]
PROGRAM = (
    "import sys; sys.path.insert(0, sys.argv[1]); from hub.supervisor.{module} import main; main(sys.argv[2])"
)
CALM_SECONDS = 30.0  # a supervisor that lived this long is started again without delay
LONGEST_DELAY = 30.0
ENDS_WITHIN = 15.0  # seconds beyond the time of grace in which a supervisor that was asked to end has to


def become(options: str) -> None:
    """Turn this process into the minimal parent; does not return."""
    command = [sys.executable, "-c", PROGRAM.format(module="parent"), str(ROOT), options]
    os.execv(sys.executable, command)  # noqa: S606 - no shell is meant


def main(options: str) -> None:
    """Run until a signal or the supervisor ends it; exit 1 where the supervisor refuses to run."""
    signal.pthread_sigmask(signal.SIG_BLOCK, {*PASSED_ON, signal.SIGCHLD})
    processes.adopt_orphans()
    processes.call_itself("hub")
    with tempfile.TemporaryDirectory(
        prefix="hub-", dir=_short_place(), ignore_cleanup_errors=True
    ) as runtime:
        code = _Parent(options, runtime, strangers=set(processes.children())).run()
    sys.exit(code)


def _short_place() -> str | None:
    """Return where sockets may lie: the path of one must stay below 100 bytes."""
    return None if len(tempfile.gettempdir()) < 60 else "/tmp"  # noqa: S108 - a private folder is made in it


class _Parent:
    def __init__(self, options: str, runtime: str, strangers: set[int]) -> None:
        self._options = options
        self._runtime = runtime
        self._strangers = strangers  # children this process had before it became the parent: none of ours
        self._ready = Path(runtime) / "ready"
        self._asked_to_end = False

    def run(self) -> int:
        """Return the exit code of the whole hub."""
        delay = 0.5
        while True:
            began = time.monotonic()
            code = self._supervise()
            self._clear_up()
            if self._asked_to_end or code == 0:
                return 0
            if code == REFUSED or not self._ready.exists():
                return 1
            how = signal.Signals(-code).name if code < 0 else f"exit code {code}"
            print(f"The supervisor ended ({how}); it is started again.", file=sys.stderr, flush=True)
            delay = (
                0.0 if time.monotonic() - began > CALM_SECONDS else min(max(delay, 0.25) * 2, LONGEST_DELAY)
            )
            if delay and self._wait_for_signal(delay):
                return 0

    def _supervise(self) -> int:
        """Run one supervisor to its end and return its exit code, negative for a signal."""
        child = subprocess.Popen(
            [sys.executable, "-c", PROGRAM.format(module="main"), str(ROOT), self._options],
            env={**os.environ, "HUB_RUNTIME": self._runtime, "HUB_PARENT": str(os.getpid())},
            start_new_session=True,  # Ctrl-C reaches the whole terminal group: only this process may hear it
        )
        last_moment = math.inf
        while child.poll() is None:
            received = signal.sigtimedwait({*PASSED_ON, signal.SIGCHLD}, 1.0)
            if received is not None and received.si_signo in PASSED_ON:
                self._asked_to_end = True
                last_moment = min(
                    last_moment, time.monotonic() + env.number("HUB_GRACE_SECONDS", 5) + ENDS_WITHIN
                )
                child.terminate()
            if time.monotonic() > last_moment:
                child.kill()  # it hangs, most likely on a database that does not answer
        return child.returncode

    def _wait_for_signal(self, seconds: float) -> bool:
        return signal.sigtimedwait(PASSED_ON, seconds) is not None

    def _clear_up(self) -> None:
        """End what a killed supervisor has left behind before there may be a new one."""
        processes.end_orphans(self._strangers)
        for name in ("nodes", "f"):
            path = Path(self._runtime) / name
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)
