"""Place an order: check what was asked for, plan it, store the run with its nodes, ring for a worker."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from hub.common.errors import ConflictError, InvalidError
from kitchens.actions.revisions import pin
from kitchens.core.crash import crash_point
from kitchens.core.roles import THE_HUB, Actor
from kitchens.models import Kitchen
from recipes.actions.runs.place import Origin, store_run
from recipes.actions.runs.plans import Planner, Request, planner_at
from recipes.actions.runs.statements import insert_row
from recipes.core.clock import fact_time
from recipes.core.plan import Plan
from recipes.core.values import ValueFaults
from recipes.models import Order, OrderRun, Schedule

FOR_PROVISION = "provision"  # how runs came by that make, or take away, what a kitchen needs


@dataclass(frozen=True)
class Wish:
    """Who asked, for which schedule, and under which idempotency key."""

    by: Actor
    priority: int | None
    idempotency_key: str | None
    schedule: Schedule | None
    clock_shift: float
    came_by: str = "order"


def place_order(
    *,
    kitchen: Kitchen,
    domain: str,
    recipe: str,
    variation: str,
    by: Actor,
    now: datetime,
    values: Mapping[str, Any] | None = None,
    nodes: Sequence[str] = (),
    priority: int | None = None,
    idempotency_key: str | None = None,
    schedule: Schedule | None = None,
    slot: datetime | None = None,
    clock_shift: float = 0.0,
    came_by: str = "order",
    fixtures: str = "",
) -> OrderRun:
    """Order a variation of a recipe as it is in the kitchen now, and return the run, which waits for a worker.

    Repeating a request under its idempotency key returns the run it made the first time. ValueFaults says which
    values do not fit; ConflictError: the key was used for something else, or the kitchen is retired.
    With `fixtures`, a set of tables of the recipe, the run reads these and publishes nothing; only in kitchens below
    production. A schedule has one order, with one run for each slot: a second call for a slot returns the run there is.
    """
    by.require(kitchen.right("order.place"), kitchen.slug)
    if kitchen.state != "ready" and came_by != FOR_PROVISION:
        raise ConflictError(f"The kitchen {kitchen.slug} is {kitchen.state}.", remedy="Order it elsewhere.")
    if fixtures and (kitchen.is_production or kitchen.tier != "development"):
        raise InvalidError(
            f"A run with fixtures makes no data, so it is not for {kitchen.slug}.",
            remedy="Order it in a kitchen of your own.",
            field="fixtures",
        )
    request = Request(
        kitchen=kitchen,
        domain=domain,
        recipe=recipe,
        variation=variation,
        as_of=fact_time(now, clock_shift),
        slot=slot,
        values=dict(values or {}),
        nodes=tuple(nodes),
        fixtures=fixtures,
    )
    wish = Wish(by, priority, idempotency_key or None, schedule, clock_shift, came_by)
    return _earlier(request, wish) or _place(request, wish, now)


def _place(request: Request, wish: Wish, now: datetime) -> OrderRun:
    """Plan outside the transaction, store in it."""
    planner = planner_at(request, pin(request.kitchen, by=THE_HUB, at=request.as_of))
    check_protected(planner, wish.by)
    plan = planner.plan()
    try:
        with transaction.atomic():
            run = _store(planner, wish, plan, now)
            crash_point("placed")
    except IntegrityError:  # the same key, or the same slot, was placed in this moment
        if earlier := _earlier(request, wish):
            return earlier
        raise
    return run


def check_protected(planner: Planner, by: Actor) -> None:
    """ValueFaults where an order gives protected values and is not by an operator of the hub."""
    specs = planner.spec.values
    given = [name for name in planner.request.values if name in specs and specs[name].protected]
    if given and not by.may("override.protected"):
        raise ValueFaults(
            dict.fromkeys(given, "This value is protected: only an operator of the hub sets it.")
        )


def _store(planner: Planner, wish: Wish, plan: Plan, now: datetime) -> OrderRun:
    return store_run(
        _order(planner.request, wish, plan, now),
        plan,
        planned_at=planner.revision.number,
        now=now,
        slot=planner.request.slot,
        clock_shift=wish.clock_shift,
        origin=Origin(came_by=wish.came_by),
        plan_again=planner.plan if planner.names_run else None,
    )


def _order(request: Request, wish: Wish, plan: Plan, now: datetime) -> Order:
    facts = {
        "kitchen": request.kitchen,
        "domain": request.domain,
        "recipe": request.recipe,
        "variation": request.variation,
        "values": dict(request.values),
        "nodes": list(request.nodes),
        "priority": plan.priority if wish.priority is None else wish.priority,
        "placed_by_id": wish.by.person_id,
        "placed_via": wish.by.via,
        "placed_at": fact_time(now, wish.clock_shift),
    }
    if wish.schedule is not None:
        return Order.objects.get_or_create(schedule=wish.schedule, kind="schedule", defaults=facts)[0]
    order = Order(
        **facts,
        kind="once",
        idempotency_key=wish.idempotency_key,
        request_digest=digest_of(request) if wish.idempotency_key else "",
    )
    insert_row(order)
    return order


def _earlier(request: Request, wish: Wish) -> OrderRun | None:
    """Return the run that this very request has made before; ConflictError where its key stands for another one."""
    if wish.schedule is not None:
        runs = OrderRun.objects.filter(order__schedule=wish.schedule, slot=request.slot, came_by="order")
        return runs.defer("plan").first()
    if wish.idempotency_key is None:
        return None
    key = wish.idempotency_key
    order = Order.objects.filter(placed_by_id=wish.by.person_id, idempotency_key=key).first()
    if order is None:
        return None
    if order.request_digest != digest_of(request):
        raise ConflictError(
            f"The idempotency key {key[:40]!r} was used for another order.",
            remedy="Send each new order with a new key.",
        )
    return order.runs.order_by("id").first()


def digest_of(request: Request) -> str:
    """Return a digest of what was asked for; when it was asked does not count."""
    facts = [
        request.kitchen.slug,
        request.domain,
        request.recipe,
        request.variation,
        dict(request.values),
        sorted(request.nodes),
        str(request.slot or ""),
        *([request.fixtures] if request.fixtures else []),
    ]
    return hashlib.sha256(json.dumps(facts, sort_keys=True, default=str).encode()).hexdigest()
