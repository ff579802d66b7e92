"""How far two commits are apart."""

from __future__ import annotations

from kitchens.core.git.history import LogEntry, entries_beyond
from kitchens.core.git.repository import MeshRepository
from kitchens.core.git.words import in_words


def ahead_behind(repository: MeshRepository, commit: str, other: str) -> tuple[int, int]:
    """Return how many commits each of two has that the other has not."""
    with in_words():
        one, two = repository.commit_object(commit).id, repository.commit_object(other).id
        ahead, behind = repository.handle.ahead_behind(one, two)
    return int(ahead), int(behind)


def log_beyond(repository: MeshRepository, commit: str, known: str, limit: int = 50) -> tuple[LogEntry, ...]:
    """Return the commits that lead to one and not to the other, newest first."""
    with in_words():
        one, two = repository.commit_object(commit), repository.commit_object(known)
        return tuple(entries_beyond(repository.handle, one, two, limit))
