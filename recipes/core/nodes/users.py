"""Operating-system users of node processes: which ones there are, and how a process becomes one for good.

HUB_NODE_USER names a user (`nobody`, `64999`) or a range (`64000-64063`). With a range each process has a number of
its own, so that nodes are kept from each other too; no entry in the machine's list of users is needed.
"""

from __future__ import annotations

import os
import pwd
import re
from collections import deque
from dataclasses import dataclass
from pathlib import Path

from recipes.core.nodes import processes

SETTING = "HUB_NODE_USER"
RANGE = re.compile(r"(\d+)-(\d+)\Z")
LARGEST = 2**32 - 2  # the number behind it means "no user"
FEWEST = 8  # of a range: nodes at work, processes that wait, and those that are being ended


class UserError(Exception):
    """Nodes cannot run as the users that are set; the message is a full sentence with the way out."""


@dataclass(frozen=True)
class NodeUsers:
    """The users of node processes; `group` may read the parts that are laid out for a node, and nothing else."""

    first: int
    last: int
    group: int

    @property
    def each_its_own(self) -> bool:
        return self.last > self.first

    def __str__(self) -> str:
        return f"{self.first}-{self.last}" if self.each_its_own else str(self.first)


@dataclass(frozen=True)
class Seat:
    """What one node process becomes: a user, its own group, and the group that may read what is laid out."""

    user: int
    group: int
    readers: int

    def take(self) -> None:
        """Become this user with no way back; RuntimeError where anything of the former rights is left."""
        os.setgroups([self.readers])
        os.setresgid(self.group, self.group, self.group)
        os.setresuid(self.user, self.user, self.user)
        processes.keep_others_out()
        if os.getresuid() != (self.user,) * 3 or _rights():
            raise RuntimeError("The process could not give up its rights.")


class Seats:
    """The seats of a fork server. A user of a range is given out again only when its last process has ended."""

    def __init__(self, users: NodeUsers) -> None:
        self._users = users
        self._free = deque(range(users.first, users.last + 1))
        self._taken: dict[int, int] = {}  # process -> user

    def next(self) -> Seat:
        """Return a seat for a process; OSError where all are taken."""
        users = self._users
        if not users.each_its_own:
            return Seat(users.first, users.group, users.group)
        if not self._free:
            raise OSError(f"all users of {SETTING}={users} are taken")
        return Seat(self._free[0], self._free[0], users.group)

    def took(self, pid: int, seat: Seat) -> None:
        if self._users.each_its_own:
            self._free.remove(seat.user)
            self._taken[pid] = seat.user

    def left(self, pid: int) -> None:
        """Hear that a process and all it started have ended."""
        if (user := self._taken.pop(pid, None)) is not None:
            self._free.append(user)


def read(text: str) -> NodeUsers | None:
    """Return the users that a setting names, None for an empty one; UserError where they cannot be had."""
    text = text.strip()
    if not text:
        return None
    if found := RANGE.match(text):
        first, last = int(found[1]), int(found[2])
        users = NodeUsers(first, last, first)
        if last - first + 1 < FEWEST:
            raise UserError(f"{SETTING}={text} is too short. Give a range of {FEWEST} users or more.")
    else:
        users = _one(text)
    if not 0 < users.first <= users.last <= LARGEST:
        raise UserError(f"{SETTING}={text} is no user that nodes may run as. Give one that is not root.")
    if os.geteuid() != 0:
        raise UserError(
            f"{SETTING} is set, but the hub does not run as root and cannot give its nodes another user. "
            f"Start it as root, or leave {SETTING} empty."
        )
    return users


def configured() -> NodeUsers | None:
    """Return what the environment says; UserError where that cannot be had."""
    return read(os.environ.get(SETTING, ""))


def said() -> str:
    """Return what holds for nodes of this hub, in a sentence for people."""
    try:
        ours = configured()
    except UserError as error:
        return str(error)
    if ours is None:
        return (
            "Nodes run as the hub's own user: guarded against accidents only. Whoever may change recipes can, with "
            f"effort, read what the hub can read. Set {SETTING} to confine them."
        )
    if ours.each_its_own:
        return (
            f"Nodes run as users {ours.first} to {ours.last}, each process as one of its own: what they do is confined, "
            "also from each other."
        )
    return (
        f"Nodes run as user {ours.first}: what they do is confined. Nodes at the same time are not kept from each other; "
        f"set {SETTING} to a range for that."
    )


def _one(text: str) -> NodeUsers:
    try:
        entry = pwd.getpwuid(int(text)) if text.isdigit() else pwd.getpwnam(text)
    except (KeyError, OverflowError):
        if not text.isdigit():
            raise UserError(
                f"There is no user {text!r} on this machine. Set {SETTING} to one, or to a number."
            ) from None
        return NodeUsers(int(text), int(text), int(text))
    return NodeUsers(entry.pw_uid, entry.pw_uid, entry.pw_gid)


def _rights() -> bool:
    """Say whether this process has any capability, or may get one by starting a program."""
    status = Path("/proc/self/status").read_text()
    facts = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
    held = any(int(facts[name], 16) for name in ("CapPrm", "CapEff", "CapInh", "CapAmb"))
    return held or facts["NoNewPrivs"] != "1"
