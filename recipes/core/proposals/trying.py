"""Look at stored versions, propose tests, and try them on every version: what a process of its own does."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from kitchens.core.stores.base import DataStore, StoreError, Version
from recipes.core.checks import CHECKS, CheckContext, evaluate
from recipes.core.checks.tree import column, select, sql_of, table
from recipes.core.proposals.rules import MOST_CATEGORIES, few_valued, proposals
from recipes.core.proposals.seen import Past, Proposal, Seen
from recipes.core.spec.model import TestSpec

MOST_PROPOSALS = 150
FIRED = ("fail", "error")
SEVERITY = "severity"


@dataclass(frozen=True)
class Stored:
    """A version and when it was written."""

    at: datetime
    version: Version


@dataclass(frozen=True)
class Question:
    """What is to be looked at: versions oldest first; (check, column) of tests there are; columns nobody may see."""

    dataset: str
    stored: Sequence[Stored]
    taken: frozenset[tuple[str, str]] = frozenset()
    personal: frozenset[str] = frozenset()
    until: float = field(default_factory=lambda: time.monotonic() + 3600.0)  # of the clock of the process

    @property
    def late(self) -> bool:
        return time.monotonic() > self.until


@dataclass(frozen=True)
class Answer:
    """Proposals that were tried on the newest versions first; `looked` versions hold something new, `tried` were tried."""

    proposals: tuple[Proposal, ...]
    looked: int
    first: datetime | None = None
    last: datetime | None = None


def answer(store: DataStore, question: Question) -> Answer:
    """Return what the versions propose. Reads parts that nobody has profiled yet, and every version once for each scan."""
    past = _past(store, question)
    if not past.versions:
        return Answer((), 0)
    newest = question.stored[-1].version
    past = replace(past, values=_values(store, newest, few_valued(past)))
    found = [one for one in proposals(past) if (one.check, one.column) not in question.taken]
    tried = _try(store, question, found[:MOST_PROPOSALS])
    kept = tuple(one for one in tried if not (one.check == "unique" and past.versions[-1].at in one.fired))
    return Answer(kept, len(past.versions), past.versions[0].at, past.versions[-1].at)


def _past(store: DataStore, question: Question) -> Past:
    seen: list[Seen] = []
    known: set[str] = set()
    for one in question.stored:
        new = [part for part in one.version.parts if part.name not in known]
        known |= {part.name for part in new}
        if new and not question.late:
            profile = store.profile(one.version)
            seen.append(Seen(one.at, one.version.columns, profile))
    return Past(question.dataset, tuple(seen), question.personal)


def _values(store: DataStore, version: Version, names: Sequence[str]) -> dict[str, list[str]]:
    """Return the values of columns with few of them, sorted."""
    found = {}
    with store.session({version.dataset: version}, "propose-values") as session:
        for name in names:
            statement = (
                select([column(name)], table(version.dataset), None).distinct().limit(MOST_CATEGORIES + 2)
            )
            values = [row[0] for row in session.query(sql_of(statement)).rows if row[0] is not None]
            found[name] = sorted(map(str, values))
    return found


def _try(store: DataStore, question: Question, found: Sequence[Proposal]) -> list[Proposal]:
    """Return the proposals with what they would have said of each stored version, the newest first, while there is time."""
    tests = {
        place: _spec(question.dataset, one)
        for place, one in enumerate(found)
        if not CHECKS[one.check].history
    }
    fired: dict[int, list[datetime]] = {place: [] for place in tests}
    tried = 0
    for number, one in enumerate(reversed(question.stored)):
        if question.late or not tests:
            break
        context = CheckContext(as_of=one.at, datasets=(question.dataset,), evidence_rows=1)
        with (
            suppress(StoreError),
            store.session({question.dataset: one.version}, f"propose-{number}") as session,
        ):
            results = evaluate(tuple(tests.values()), session, context)
            tried += 1
            for place, result in zip(tests, results, strict=True):
                if result.verdict in FIRED:
                    fired[place].append(one.at)
    return [
        replace(one, fired=tuple(sorted(fired[place])), tried=tried) if place in tests else one
        for place, one in enumerate(found)
    ]


def _spec(dataset: str, proposal: Proposal) -> TestSpec:
    params: Mapping[str, Any] = {k: v for k, v in proposal.params.items() if k not in ("check", SEVERITY)}
    return TestSpec(
        name=proposal.name, node="propose", check=proposal.check, dataset=dataset, params=dict(params)
    )
