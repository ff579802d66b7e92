"""The plan of a kitchen: every object that will be made, how long each step should take, and what the rules say."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Literal

from kitchens.core import words
from kitchens.core.provision.choices import Choices

RESOLVED = ("days", "ends_on", "parent_revision")  # said by the plan itself, whatever way they were chosen
VALID_FOR = timedelta(minutes=15)


@dataclass(frozen=True)
class PlannedStep:
    """One step: its kind (a key of the table of steps), what it makes in words, and how long that usually takes."""

    kind: str
    title: str
    details: Mapping[str, Any] = field(default_factory=dict)
    expected_seconds: float = 0.0
    basis: str = ""  # where the expectation comes from, in words

    @property
    def takes(self) -> str:
        return about(self.expected_seconds) if self.expected_seconds >= 1 else "under 1 s"


@dataclass(frozen=True)
class Copy:
    """A dataset that is not by reference: what is copied, and how much of it there is."""

    dataset: str
    choice: str
    rows: int
    bytes: int
    masks: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Verdict:
    """What a rule says of the plan; `rule` is its text, `said` what it means here."""

    level: Literal["pass", "warn", "deny"]
    rule: str
    said: str


@dataclass(frozen=True)
class Plan:
    """What is made of some choices at a moment. The digest stands for all of it that was agreed to."""

    choices: Choices
    parent_revision: int  # number of the revision that is pinned
    parent_head: int
    commit: str
    ends_on: str  # ISO date, "" for none
    steps: tuple[PlannedStep, ...]
    verdicts: tuple[Verdict, ...]
    by_reference: int
    copies: tuple[Copy, ...] = ()
    left: tuple[str, ...] = ()  # datasets that are read as the chosen run left them

    @property
    def expected_seconds(self) -> float:
        return sum(step.expected_seconds for step in self.steps)

    @property
    def ends(self) -> str:
        """The end date in words, "" where there is none."""
        day = date.fromisoformat(self.ends_on) if self.ends_on else None
        return f"{day.day} {day:%B}" if day else ""

    @property
    def bytes(self) -> int:
        return sum(copy.bytes for copy in self.copies)

    @property
    def denied(self) -> tuple[Verdict, ...]:
        return tuple(verdict for verdict in self.verdicts if verdict.level == "deny")

    @property
    def warned(self) -> tuple[Verdict, ...]:
        return tuple(verdict for verdict in self.verdicts if verdict.level == "warn")

    def digest(self) -> str:
        """Return the SHA-256 of what was chosen and of the parent's revision it is made from."""
        chosen = {k: v for k, v in self.choices.public().items() if k not in RESOLVED}
        agreed = {
            "choices": chosen,
            "parent_revision": self.parent_revision,
            "ends_on": self.ends_on,
        }
        text = json.dumps(agreed, sort_keys=True, separators=(",", ":"), default=str)
        return hashlib.sha256(text.encode()).hexdigest()

    def token(self, now: datetime) -> str:
        """Return what creating is asked with: until when the plan holds, the pinned revision, and the digest."""
        return f"{int((now + VALID_FOR).timestamp())}.{self.parent_revision}.{self.digest()}"

    def as_dict(self) -> dict[str, Any]:
        """Return the plan as JSON keeps it; secrets by name only."""
        return asdict(self) | {"choices": self.choices.public()}

    def summary(self) -> str:
        """Say what will be made: "1 branch, 214 datasets by reference (0 bytes), ready in about 1 s"."""
        parts = ["1 branch", f"{words.count(self.by_reference, 'dataset')} by reference (0 bytes)"]
        if self.left:
            parts.append(f"{words.count(len(self.left), 'dataset')} as run {self.choices.run} left them")
        for choice, name in (("masked", "masked copy"), ("sample", "sample"), ("empty", "empty dataset")):
            some = [copy for copy in self.copies if copy.choice == choice]
            if some:
                many = "masked copies" if choice == "masked" else ""
                size = f" ({words.size(sum(copy.bytes for copy in some))})" if choice != "empty" else ""
                parts.append(f"{words.count(len(some), name, many)}{size}")
        return f"{', '.join(parts)}, ready in about {about(self.expected_seconds)}"


def about(seconds: float) -> str:
    """Say a time that is only expected; nothing is promised below a second."""
    whole = max(round(seconds), 1)
    return f"{whole} s" if whole < 60 else words.duration(whole)


@dataclass(frozen=True)
class Agreed:
    """What a plan's token says: until when it holds, for which revision, and the digest."""

    until: int
    parent_revision: int
    digest: str

    @classmethod
    def read(cls, token: str) -> Agreed | None:
        """Return the parts of a token; None where it is none."""
        until, _, rest = token.partition(".")
        number, _, digest = rest.partition(".")
        if not (until.isdecimal() and number.isdecimal() and len(digest) == 64 and len(token) < 120):
            return None
        return cls(int(until), int(number), digest)
