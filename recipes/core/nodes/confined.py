"""Nodes as other operating-system users: what their processes are given, and what is taken from them afterwards.

Before its code is read, a node process has opened its log, been given its folder and, for the embedded store, a room
(`kitchens.core.stores.embedded.rooms`); then it gives up all rights. What it hands back is judged by the worker as
the word of a stranger: only parts of its manifest and parts it really wrote become data.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Collection, Iterable
from dataclasses import replace
from pathlib import Path

from kitchens.core.stores.base import Part, Staged, StoreError, Version
from kitchens.core.stores.embedded import rooms
from kitchens.core.stores.schema import check_type
from recipes.core.nodes import processes
from recipes.core.nodes.base import Job, Outcome
from recipes.core.nodes.users import SETTING, NodeUsers, Seat, Seats, UserError, configured
from recipes.core.nodes.work import mode_of


def enter(job: Job, folder: Path, seat: Seat) -> Job:
    """In the node process: become another user, and return the job with the place of the data as that user sees it."""
    os.chown(folder, seat.user, seat.group)
    if _in_room(job):
        names = {part["name"] for raw in job.manifest.values() for part in raw["parts"]}
        room = rooms.lay(Path(job.store["location"]), job.attempt, names, seat.user, seat.readers)
        job = job.model_copy(update={"store": job.store | {"location": f"{rooms.HANDED}{room}"}})
    seat.take()
    return job


def take_over(job: Job, outcome: Outcome) -> Outcome:
    """In the worker, when the processes have ended: return the outcome with its data in the store, or why not."""
    if not _in_room(job) or not outcome.staged or not configured():
        return outcome
    try:
        staged = [_judged(job, Staged.from_dict(raw)) for raw in outcome.staged]
        if len({one.dataset for one in staged}) < len(staged):
            raise StoreError("The node names a dataset twice.")
        known = _known(job, staged)
        new = {part.name for one in staged for part in (*one.version.parts, *one.added)} - known
        sizes = rooms.take_over(Path(job.store["location"]), job.attempt, sorted(new))
    except OSError as fault:
        return _refused(outcome, f"What the node wrote cannot be kept: {fault.strerror}.", retryable=True)
    except (StoreError, LookupError, TypeError, ValueError, AttributeError) as fault:
        return _refused(outcome, f"What the node handed back is not taken: {fault}", retryable=False)
    return outcome.model_copy(update={"staged": tuple(_sized(one, sizes).as_dict() for one in staged)})


def clear(job: Job) -> None:
    """In the worker: remove what is left of the job's room."""
    if _in_room(job) and os.environ.get(SETTING):
        rooms.clear(Path(job.store["location"]), job.attempt)


def make_ready(users: NodeUsers, scratch: Path) -> None:
    """In the fork server: let the users reach what they need; UserError where they cannot."""
    scratch.chmod(0o711)
    places = [place for place in sys.path if Path(place).is_dir()]
    closed = _out_of_reach(Seats(users).next(), [str(scratch), *places])
    if str(scratch) in closed:
        raise UserError(
            f"The users {users} cannot reach the folder {scratch}. Set TMPDIR to a folder that all may enter."
        )
    _lend(closed)


def _in_room(job: Job) -> bool:
    return job.store.get("kind") == "embedded"


def _refused(outcome: Outcome, reason: str, *, retryable: bool) -> Outcome:
    how = {"ok": False, "staged": (), "reads": (), "reason": reason, "retryable": retryable}
    return outcome.model_copy(update=how)


def _judged(job: Job, staged: Staged) -> Staged:
    """Return what a node says it staged, with all that is known better; StoreError where it cannot be so."""
    version, base = staged.version, _base(job, staged.dataset)
    modes = {write.dataset: mode_of(write) for write in job.node.writes}
    partition = staged.mode.columns[0] if staged.mode.kind == "replace_partition" else ""
    if (
        modes.get(staged.dataset) != staged.mode
        or version.dataset != staged.dataset
        or version.store != job.store["kind"]
        or staged.attempt != job.attempt
        or staged.base != (base.digest if base else "")
        or version.partition_column not in {partition, base.partition_column if base else ""}
        or version.snapshot_id is not None
    ):
        raise StoreError(f"it is not what {job.node.name} may write to {staged.dataset}.")
    for column in version.columns:
        check_type(column.type)
    inherited = {part.name: part for part in base.parts} if base else {}
    parts = tuple(_part(part, inherited) for part in version.parts)
    names = {part.name for part in parts}
    if len(names) < len(parts) or not {part.name for part in staged.added} <= names:
        raise StoreError(f"the parts of {staged.dataset} do not fit together.")
    return replace(staged, version=replace(version, parts=parts))


def _part(part: Part, inherited: dict[str, Part]) -> Part:
    if type(part.rows) is not int or part.rows < 0:
        raise StoreError(f"the part {part.name} has no number of rows.")
    if known := inherited.get(part.name):
        return replace(
            known, narrow=known.narrow or bool(part.narrow), partition=part.partition and known.partition
        )
    return part


def _base(job: Job, dataset: str) -> Version | None:
    raw = job.manifest.get(dataset)
    return Version.from_dict(raw) if raw else None


def _known(job: Job, staged: Iterable[Staged]) -> set[str]:
    """Return the names of the parts that these datasets had before."""
    bases = filter(None, (_base(job, one.dataset) for one in staged))
    return {part.name for base in bases for part in base.parts}


def _sized(staged: Staged, sizes: dict[str, int]) -> Staged:
    def right(parts: tuple[Part, ...]) -> tuple[Part, ...]:
        return tuple(replace(part, bytes=sizes.get(part.name, part.bytes)) for part in parts)

    version = replace(staged.version, parts=right(staged.version.parts))
    return replace(staged, version=version, added=right(staged.added))


def _out_of_reach(seat: Seat, places: list[str]) -> set[str]:
    """Return which folders a process of this seat cannot enter; tried by one."""
    ours, theirs = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            processes.gain_nothing()
            seat.take()
            closed = [place for place in places if not os.access(place, os.X_OK)]
            os.write(theirs, "\n".join(["tried", *closed]).encode())
        finally:
            os._exit(0)
    os.close(theirs)
    with os.fdopen(ours) as said:
        first, *closed = said.read().split("\n")
    os.waitpid(pid, 0)
    if first != "tried":
        raise UserError(f"Processes cannot become the user {seat.user} here: the machine refuses it.")
    return set(closed)


def _lend(closed: Collection[str]) -> None:
    """Have Python load its modules from open folders where it lies in a place that the users cannot enter."""
    opened = {
        place: f"{rooms.HANDED}{os.open(place, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)}"
        for place in sorted(closed, key=len, reverse=True)
    }

    def moved(path: str) -> str:
        for place, lent in opened.items():
            if path == place or path.startswith(f"{place}/"):
                return lent + path[len(place) :]
        return path

    sys.path[:] = map(moved, sys.path)
    for module in list(sys.modules.values()):
        if isinstance(paths := getattr(module, "__path__", None), list):
            paths[:] = map(moved, paths)
