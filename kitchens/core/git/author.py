"""Who a commit is by."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pygit2


@dataclass(frozen=True)
class Author:
    """Who a commit is by; characters that git cannot keep are dropped."""

    name: str
    email: str = ""

    def signature(self, at: datetime) -> Any:
        name = "".join(c for c in self.name if c.isprintable() and c not in "<>").strip(" .,:;\"'")
        email = "".join(c for c in self.email if c.isprintable() and c not in "<> ")
        offset = at.utcoffset()
        minutes = int(offset.total_seconds() // 60) if offset else 0
        return pygit2.Signature(name or "unknown", email or "nobody@hub", int(at.timestamp()), minutes)
