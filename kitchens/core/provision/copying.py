"""The program that copies one dataset: a process of its own, so that a copy can be stopped and holds up nobody.

It gets its work as JSON on standard input (the store's address may hold a password) and answers on standard output.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from kitchens.core.stores import open_store
from kitchens.core.stores.base import Staged, StoreAddress, StoreError, Version, WriteMode

ROOT = Path(__file__).resolve().parents[3]
PROGRAM = (
    "import sys; sys.path.insert(0, sys.argv[1]); from kitchens.core.provision.copying import main; main()"
)
LOOK_EVERY = 0.5  # seconds
KEPT = ("PATH", "HOME", "TMPDIR", "LANG", "LC_ALL", "TZ")


class StoppedError(Exception):
    """The copy was stopped before it was done; nothing names what it has written."""


def copy(job: Mapping[str, Any]) -> Staged:
    """Stage the copy and return it; StoreError in a sentence where the store refuses."""
    source = Version.from_dict(job["source"])
    store = open_store(StoreAddress(job["kind"], job["location"]))
    with store.session({source.dataset: source}, job["attempt"]) as session:
        return session.stage_sql(source.dataset, job["sql"], WriteMode())


def main() -> None:
    """Do the work on standard input; exit 0 with the staged version, or 1 with the fault in a sentence."""
    try:
        staged = copy(json.load(sys.stdin))
    except StoreError as fault:
        sys.stderr.write(str(fault))
        sys.exit(1)
    json.dump(staged.as_dict(), sys.stdout)


def copy_in_process(job: Mapping[str, Any], go_on: Callable[[], bool]) -> Staged:
    """Copy in a process of its own, asking `go_on` every half second; StoppedError once that says no."""
    with subprocess.Popen(
        [sys.executable, "-I", "-c", PROGRAM, str(ROOT)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={name: os.environ[name] for name in KEPT if name in os.environ},
        text=True,
    ) as process:
        given: str | None = json.dumps(job)
        while True:
            try:
                out, fault = process.communicate(given, timeout=LOOK_EVERY)
                break
            except subprocess.TimeoutExpired:
                given = None
                if not go_on():
                    process.kill()
                    raise StoppedError from None
    if process.returncode:
        said = fault.strip().splitlines()
        raise StoreError(said[-1] if said else f"The copy ended without a word (exit {process.returncode}).")
    return Staged.from_dict(json.loads(out))
