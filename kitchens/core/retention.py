"""How long the hub keeps what is no fact: by kind, unless an admin has said otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Kind:
    """One kind of things: how many days it is kept where nothing else is set, and the fewest that may be set."""

    name: str
    title: str
    days: int
    least: int
    sentence: str


KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind(
            "staging",
            "Staging",
            14,
            3,
            "What runs have written and never published. Until then a failed run can be looked at and resumed.",
        ),
        Kind(
            "snapshots",
            "Old versions of datasets",
            90,
            7,
            "Versions that another one has replaced for so long. What a kitchen is now, reads from its parent, or can be"
            " rolled back to within these days is never removed.",
        ),
        Kind(
            "logs", "Logs of nodes", 90, 1, "What nodes have printed. That they ran, and how it ended, stays."
        ),
        Kind(
            "samples",
            "Samples of failing rows",
            90,
            1,
            "Rows kept as evidence of a failed test. Its verdict and numbers stay.",
        ),
        Kind(
            "events",
            "Raw text of events",
            30,
            1,
            "What other tools have sent, as it came. What it said of runs, tests and datasets stays.",
        ),
        Kind(
            "notices",
            "Notices",
            90,
            7,
            "What was sent to people about incidents that are resolved. The incidents and their stories stay.",
        ),
    )
}
MOST_DAYS = 3650


@dataclass(frozen=True)
class Freed:
    """What was removed of a kind, or would be; `more` where counting stopped early."""

    kind: str
    count: int
    bytes: int
    more: bool = False
