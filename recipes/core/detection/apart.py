"""The process that plants faults and lets tests judge them."""

from __future__ import annotations

import json
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from kitchens.core.stores import open_store
from kitchens.core.stores.apart import ask
from kitchens.core.stores.base import StoreAddress, StoreError, Version
from recipes.core.checks import CheckContext
from recipes.core.detection.trying import Power, Question, power
from recipes.core.spec.model import TestSpec

SHARE = 0.8  # of the time given, after which no further fault is planted


def power_of(
    address: StoreAddress,
    dataset: str,
    manifest: Mapping[str, Version],
    tests: Sequence[TestSpec],
    *,
    as_of: datetime,
    dialect: str,
    values: Mapping[str, Any],
    seconds: float,
) -> Power:
    """Return what the tests catch; OutOfTimeError, BusyError, or StoreError in the store's words."""
    question = {
        "dataset": dataset,
        "manifest": {name: version.as_dict() for name, version in manifest.items()},
        "tests": [test.model_dump(mode="json") for test in tests],
        "as_of": as_of.isoformat(),
        "dialect": dialect,
        "values": dict(values),
    }
    return Power.from_dict(ask(address, question, seconds, "recipes.core.detection.apart"))


def main() -> None:
    """Be the process: answer one question, or end by the clock should nobody be left to stop it."""
    raw = json.load(sys.stdin)
    signal.alarm(int(raw["seconds"]) + 5)
    manifest = {name: Version.from_dict(one) for name, one in raw["manifest"].items()}
    context = CheckContext(
        as_of=datetime.fromisoformat(raw["as_of"]),
        dialect=raw["dialect"],
        datasets=tuple(sorted(manifest)),
        values=raw["values"],
        evidence_rows=1,
    )
    tests = [TestSpec.model_validate(one) for one in raw["tests"]]
    until = time.monotonic() + SHARE * raw["seconds"]
    try:
        store = open_store(StoreAddress(**raw["address"]))
        told = power(store, Question(raw["dataset"], manifest, tests, context, until)).as_dict()
    except StoreError as refusal:
        told = {"refused": str(refusal)}
    json.dump(told, sys.stdout)


if __name__ == "__main__":
    main()
