"""Data of a small shop, published without a run: people and what they ordered."""

from __future__ import annotations

from datetime import datetime

from kitchens.actions import data
from kitchens.core.roles import THE_HUB
from kitchens.core.stores.base import WriteMode
from kitchens.models import Kitchen
from kitchens.queries.data import open_kitchen_store, resolve_ids
from recipes.models import OrderRun
from tests import factories

PEOPLE = [{"id": n, "email": f"p{n}@example.org", "name": f"Person {n}", "city": "Leeds"} for n in range(40)]
ORDERS = [{"n": n, "email": f"p{n % 40}@example.org"} for n in range(80)]


def leave_rows(kitchen: Kitchen, now: datetime) -> OrderRun:
    """Stage seven late orders by a failed run of the kitchen, which published nothing; return the run."""
    with open_kitchen_store(kitchen).session({}, f"late-{kitchen.pk}") as session:
        staged = [session.stage_rows("flights.late", ORDERS[:7], WriteMode())]
    late = data.record(staged, node_run=None, attempt="late", at=now)["flights.late"]
    run = factories.make_run(kitchen=kitchen, status="failed")
    factories.make_node_run(
        run, factories.FLIGHTS[0], "failed", outcome={"snapshots": {"flights.late": late.pk}}
    )
    return run


def publish_rows(kitchen: Kitchen, now: datetime) -> None:
    """Publish 40 people and 80 orders as the kitchen's newest data."""
    with open_kitchen_store(kitchen).session({}, f"shop-{kitchen.pk}-{kitchen.head}") as session:
        staged = [
            session.stage_rows("flights.customers", PEOPLE, WriteMode()),
            session.stage_rows("flights.orders", ORDERS, WriteMode()),
        ]
    snapshots = data.record(staged, node_run=None, attempt="shop", at=now)
    expected = {name: resolve_ids(kitchen, [name]).get(name) for name in snapshots}
    data.publish(kitchen, snapshots, expected=expected, by=THE_HUB, at=now, run=None)
