"""What runs in a node process, from the fork over its wait for a job to its end."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import sys
import tempfile
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn, TextIO

from recipes.core.nodes import confined, limits, processes
from recipes.core.nodes.base import Job
from recipes.core.nodes.execute import execute
from recipes.core.nodes.kinds import KINDS
from recipes.core.nodes.log import LogFile
from recipes.core.nodes.masking import Masker, secrets_of
from recipes.core.nodes.outcomes import packed
from recipes.core.nodes.pump import Pump
from recipes.core.nodes.spares import job_of
from recipes.core.nodes.users import Seat
from recipes.core.nodes.wire import framed
from recipes.core.nodes.work import Work

NAME, SPARE_NAME = "hub-node", "hub-spare"


@dataclass(frozen=True)
class Place:
    """Where a node process lives: its fork server, the folder of all private folders, and the user it becomes."""

    parent: int
    scratch: Path
    seat: Seat | None = None  # None: it stays what the hub is


@dataclass(frozen=True)
class Pipes:
    """The ends that belong to the child: where it says that its result is there, and (read, write) of what it prints."""

    result: int
    out: tuple[int, int]
    error: tuple[int, int]


def live(place: Place, line: socket.socket, pipes: Pipes, rehearse: Callable[[], None] | None) -> NoReturn:
    """Make ready in this freshly forked process, wait for a job, do it, write its outcome, and exit."""
    code = 1
    try:
        _settle_in(place.parent)
        if place.seat:
            processes.gain_nothing()  # before there is a second thread
        _redirect(pipes.out[1], pipes.error[1])
        pump = Pump(pipes.out[0], pipes.error[0])
        pump.start()
        _draw_own_random_numbers()
        if rehearse:
            rehearse()
        if (given := job_of(line)) is not None:
            processes.call_itself(NAME)
            message, result = given
            _do(Job.model_validate_json(message), result, pump, place)
            os.write(pipes.result, b"r")
        code = 0
    except BaseException:  # noqa: BLE001 - the border of the process: said on standard error, which ends in the log
        traceback.print_exc()
        sys.stderr.flush()
    finally:
        os._exit(
            code
        )  # nothing of the fork server's may run in this process: no finalisers, no exit handlers


def _settle_in(parent: int) -> None:
    """Become the leader of an own group that dies with the fork server and keeps its orphans."""
    processes.die_with(parent)
    os.setsid()
    processes.call_itself(SPARE_NAME)
    processes.adopt_orphans()
    signal.set_wakeup_fd(-1)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGCHLD):
        signal.signal(number, signal.SIG_DFL)
    os.umask(0o077)
    limits.prefer_for_killing()


def _draw_own_random_numbers() -> None:
    """Give `duckdb.sql` of a Python node a session of its own: the one from before the fork draws what all others draw."""
    if duckdb := sys.modules.get("duckdb"):
        duckdb.set_default_connection(duckdb.default_connection().cursor())


def folder_of(scratch: Path, pid: int) -> Path:
    """Return the private folder of a node process; the fork server removes it where the process could not."""
    return scratch / f"node-{pid}"


def _do(job: Job, result: int, pump: Pump, place: Place) -> None:
    mask = Masker(secrets_of(job.secrets, job.connections))
    log = LogFile(job.log or os.devnull)
    pump.begin(log, mask)
    folder = folder_of(place.scratch, os.getpid())
    folder.mkdir(mode=0o700)
    if place.seat:
        job = confined.enter(job, folder, place.seat)
        processes.die_with(place.parent)  # the kernel forgets it when a process becomes another user
    try:
        _surround(job, folder)
        limits.apply(job.limits, uses_data=bool(job.store))
        outcome = execute(Work(job=job, folder=folder, log_file=log, mask=mask, pump=pump))
        pump.stop()
        log.close()
        processes.end_orphans(())  # what it started ends before its outcome is known
        _send(result, framed(packed(outcome.model_copy(update=limits.used()), mask)))
    finally:
        os.chdir("/")
        shutil.rmtree(folder, ignore_errors=True)


def _redirect(out: int, error: int) -> None:
    """Read nothing, and let all that is printed, by whomever, go through the pump."""
    nothing = os.open(os.devnull, os.O_RDONLY)
    for source, target in ((nothing, 0), (out, 1), (error, 2)):
        os.dup2(source, target, inheritable=True)
        os.close(source)
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 - the process's own, open to its end
    sys.stdout = _printer(1)
    sys.stderr = _printer(2)


def _printer(descriptor: int) -> TextIO:
    return open(descriptor, "w", buffering=1, encoding="utf-8", errors="backslashreplace", closefd=False)


def _surround(job: Job, folder: Path) -> None:
    """Write the files that the node's code may want into the folder, go there, leave few variables in the environment."""
    has_programs = any(
        "file" in test.params for test in job.tests
    )  # of SQL files only the text is left by now
    wanted = job.files if KINDS[job.node.kind].in_folder or has_programs else {}
    for name, text in wanted.items():
        file = (folder / name).resolve()
        if not file.is_relative_to(folder.resolve()):
            raise ValueError(f"The file name {name!r} leads out of the recipe's folder.")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    os.chdir(folder)
    tempfile.tempdir = str(folder)
    surroundings = limits.environment(os.environ, str(folder))
    os.environ.clear()
    os.environ.update(surroundings)


def _send(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]
