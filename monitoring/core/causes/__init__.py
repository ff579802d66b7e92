"""Why something is red: what changed between the last green and the first red run, and the likely causes, ranked.

Plain Python over plain facts: `facts` says what is known, each rule of `rules` gives at most a few causes with evidence
and a counter-check, `rank` puts them in order. Nothing is invented: without evidence the cause is unknown.
"""

from monitoring.core.causes.facts import (
    Case,
    Changes,
    CodeChange,
    DataChange,
    Person,
    Slice,
    TestChange,
    Upstream,
    ValueChange,
)
from monitoring.core.causes.rank import Cause, rank

__all__ = [
    "Case",
    "Cause",
    "Changes",
    "CodeChange",
    "DataChange",
    "Person",
    "Slice",
    "TestChange",
    "Upstream",
    "ValueChange",
    "rank",
]
