"""Processes in which people act without a pause, forked from the trial so that a new one is there at once."""

from __future__ import annotations

import json
import os
import signal
import time
import traceback
from collections import Counter
from pathlib import Path

from django.db import OperationalError, close_old_connections, connections

from hub.common.errors import HubError
from hub.trials.changes.acts import Acts

PAUSE = 0.02


class People:
    """The processes that are alive, and a file in which each act leaves a line."""

    def __init__(self, folder: Path, seed: int, count: int) -> None:
        self.lines = folder / "acts.jsonl"
        self.seed = seed
        self.count = count
        self.serial = 0
        self.pids: list[int] = []

    def keep_up(self) -> None:
        """Start as many as are missing."""
        while len(self.pids) < self.count:
            self.serial += 1
            connections.close_all()
            pid = os.fork()
            if pid == 0:
                self._act()
            self.pids.append(pid)

    def kill(self, pid: int) -> None:
        """End one as a crash would."""
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        self.pids.remove(pid)

    def stop(self) -> None:
        """Let each finish what it is at, and wait for it."""
        for pid in self.pids:
            os.kill(pid, signal.SIGTERM)
        for pid in self.pids:
            os.waitpid(pid, 0)
        self.pids = []

    def told(self) -> tuple[Counter[str], list[str]]:
        """Return how often each act was done or refused, and the faults that no action may have."""
        acts: Counter[str] = Counter()
        faults = []
        for line in self.lines.read_text().splitlines() if self.lines.exists() else []:
            act, outcome = json.loads(line)
            acts[act] += 1
            if outcome not in ("done", "refused"):
                faults.append(outcome)
        return acts, faults

    def _act(self) -> None:
        """Act until asked to stop; never returns."""
        asked: list[int] = []
        signal.signal(signal.SIGTERM, lambda number, _: asked.append(number))
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        try:
            acts = Acts(self.seed, self.serial)
            while not asked:
                close_old_connections()
                self._tell(*self._one(acts))
                time.sleep(PAUSE)
        finally:
            os._exit(0)

    def _one(self, acts: Acts) -> tuple[str, str]:
        try:
            return acts.do_one(), "done"
        except HubError:
            return "refused", "refused"
        except OperationalError as fault:  # a database that is busy refuses, it does not break
            return "refused", "refused" if "locked" in str(fault) or "deadlock" in str(fault) else repr(fault)
        except Exception:  # noqa: BLE001 - this is what the trial looks for
            return "fault", traceback.format_exc()[-1500:]

    def _tell(self, act: str, outcome: str) -> None:
        line = json.dumps([act, outcome]) + "\n"
        file = os.open(self.lines, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        os.write(file, line.encode())
        os.close(file)
