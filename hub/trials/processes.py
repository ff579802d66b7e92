"""Find the processes of a running hub by what they do, and kill one. Reads /proc: Linux only."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

PARENT, SUPERVISOR, FORK_SERVER, NODE = "parent", "supervisor", "fork server", "node process"
WORKER, PUSHER, GUARD = "queue worker", "pusher or monitor", "guard of the queue"
NODE_NAME = "hub-node"
KINDS = (WORKER, PUSHER, NODE, FORK_SERVER, GUARD, SUPERVISOR, PARENT)


@dataclass(frozen=True)
class Process:
    """One process of the hub."""

    pid: int
    kind: str


def find(parent: int, workers: set[int]) -> list[Process]:
    """Return the processes of the hub whose minimal parent is `parent`; `workers` are the pids in the register."""
    children = _children()
    found = [Process(parent, PARENT)]
    for supervisor in children.get(parent, []):
        found.append(Process(supervisor, SUPERVISOR))
        for child in children.get(supervisor, []):
            found += _below(child, children, workers)
    return found


def kill(process: Process) -> bool:
    """Kill a process as a crash would; False where it has ended by itself."""
    try:
        os.kill(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True


def _below(child: int, children: Mapping[int, list[int]], workers: set[int]) -> Iterator[Process]:
    """Yield a child of the supervisor with its own: the fork server and its nodes, or the queue's cluster."""
    if _name(child) == "hub-forks":
        yield Process(child, FORK_SERVER)
        for process in children.get(child, []):
            if _name(process) == NODE_NAME:  # not one that waits for a job
                yield Process(process, NODE)
        return
    yield Process(child, GUARD)
    for sentinel in children.get(child, []):
        yield Process(sentinel, GUARD)
        for pid in children.get(sentinel, []):
            yield Process(pid, WORKER if pid in workers else PUSHER)


def _children() -> dict[int, list[int]]:
    """Return parent -> children of all living processes."""
    found: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            state, parent = (entry / "stat").read_text().rpartition(")")[2].split()[:2]
        except (FileNotFoundError, ProcessLookupError):
            continue
        if state != "Z":
            found.setdefault(int(parent), []).append(int(entry.name))
    return found


def _name(pid: int) -> str:
    """Return the name that the process gave itself."""
    try:
        return (Path("/proc") / str(pid) / "comm").read_text().strip()
    except (FileNotFoundError, ProcessLookupError):
        return ""
