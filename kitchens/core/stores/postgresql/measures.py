"""Numbers of parts that are tables: kept in a table beside them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from kitchens.core.stores.measures import Found, merged
from kitchens.core.stores.postgresql import setup
from kitchens.core.stores.postgresql.bench import Bench, told

TABLE = f"{setup.DATA}.hub_measures"


def known(bench: Bench, names: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Return what is kept of these parts; one query."""
    if not names:
        return {}
    with told():
        rows = bench.link.execute(
            f"SELECT name, numbers FROM {TABLE} WHERE name = ANY(%s)", [list(names)]
        ).fetchall()
    return {name: json.loads(text) for name, text in rows}


def keep(bench: Bench, found: Found) -> None:
    """Add numbers to what is kept of parts that are there; writers at once wait for each other."""
    for name, numbers in sorted(found.items()):
        with told(), bench.link.transaction():
            there = bench.link.execute(
                f"SELECT 1 FROM {setup.DATA}.hub_parts WHERE name = %s FOR UPDATE", [name]
            ).fetchone()
            if there is None:
                continue
            text = json.dumps(merged(known(bench, [name]).get(name, {}), numbers))
            bench.link.execute(
                f"INSERT INTO {TABLE} (name, numbers) VALUES (%s, %s)"
                " ON CONFLICT (name) DO UPDATE SET numbers = excluded.numbers",
                [name, text],
            )
