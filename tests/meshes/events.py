"""What a tool beside the mesh tells of the weather it has fetched, and what plain Python makes of that."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from kitchens.core.roles import THE_HUB
from monitoring.actions.events.take import take
from monitoring.core.events.envelope import read_item
from monitoring.core.events.reading import read_batch

COMPONENT = "weather_feed"
STATUS = "COMPLETED"
FACTS = {"rows_out": 26_115, "cost": 3.5}
METRICS = {"stations_silent": 1.0}
MESSAGES = (
    ("INFO", "fetched 3 stations"),
    ("WARNING", "sensor LGA answers late"),
    ("INFO", "26115 rows handed over"),
)


def send(now: datetime) -> None:
    """Send it all as one batch, as a client would: a run that began an hour ago and has ended."""
    began = now - timedelta(hours=1)
    about = {
        "source": "feeder",
        "component": {"kind": "pipeline", "key": COMPONENT},
        "run": {"key": "fetch-1"},
    }
    events: list[dict[str, Any]] = [
        {"type": "run-status", "status": "RUNNING", "event_time": began},
        {"type": "run-status", "status": STATUS, "event_time": now - timedelta(minutes=2), **FACTS},
        *(
            {"type": "metric-log", "metric_key": name, "metric_value": value, "event_time": began}
            for name, value in METRICS.items()
        ),
        *(
            {"type": "message-log", "level": level, "message": text, "event_time": began}
            for level, text in MESSAGES
        ),
    ]
    body = json.dumps([about | {"event_id": f"e{n}"} | one for n, one in enumerate(events)], default=_time)
    items = read_batch(body.encode()).items
    taken = take([read_item(item, str(n), now) for n, item in enumerate(items)], by=THE_HUB, now=now)
    assert taken.refused == 0, taken.answers


def _time(value: datetime) -> str:
    return value.isoformat()


def messages_of(given: Mapping[str, Any]) -> int:
    """Return how many messages have the form that a test gives."""
    return sum(re.search(given["pattern"], text) is not None for _, text in MESSAGES)
