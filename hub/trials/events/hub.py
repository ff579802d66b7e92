"""The trial against a real hub: its web server in a process of its own, asked over HTTP."""

from __future__ import annotations

import http.client
import random
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.utils import timezone

from hub.trials.events.trial import LARGEST, Send, Trial, as_json, results_of
from hub.trials.kills import MANAGE
from kitchens.actions import people, tokens
from kitchens.actions.kitchens import create_production
from kitchens.core.roles import THE_HUB
from monitoring.models import ReceivedEvent

MOST_SECONDS = 60.0  # within which the hub answers


def try_events(amount: int, seed: int) -> dict[str, Any]:
    """Send so many spoiled events, with good ones between them, to a hub of its own; return the figures."""
    now = timezone.now()
    create_production(by=THE_HUB, now=now)
    password = secrets.token_urlsafe()
    sender = people.create_person(username="sender", password=password, role="developer", by=THE_HUB, now=now)
    _, key = tokens.create_token(name="trial", scopes=["events"], by=sender.actor(), now=now)
    with _hub() as port:
        started = time.monotonic()
        trial = Trial(random.Random(seed), _sender(port, key), now)  # noqa: S311 - no secret
        trial.events(amount)
        seconds = time.monotonic() - started
    stored = sum(
        ReceivedEvent.objects.filter(event_id__in=some).count() for some in _portions(sorted(trial.good), 500)
    )
    if stored != len(trial.good):
        trial.violations.append(f"{len(trial.good):,} good events were taken, and {stored:,} are stored.")
    return results_of(trial) | {"seconds": round(seconds, 1)}


def _portions(names: list[str], size: int) -> Iterator[list[str]]:
    for start in range(0, len(names), size):
        yield names[start : start + size]


@contextmanager
def _hub() -> Iterator[int]:
    """Run a hub, and yield its port once it answers."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen([sys.executable, str(MANAGE), "up", f"--port={port}"])
    try:
        _await(port)
        yield port
    finally:
        process.terminate()
        process.wait(timeout=30)


def _await(port: int) -> None:
    deadline = time.monotonic() + MOST_SECONDS
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.2)
    raise RuntimeError(f"The hub did not answer on port {port} within {MOST_SECONDS:.0f} seconds.")


def _sender(port: int, key: str) -> Send:
    def send(path: str, body: bytes, kind: str) -> tuple[int, Any]:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        try:
            headers = {"Authorization": f"Bearer {key}", "Content-Type": kind, "Host": "localhost"}
            connection.request("POST", path, body, headers)
            answer = connection.getresponse()
            return answer.status, as_json(answer.read())
        except (BrokenPipeError, ConnectionResetError):
            if len(body) <= LARGEST:
                raise
            return 413, None  # the hub does not read to the end what is too large
        finally:
            connection.close()

    return send
