"""Make the plan of a run: the recipe at a revision, its values resolved, frozen."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.db import transaction

from hub.common.errors import HubError, InvalidError
from kitchens.core.overrides import Layer
from kitchens.models import Kitchen, Revision
from kitchens.queries.data import newest
from kitchens.queries.overrides import override_layers
from recipes.actions.runs.advance import Held
from recipes.actions.runs.end import settle_run
from recipes.actions.runs.place import store_nodes, take_tickets
from recipes.actions.runs.statements import execute
from recipes.core.clock import fact_time
from recipes.core.fixture_plan import fixture_of
from recipes.core.plan import Plan
from recipes.core.planning import make_plan
from recipes.core.spec.model import RecipeSpec
from recipes.core.status import Status
from recipes.models import NodeRun, OrderRun, RecipeVersion, RunLock
from recipes.queries.recipes import faults_on_store, get_recipe

_NAMES_RUN = re.compile(r"\{\{[^}]*\brun\b")


@dataclass(frozen=True)
class Request:
    """What a plan is made for."""

    kitchen: Kitchen
    domain: str
    recipe: str
    variation: str
    as_of: datetime  # of the run's clock
    slot: datetime | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    nodes: Sequence[str] = ()
    fixtures: str = ""  # set of tables that stand in for datasets


@dataclass(frozen=True)
class Planner:
    """A recipe as it is at a revision, ready to be planned."""

    request: Request
    revision: Revision
    commit: str
    tree: str
    spec: RecipeSpec
    overrides: Sequence[Layer]

    @property
    def names_run(self) -> bool:
        """Say whether anything in the recipe is made of the number of the run, known only once the run is stored."""
        return bool(_NAMES_RUN.search(self.spec.model_dump_json()))

    def plan(self, run: int | None = None) -> Plan:
        """Return the plan of a run, `run` being the number of the first of its chain.

        ValueFaults where values do not fit, MissingError for an unknown variation or node.
        """
        request = self.request
        return make_plan(
            self.spec,
            request.variation,
            commit=self.commit,
            tree=self.tree,
            order_values=request.values,
            overrides=self.overrides,
            system={
                "as_of": self._as_of(),
                "slot": request.slot,
                "kitchen": request.kitchen.slug,
                "run": run,
            },
            nodes=tuple(request.nodes),
            fixtures=request.fixtures,
            monitored=settings.MONITORS,
        )

    def _as_of(self) -> datetime:
        """Return the time of the run: that of its fixtures where they have one, in UTC unless it says another."""
        said = fixture_of(self.spec, self.request.fixtures).as_of if self.request.fixtures else ""
        at = datetime.fromisoformat(said) if said else self.request.as_of
        return at if at.tzinfo else at.replace(tzinfo=UTC)


def planner_at(request: Request, revision: Revision, commit: str = "") -> Planner:
    """Return the recipe at a revision of the kitchen, or with `commit` as it was there. Three queries.

    MissingError for an unknown recipe, InvalidError where it has faults, or some on the kitchen's store.
    """
    commit = commit or revision.commit
    version = get_recipe(request.kitchen, request.domain, request.recipe, commit)
    spec = read_spec(version)
    if faults := faults_on_store((version.domain, version.name, version.tree), request.kitchen.store):
        raise _faulty(version, [fault.model_dump() for fault in faults])
    return Planner(request, revision, commit, version.tree, spec, override_layers(revision))


def read_spec(version: RecipeVersion) -> RecipeSpec:
    """Return the recipe as read; InvalidError with the first fault where it has any."""
    if version.spec is None:
        raise _faulty(version, version.faults)
    return RecipeSpec.model_validate(version.spec)


def _faulty(version: RecipeVersion, faults: Sequence[Mapping[str, Any]]) -> InvalidError:
    first = faults[0] if faults else {"message": "It cannot be read.", "file": "recipe.yaml"}
    return InvalidError(
        f"The recipe {version.domain}/{version.name} has {len(faults)} {'fault' if len(faults) == 1 else 'faults'}."
        f" The first, in {first.get('file', 'recipe.yaml')} line {first.get('line', 1)}: {first['message']}",
        remedy="Mend the recipe and commit it, then order the run again.",
    )


def plan_anew(run_id: int, now: datetime) -> None:
    """Plan a run that waits for admission at the newest revision; a recipe that no longer fits ends the run.

    Planning happens outside the transaction; it is stored only if the run still waits.
    """
    run = OrderRun.objects.select_related("order", "kitchen__parent").get(pk=run_id)
    revision = newest(run.kitchen)
    try:
        plan = planner_at(request_of(run), revision).plan(run.chain or run.pk)
    except HubError as fault:
        _give_up(run, str(fault), now)
        return
    with transaction.atomic():
        _store(run, plan, revision)


def request_of(run: OrderRun) -> Request:
    """Return what the run was planned for."""
    as_of = Plan.model_validate(run.plan).values["as_of"].value
    return Request(
        kitchen=run.kitchen,
        domain=run.domain,
        recipe=run.recipe,
        variation=run.variation,
        as_of=datetime.fromisoformat(as_of),
        slot=run.slot,
        values=run.order.values,
        nodes=run.order.nodes,
        fixtures=run.fixtures,
    )


def _store(run: OrderRun, plan: Plan, revision: Revision) -> None:
    waiting = OrderRun.objects.filter(pk=run.pk, status=Status.QUEUED, revision=None)
    facts: dict[str, Any] = {"planned_at": revision.number, "commit": revision.commit}
    if plan.tree == run.tree and plan.model_dump(mode="json")["values"] == run.plan["values"]:
        waiting.update(**facts)
        return
    changed = waiting.update(
        **facts,
        tree=plan.tree,
        plan=plan.model_dump(mode="json"),
        writes=plan.writes(),
        timeout=plan.timeout,
        total=len(plan.nodes),
    )
    if not changed:
        return
    execute("DELETE FROM recipes_noderun WHERE run_id = %s", run.pk)  # none has begun: nothing hangs on them
    store_nodes(run, plan, {})
    RunLock.objects.filter(run=run).delete()
    run.writes = plan.writes()
    take_tickets(run)


def _give_up(run: OrderRun, reason: str, now: datetime) -> None:
    held = Held(run.pk, run.kitchen_id, Status.QUEUED, run.clock_shift, bool(run.writes))
    with transaction.atomic():
        at = fact_time(now, run.clock_shift)
        NodeRun.objects.filter(run=run).move(
            Status.SKIPPED, reason="Not run, because the recipe changed.", ended_at=at
        )
        settle_run(held, Status.FAILED, f"The recipe changed before the run began. {reason}", now)
