"""Plan a candidate: which recipes run in which order, and which of their nodes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.conf import settings

from hub.common.errors import HubError
from kitchens.core.git.rough import tree_of
from kitchens.models import Kitchen, MergeRequest, Revision
from kitchens.queries.data import newest, resolve_ids
from kitchens.queries.overrides import override_layers
from recipes.actions.runs.plans import Planner, Request
from recipes.core.candidates import CandidatePlan, Step, Variation, decide, reads_of, variations_to_run
from recipes.core.impact import Folder, Side
from recipes.core.plan import Plan
from recipes.core.spec.graph import topological
from recipes.core.spec.model import RecipeSpec, VariationSpec
from recipes.models import OrderRun
from recipes.queries.folders import side_of
from recipes.queries.impact import impact_between

Ranges = Mapping[str, Mapping[str, Any]]  # recipe -> values that name the range to rebuild


@dataclass
class _Draft:
    """What is known while the steps are put together, one after the other."""

    target: Kitchen
    revision: Revision  # of the candidate
    pinned: Revision  # of the target
    old: Side
    new: Side
    now: datetime
    ranges: Ranges
    there: set[str]
    own_changes: frozenset[str]  # recipes that differ
    reached: frozenset[str]  # those, and all that read what they make
    changed: set[str] = field(default_factory=set)
    reads: set[str] = field(default_factory=set)
    writes: set[str] = field(default_factory=set)
    unproved: list[str] = field(default_factory=list)


def plan_candidate(request: MergeRequest, now: datetime) -> CandidatePlan:
    """Return what the candidate of a request has to do, with the recipes of the merged commit and the target's values.

    A variation that cannot be planned any more is a red step. About ten queries, and two for every variation.
    """
    draft = _draft(request, now)
    steps: list[Step] = []
    for recipe in in_order(draft.new, draft.reached):
        steps += _steps(draft, draft.new.folders[recipe])
    for recipe in sorted(draft.ranges.keys() - draft.reached):
        draft.unproved.append(f"A part of {recipe} was to be rebuilt, but nothing of it is touched.")
    return CandidatePlan(
        tuple(steps), tuple(sorted(draft.reads)), tuple(sorted(draft.writes)), tuple(draft.unproved)
    )


def _draft(request: MergeRequest, now: datetime) -> _Draft:
    revision = newest(request.candidate)
    pinned = revision.parent_revision
    tree = tree_of(settings.MESH_REPOSITORY, revision.commit)
    old, new = side_of(tree_of(settings.MESH_REPOSITORY, pinned.commit)), side_of(tree)
    found = impact_between(pinned.commit, tree, request.target)
    reached = {*found.changed, *found.downstream} & new.folders.keys()
    names = {dataset for recipe in reached for _, dataset in new.folders[recipe].writes}
    there = {name for name, pk in resolve_ids(request.candidate, names).items() if pk is not None}
    ranges = request.candidate_plan.get("rebuild", {})
    own = frozenset(found.changed)
    return _Draft(request.target, revision, pinned, old, new, now, ranges, there, own, frozenset(reached))


def in_order(side: Side, recipes: Iterable[str]) -> list[str]:
    """Return the recipes, each after those whose datasets it reads."""
    wanted = sorted(recipes)
    needs = {
        recipe: sorted(
            {side.writers[name][0] for name, _ in side.folders[recipe].reads if name in side.writers}
            - {recipe}
        )
        for recipe in wanted
    }
    return topological(needs)


def _steps(draft: _Draft, folder: Folder) -> list[Step]:
    if folder.spec is None:
        note = f"{folder.recipe} cannot be read: {folder.faults[0] if folder.faults else 'it has faults.'}"
        return [Step(folder.recipe, "", state="red", note=note, changed=True)]
    made = [_step(draft, folder, folder.spec, variation) for variation in variations_to_run(folder.spec)]
    return [step for step in made if step is not None]


def _step(draft: _Draft, folder: Folder, spec: RecipeSpec, variation: VariationSpec) -> Step | None:
    """Return the step of one variation; None where nothing in it is at work and the recipe is not changed."""
    last = _last_run(draft.target, folder.recipe, variation.name)
    given = draft.ranges.get(folder.recipe)
    step = Step(
        folder.recipe,
        variation.name,
        values=dict(given or (last.order.values if last else {})),
        slot=last.slot.isoformat() if last and last.slot else "",
        changed=folder.recipe in draft.own_changes,
    )
    try:
        plan = planner(draft.target, folder, draft.revision, step, draft.now).plan()
    except HubError as fault:
        return _unplanned(draft, spec, step, str(fault), never_ran=last is None)
    before = draft.old.folders.get(folder.recipe)
    whole = Variation(
        plan, folder.texts, _old_plan(draft, before, step), before.texts if before else {}, bool(given)
    )
    step = replace(step, nodes=decide(whole, draft.changed, draft.there, draft.target.slug))
    _take_down(draft, step, plan)
    if step.running or step.judged:
        return step
    return replace(step, state="green", note="Nothing in it has to run.") if step.changed else None


def _take_down(draft: _Draft, step: Step, plan: Plan) -> None:
    """Note what the step reads and writes, and what it cannot prove."""
    draft.reads |= reads_of(plan, step.nodes)
    for one in step.nodes:
        if one.does == "runs":
            draft.writes |= set(one.writes)
        elif one.does == "kept" or (one.does == "left_out" and one.writes):
            draft.unproved.append(f"{step.recipe}, node {one.node}: {one.why}")


def planner(target: Kitchen, folder: Folder, revision: Revision, step: Step, now: datetime) -> Planner:
    """Return the planner of a step: the folder as it is, the revision's overrides, and the target's name as the kitchen.

    What a candidate makes becomes the target's: `{{ kitchen }}` must say so already.
    """
    domain, _, name = folder.recipe.partition("/")
    slot = datetime.fromisoformat(step.slot) if step.slot else None
    declared = folder.spec.values if folder.spec else {}
    values = {key: value for key, value in step.values.items() if key in declared}
    request = Request(target, domain, name, step.variation, as_of=now, slot=slot, values=values)
    return Planner(request, revision, revision.commit, folder.tree, folder.spec, override_layers(revision))


def _old_plan(draft: _Draft, folder: Folder | None, step: Step) -> Plan | None:
    """Return how the target would run it now, None where it has no such variation, or could not."""
    if folder is None or folder.spec is None or step.variation not in folder.spec.variations:
        return None
    try:
        return planner(draft.target, folder, draft.pinned, step, draft.now).plan()
    except HubError:
        return None


def _last_run(target: Kitchen, recipe: str, variation: str) -> OrderRun | None:
    """Return the target's newest green run of a variation. One query."""
    domain, _, name = recipe.partition("/")
    runs = OrderRun.objects.filter(kitchen=target, domain=domain, recipe=name, variation=variation)
    return runs.filter(status="succeeded").select_related("order").defer("plan").order_by("-id").first()


def _unplanned(draft: _Draft, spec: RecipeSpec, step: Step, fault: str, *, never_ran: bool) -> Step | None:
    """Return a red step; or nothing where the values were always somebody's to give, which is then said."""
    required = [value.name for value in spec.values.values() if value.required]
    if never_ran and required:
        draft.unproved.append(
            f"{step.recipe} was not run: {', '.join(required)} must be given by an order, and {draft.target.slug} has none."
        )
        return None
    return replace(
        step, state="red", note=f"{step.recipe} {step.variation} cannot be planned any more. {fault}"
    )
