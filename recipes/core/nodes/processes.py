"""What Linux offers so that no process outlives the one that answers for it."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import sys
from collections.abc import Collection
from pathlib import Path

PR_SET_PDEATHSIG = 1
PR_SET_DUMPABLE = 4
PR_SET_NAME = 15
PR_SET_CHILD_SUBREAPER = 36
PR_SET_NO_NEW_PRIVS = 38


def _load_prctl() -> ctypes._NamedFuncPointer | None:
    """Return prctl(2), or None where there is none; loaded once, before any fork."""
    return ctypes.CDLL(None, use_errno=True).prctl if sys.platform == "linux" else None


_prctl = _load_prctl()


def die_with(parent: int) -> None:
    """Have the kernel kill this process as soon as `parent`, which started it, has died. Not inherited by children."""
    if _prctl is None:
        return
    _prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:  # it died before we asked
        os.kill(os.getpid(), signal.SIGKILL)


def call_itself(name: str) -> None:
    """Give this process a name of at most 15 characters, for `ps` and `top`."""
    if _prctl is not None:
        _prctl(PR_SET_NAME, name.encode()[:15], 0, 0, 0)


def adopt_orphans() -> None:
    """Become the parent of descendants whose own parent dies, also of those that left the process group."""
    if _prctl is not None:
        _prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def gain_nothing() -> None:
    """Have no program that this thread, or one it starts from now on, executes get more rights than it has."""
    if _prctl is not None:
        _prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)


def keep_others_out() -> None:
    """Let no process of the same user look into this one, until it executes a program."""
    if _prctl is not None:
        _prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)


def signal_one(pid: int, number: int) -> None:
    """Send a signal to one child; nothing happens where it has ended."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


def kill_group(leader: int, number: int = signal.SIGKILL) -> None:
    """Send a signal to a child's process group, or to the child alone where it has not made one yet.

    The caller has not reaped the child, so that the number cannot mean somebody else by now.
    """
    try:
        os.killpg(leader, number)
    except ProcessLookupError:
        with contextlib.suppress(ProcessLookupError):
            os.kill(leader, number)


def children() -> list[int]:
    """Return the process numbers of all children of this process, whichever thread started them, zombies included."""
    found: list[int] = []
    with contextlib.suppress(FileNotFoundError):  # not Linux, or a kernel without the list
        for task in Path("/proc/self/task").iterdir():
            with contextlib.suppress(FileNotFoundError):
                found += map(int, (task / "children").read_text().split())
    return found


def end_orphans(known: Collection[int]) -> int:
    """Kill and reap every child that is not `known`: what an ended child left behind. Return how many.

    Killing one may hand its own children to us, hence the loop.
    """
    ended = 0
    while strangers := [pid for pid in children() if pid not in known]:
        for pid in strangers:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        for pid in strangers:
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, 0)
        ended += len(strangers)
    return ended
