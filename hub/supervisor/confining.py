"""Before nodes run as users of their own: shut the hub's folder to them, and let them reach their own places."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from hub.supervisor.refusals import RefusalError
from recipes.core.nodes import users

OPEN = frozenset(
    {"drop"}
)  # files for sources: nodes read them, so whoever puts them there lets all read them


def confine(home: Path, runtime: Path) -> None:
    """Do so where HUB_NODE_USER is set; RefusalError where nodes cannot get such users on this machine."""
    try:
        if not users.configured():
            return
    except users.UserError as error:
        raise RefusalError(str(error)) from error
    os.umask(0o077)  # what the hub makes from now on is its own
    runtime.chmod(0o711)
    home.chmod(0o711)  # to pass through to the drop folder; nothing else in it lets anybody in
    for entry in home.iterdir():
        if entry.name not in OPEN and not entry.is_symlink():
            _shut(entry)


def _shut(entry: Path) -> None:
    mode = stat.S_IMODE(entry.stat().st_mode)
    if mode & 0o077:
        entry.chmod(mode & 0o700)
