"""How the supervisor tells the queue workers of its machine to stop: a word in a file that HUB_STOPPING names.

Nothing there: go on. `drain`: finish the node at hand and take no other. `hand back`: give the node at hand back
now, so that it counts as no attempt.
"""

from __future__ import annotations

import os
from pathlib import Path

DRAIN, HAND_BACK = "drain", "hand back"
FILE = "HUB_STOPPING"


def asked() -> str:
    """Return the word: "", `drain` or `hand back`. One look at the file system, some microseconds."""
    path = os.environ.get(FILE)
    if not path:
        return ""
    try:
        return Path(path).read_text()
    except FileNotFoundError:
        return ""


def say(path: Path, word: str) -> None:
    """Write the word, whole at once: a reader never sees half of it."""
    draft = path.with_suffix(".draft")
    draft.write_text(word)
    draft.replace(path)
