"""The mesh repository: one bare git repository, in which a kitchen is a branch. Refs move by compare-and-swap only."""

from kitchens.core.git.author import Author
from kitchens.core.git.history import Change, Hunk, LogEntry
from kitchens.core.git.paths import check_branch, check_path
from kitchens.core.git.repository import FILE_LIMIT, Entry, MeshRepository

__all__ = [
    "FILE_LIMIT",
    "Author",
    "Change",
    "Entry",
    "Hunk",
    "LogEntry",
    "MeshRepository",
    "check_branch",
    "check_path",
]
