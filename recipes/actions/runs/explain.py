"""Say how the tests of a run would be answered, before anybody orders it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from operator import add

from hub.common.errors import HubError
from kitchens.core.stores.base import StoreError
from kitchens.queries.data import newest, resolve, store_address
from recipes.actions.runs.context import named_by, read_files
from recipes.actions.runs.plans import Request, planner_at
from recipes.core.checks.planner.plan import Plan
from recipes.core.explain import Explained, explain

SECONDS = 20.0


@dataclass(frozen=True)
class Outlook:
    """What is known before a run; `trouble` says why it is not."""

    nodes: tuple[Explained, ...] = ()
    trouble: str = ""

    @property
    def plan(self) -> Plan | None:
        """Return how all tests together are answered."""
        return reduce(add, (one.plan for one in self.nodes)) if self.nodes else None

    @property
    def monitors(self) -> int:
        """Return how many of the tests nobody wrote."""
        return sum(one.monitors for one in self.nodes)

    @property
    def unseen(self) -> int:
        """Return how many tests are about datasets that have no version yet."""
        return sum(one.unseen for one in self.nodes)


def explain_tests(request: Request) -> Outlook:
    """Return how the tests of a run would be answered, planned on the newest data of its kitchen.

    Reads no data: statistics of parts, and numbers kept with them. Six queries, and a process of its own.
    """
    try:
        plan = planner_at(request, newest(request.kitchen)).plan()
        found = explain(
            store_address(request.kitchen),
            plan,
            resolve(request.kitchen, named_by(plan)),
            read_files(plan.tree),
            seconds=SECONDS,
        )
    except (HubError, StoreError) as refused:
        return Outlook(trouble=str(refused))
    return Outlook(tuple(found))
