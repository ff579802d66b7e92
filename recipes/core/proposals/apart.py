"""The process that proposes tests: the web process neither reads data nor loads what statistics need."""

from __future__ import annotations

import json
import signal
import sys
import time
from collections.abc import Sequence
from datetime import datetime

from kitchens.core.stores import open_store
from kitchens.core.stores.apart import ask
from kitchens.core.stores.base import StoreAddress, StoreError, Version
from recipes.core.proposals.seen import Proposal
from recipes.core.proposals.trying import Answer, Question, Stored, answer

SHARE = 0.75  # of the time given, after which no further version is looked at


def propose(
    address: StoreAddress,
    dataset: str,
    stored: Sequence[Stored],
    *,
    taken: frozenset[tuple[str, str]],
    personal: frozenset[str],
    seconds: float,
) -> Answer:
    """Return what the versions propose; OutOfTimeError, BusyError, or StoreError in the store's words."""
    question = {
        "dataset": dataset,
        "stored": [[one.at.isoformat(), one.version.as_dict()] for one in stored],
        "taken": sorted(taken),
        "personal": sorted(personal),
    }
    found = ask(address, question, seconds, "recipes.core.proposals.apart")
    moments = [datetime.fromisoformat(at) if at else None for at in (found["first"], found["last"])]
    return Answer(tuple(map(Proposal.from_dict, found["proposals"])), found["looked"], *moments)


def main() -> None:
    """Be the process: answer one question, or end by the clock should nobody be left to stop it."""
    question = json.load(sys.stdin)
    signal.alarm(int(question["seconds"]) + 5)
    asked = Question(
        question["dataset"],
        [Stored(datetime.fromisoformat(at), Version.from_dict(raw)) for at, raw in question["stored"]],
        frozenset((check, column) for check, column in question["taken"]),
        frozenset(question["personal"]),
        until=time.monotonic() + SHARE * question["seconds"],
    )
    try:
        found = answer(open_store(StoreAddress(**question["address"])), asked)
        told = {
            "proposals": [one.as_dict() for one in found.proposals],
            "looked": found.looked,
            "first": found.first.isoformat() if found.first else "",
            "last": found.last.isoformat() if found.last else "",
        }
    except StoreError as refusal:
        told = {"refused": str(refusal)}
    json.dump(told, sys.stdout)


if __name__ == "__main__":
    main()
