"""What docs/events.md shows is taken as it stands there."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

MANUAL = (Path(__file__).parents[3] / "docs" / "events.md").read_text()
BLOCKS = re.findall(r"```json ([\w-]+)\n(.*?)```", MANUAL, re.DOTALL)
CURLS = re.findall(r"curl http://127.0.0.1:8000(/\S+) .*?-d '(.*?)'", MANUAL, re.DOTALL)


@pytest.mark.parametrize(("kind", "text"), BLOCKS)
def test_every_example_is_taken(send, kind, text):
    path = "/api/v1/events" if kind == "event" else f"/api/v1/events/{kind}"

    answer = send(text, path)

    assert answer.status_code == 200, answer.content


def test_the_command_to_begin_with_is_taken(send):
    ((path, body),) = CURLS

    assert send(body, path).json()["accepted"] == 1


def test_the_manual_shows_events_of_every_way():
    assert len(BLOCKS) == 3
    assert json.loads(BLOCKS[0][1])["type"] == "test-outcomes"
