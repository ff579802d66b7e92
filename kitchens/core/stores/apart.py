"""Heavy reading in a process of its own, with an end: the web process neither waits for ever nor carries the data.

What it is asked travels on its standard input, with the address of the store; profiles stay with their parts as they
are counted, so that a process that was stopped has not worked in vain.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from kitchens.core.stores import open_store
from kitchens.core.stores.base import Diff, StoreAddress, StoreError, Version

ROOT = Path(__file__).parents[3]
PASSED_ON = ("PATH", "LANG", "LC_ALL", "TZ", "TMPDIR", "HOME")
AT_ONCE = threading.BoundedSemaphore(2)  # of one web process
WAITS = 2.0  # seconds for one of these two to be free


class OutOfTimeError(StoreError):
    """It took longer than the time given; what was counted until then is kept."""


class BusyError(StoreError):
    """Too many such questions at the moment."""


def profile(address: StoreAddress, versions: Sequence[Version], *, seconds: float) -> None:
    """Count what is not yet known of these versions; OutOfTimeError, BusyError, or StoreError in the store's words."""
    ask(address, {"what": "profile", "versions": [one.as_dict() for one in versions]}, seconds)


def diff(
    address: StoreAddress, old: Version, new: Version, key: Sequence[str], *, limit: int, seconds: float
) -> Diff:
    """Return the keyed difference; values of its sample are texts. Errors as for `profile`."""
    question = {"what": "diff", "versions": [old.as_dict(), new.as_dict()], "key": list(key), "limit": limit}
    found = ask(address, question, seconds)
    return Diff(**{**found, "sample": tuple(found["sample"])})


def ask(
    address: StoreAddress,
    question: Mapping[str, Any],
    seconds: float,
    module: str = "kitchens.core.stores.apart",
) -> dict[str, Any]:
    """Return what the `main` of a module answers to a question about the store, in a process of its own."""
    told = json.dumps({**question, "address": asdict(address), "seconds": seconds}).encode()
    with _one_of_few(), _child(module) as child:
        try:
            answer, errors = child.communicate(told, timeout=seconds)
        except subprocess.TimeoutExpired as late:
            raise OutOfTimeError(f"It takes longer than {seconds:g} seconds.") from late
    if child.returncode:
        raise StoreError(f"The process that reads the data ended with {child.returncode}: {_last(errors)}")
    found: dict[str, Any] = json.loads(answer)
    if refused := found.get("refused"):
        raise StoreError(refused)
    return found


@contextlib.contextmanager
def _one_of_few() -> Iterator[None]:
    if not AT_ONCE.acquire(timeout=WAITS):
        raise BusyError("Others are comparing data right now.")
    try:
        yield
    finally:
        AT_ONCE.release()


@contextlib.contextmanager
def _child(module: str) -> Iterator[subprocess.Popen[bytes]]:
    environment = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    child = subprocess.Popen(
        [sys.executable, "-m", module],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=ROOT,
        env=environment,
        start_new_session=True,
    )
    try:
        yield child
    finally:
        if child.poll() is None:
            child.kill()
            child.communicate()


def _last(errors: bytes) -> str:
    return (errors.decode("utf-8", "replace").strip().splitlines() or ["no reason was given"])[-1][:300]


def main() -> None:
    """Be the process: answer one question, or end by the clock should nobody be left to stop it."""
    question = json.load(sys.stdin)
    signal.alarm(int(question["seconds"]) + 5)
    store = open_store(StoreAddress(**question["address"]))
    versions = [Version.from_dict(raw) for raw in question["versions"]]
    try:
        if question["what"] == "profile":
            for version in versions:
                store.profile(version)
            answer: dict[str, Any] = {}
        else:
            answer = asdict(store.diff(versions[0], versions[1], question["key"], question["limit"]))
    except StoreError as refusal:
        answer = {"refused": str(refusal)}
    json.dump(answer, sys.stdout, default=str)


if __name__ == "__main__":
    main()
