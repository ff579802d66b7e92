"""What can be wrong with SQL, with its place in the text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hub.common.errors import InvalidError


@dataclass(frozen=True)
class SqlFault:
    """One fault: a stable code, a sentence, the way out, and where in the text it stands."""

    code: str
    message: str
    remedy: str = ""
    line: int = 1
    column: int = 1


class SqlError(InvalidError):
    """SQL that cannot be used; `faults` holds every one of them."""

    title = "The SQL cannot be used"

    def __init__(self, faults: Sequence[SqlFault]) -> None:
        first = faults[0]
        super().__init__(first.message, remedy=first.remedy)
        self.faults = tuple(faults)
