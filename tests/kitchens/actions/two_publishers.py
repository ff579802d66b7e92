"""A process that publishes or appends against another one; started twice by test_concurrent_publish."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime

import django

django.setup()

from hub.common.tables import bring_tables_up_to_date  # noqa: E402
from kitchens.actions import data, revisions  # noqa: E402
from kitchens.core.roles import THE_HUB  # noqa: E402
from kitchens.core.stores.base import Column, Part, Staged, Version, WriteMode  # noqa: E402
from kitchens.models import Domain, Kitchen  # noqa: E402
from kitchens.queries.data import heads, resolve  # noqa: E402

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
TABLES = ("sales.orders", "sales.items")


def staged(dataset: str, name: str) -> Staged:
    parts = (Part(f"parts/00/t/{name}.parquet", 1, 10),)
    return Staged(
        dataset, WriteMode(), Version(dataset, "embedded", (Column("id", "BIGINT"),), parts), "", parts
    )


def prepare() -> None:
    bring_tables_up_to_date()
    Domain.objects.create(slug="sales", title="Sales", created_at=NOW)
    kitchen = Kitchen.objects.create(
        slug="production", tier="production", branch="main", store="embedded", created_at=NOW
    )
    revisions.append(kitchen, cause="created", by=THE_HUB, at=NOW, commit="c" * 40)


def publish(name: str, rounds: int) -> None:
    """Each round: read the heads, wait for the other one to have read them too, publish both tables."""
    kitchen = Kitchen.objects.get()
    won = []
    for number in range(rounds):
        snapshots = data.record(
            [staged(t, f"{name}{number}") for t in TABLES], node_run=None, attempt="t", at=NOW
        )
        expected = heads(resolve(kitchen, TABLES), TABLES)
        meet()
        try:
            data.publish(kitchen, snapshots, expected=expected, by=THE_HUB, at=NOW, run=None)
            won.append(number)
        except data.HeadMoved as fault:
            if fault.datasets != tuple(sorted(TABLES)):
                raise
        meet()
    print(json.dumps(won), flush=True)


def append(name: str, rounds: int) -> None:
    """Append revisions as fast as possible."""
    kitchen = Kitchen.objects.get()
    meet()
    numbers = [
        revisions.append(kitchen, cause="override", by=THE_HUB, at=NOW, overrides={name: n}).number
        for n in range(rounds)
    ]
    print(json.dumps(numbers), flush=True)


def meet() -> None:
    """Say that this process is ready and wait until the parent has heard both."""
    print("ready", flush=True)
    sys.stdin.readline()


if __name__ == "__main__":
    what = sys.argv[1]
    if what == "prepare":
        prepare()
    else:
        {"publish": publish, "append": append}[what](sys.argv[2], int(sys.argv[3]))
