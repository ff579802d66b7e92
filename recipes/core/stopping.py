"""How the supervisor tells the queue workers of its machine to stop: a word in a file that it makes.

A queue worker gets no signal of its own when its cluster is stopped, and waits for what it is doing.
With any word there it takes no further node; with `hand back` it also gives the node at hand back.
"""

from __future__ import annotations

import os
from pathlib import Path

FLAG = "HUB_STOP_FLAG"  # the supervisor's environment variable: path of the file
DRAIN, HAND_BACK = "drain", "hand back"


def stop_asked() -> bool:
    """Say whether the workers of this machine were asked to take no further node. A look at one file, no more."""
    return _word() != ""


def hand_back_asked() -> bool:
    """Say whether the time to end the nodes at hand is over too."""
    return _word() == HAND_BACK


def say(path: Path, word: str) -> None:
    """Write the word, whole at once: a reader never sees half of it."""
    draft = path.with_suffix(".draft")
    draft.write_text(word)
    draft.replace(path)


def _word() -> str:
    path = os.environ.get(FLAG)
    if not path:
        return ""
    try:
        return Path(path).read_text() or DRAIN
    except FileNotFoundError:
        return ""
