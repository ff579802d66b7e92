"""A copy of a running hub at one point in time, and a hub made of it again."""

from hub.backup.checking import check
from hub.backup.making import make
from hub.backup.restoring import restore

__all__ = ["check", "make", "restore"]
