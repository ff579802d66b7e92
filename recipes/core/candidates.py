"""What a candidate runs, reuses and keeps: worked out from plans and fingerprints, node by node. Nothing runs here.

A node that is neither changed nor made from anything changed is not run: the target's rows are what it would make.
What adds to a dataset (append, replace_partition, merge) is not run either: the target's rows stay, made by the old
code, and its tests judge them. What acts on the outside never runs.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from recipes.core.checks import datasets_read
from recipes.core.fingerprints import fingerprints, judged_by
from recipes.core.plan import Plan
from recipes.core.spec.model import NodeSpec, RecipeSpec, TestSpec, VariationSpec, WriteSpec

Does = Literal["runs", "reused", "from_source", "kept", "left_out"]
State = Literal["waiting", "running", "green", "red"]
REBUILT_BY_RANGE = frozenset({"replace", "replace_partition", "merge"})  # adding rows twice would double them
KEPT = "Old rows, old code: it adds to what is there, so {what} keeps the rows of {target}"


@dataclass(frozen=True)
class NodeDoes:
    """What becomes of one node in the candidate, and why. `judged`: its tests are evaluated on rows that are there."""

    node: str
    does: Does
    why: str
    judged: bool = False
    writes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Step:
    """One variation of one recipe in the candidate. `run` is its order run, once there is one."""

    recipe: str
    variation: str
    nodes: tuple[NodeDoes, ...] = ()
    values: Mapping[str, Any] = field(default_factory=dict)
    slot: str = ""  # ISO; the slot of the target's last run, so that `yesterday` is the same day
    changed: bool = False  # the recipe itself is changed; else something it reads is
    state: State = "waiting"
    run: int | None = None
    note: str = ""

    @property
    def running(self) -> tuple[str, ...]:
        return tuple(one.node for one in self.nodes if one.does == "runs")

    @property
    def judged(self) -> tuple[str, ...]:
        return tuple(one.node for one in self.nodes if one.judged and one.does != "runs")


@dataclass(frozen=True)
class CandidatePlan:
    """All steps in the order of the data, what the candidate reads and writes, and what it cannot prove."""

    steps: tuple[Step, ...] = ()
    reads: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()
    unproved: tuple[str, ...] = ()  # sentences

    def as_dict(self) -> dict[str, Any]:
        return {
            "steps": [_step_as_dict(step) for step in self.steps],
            "reads": list(self.reads),
            "writes": list(self.writes),
            "unproved": list(self.unproved),
            "counts": self.counts(),
        }

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any]) -> CandidatePlan:
        return cls(
            steps=tuple(_step(one) for one in raw.get("steps", ())),
            reads=tuple(raw.get("reads", ())),
            writes=tuple(raw.get("writes", ())),
            unproved=tuple(raw.get("unproved", ())),
        )

    def counts(self) -> dict[str, int]:
        """Return how many nodes run, are reused, kept and left out."""
        found = dict.fromkeys(("runs", "reused", "from_source", "kept", "left_out"), 0)
        for step in self.steps:
            for one in step.nodes:
                found[one.does] += 1
        return found

    def with_step(self, number: int, **facts: Any) -> CandidatePlan:
        """Return the plan with one step changed."""
        steps = list(self.steps)
        steps[number] = replace(steps[number], **facts)
        return replace(self, steps=tuple(steps))

    def next_step(self) -> int | None:
        """Return the first step that has not ended green, None where all have."""
        return next((n for n, step in enumerate(self.steps) if step.state != "green"), None)


def _step_as_dict(step: Step) -> dict[str, Any]:
    nodes = [vars(one) | {"writes": list(one.writes)} for one in step.nodes]
    return vars(step) | {"nodes": nodes, "values": dict(step.values)}


def _step(raw: Mapping[str, Any]) -> Step:
    nodes = tuple(NodeDoes(**{**one, "writes": tuple(one["writes"])}) for one in raw["nodes"])
    return Step(**{**raw, "nodes": nodes})


def variations_to_run(spec: RecipeSpec) -> list[VariationSpec]:
    """Return the scheduled variations that write, else the first: what stands for the recipe."""
    every = list(spec.variations.values())
    return [one for one in every if one.schedule and _writes(spec, one)] or every[:1]


def _writes(spec: RecipeSpec, variation: VariationSpec) -> bool:
    return any(spec.nodes[name].writes for name in (variation.nodes or spec.nodes))


@dataclass(frozen=True)
class Variation:
    """A variation as the target has it and as the merge would have it; `old` is None where it is new."""

    new: Plan
    new_files: Mapping[str, str]
    old: Plan | None = None
    old_files: Mapping[str, str] = field(default_factory=dict)
    ranged: bool = False  # somebody named the values to rebuild a part with

    def changed_nodes(self) -> frozenset[str]:
        """Return the nodes whose code, values or settings differ; what only their tests say does not count."""
        if self.old is None:
            return frozenset(node.name for node in self.new.nodes)
        before = fingerprints(self.old.model_copy(update={"tests": {}}), self.old_files)
        after = fingerprints(self.new.model_copy(update={"tests": {}}), self.new_files)
        return frozenset(name for name, print_ in after.items() if before.get(name) != print_)

    def tests_changed(self, node: str) -> bool:
        """Say whether a node is judged by other tests than before."""
        before = judged_by(self.old, node, self.old_files) if self.old else []
        return before != judged_by(self.new, node, self.new_files)


def decide(
    variation: Variation, changed: set[str], there: Collection[str], target: str
) -> tuple[NodeDoes, ...]:
    """Return what becomes of each node, in order, and add to `changed` the datasets that get other rows.

    `changed` are datasets that differ from the target's by what ran before; `there` those the target has rows of;
    `target` is its name, for the sentences.
    """
    altered = variation.changed_nodes()
    found = []
    for node in variation.new.nodes:
        one = _decide(node, variation, altered, changed, there, target)
        if one.does == "runs":
            changed |= set(one.writes)
        found.append(one)
    return tuple(found)


def _decide(
    node: NodeSpec,
    variation: Variation,
    altered: Collection[str],
    changed: Collection[str],
    there: Collection[str],
    target: str,
) -> NodeDoes:
    tests = variation.new.tests.get(node.name, ())
    writes = tuple(write.dataset for write in node.writes)
    because = _because(node, altered, changed, there, target)
    judge = bool(tests) and all(name in there for name in writes)
    if node.effects == "external":
        why = "It acts on the outside, which a candidate never does."
        return NodeDoes(node.name, "left_out", why, judged=judge and bool(because), writes=writes)
    if not because:
        other = variation.tests_changed(node.name) or _tests_read(tests, writes) & set(changed)
        why = f"Code, values and inputs are those of {target}"
        also = (
            "; its tests, or what they compare with, are others, so they judge its rows again."
            if other
            else "."
        )
        return NodeDoes(node.name, "reused", why + also, judged=judge and bool(other), writes=writes)
    if node.kind == "synchronise" and not writes:
        return NodeDoes(node.name, "left_out", "A join point has no work of its own.", judged=bool(tests))
    if _may_run(node.writes, there, variation.ranged):
        return NodeDoes(node.name, "runs", because, writes=writes)
    why = KEPT.format(what=" and ".join(writes), target=target) + (
        "; its tests judge them." if judge else "."
    )
    return NodeDoes(node.name, "kept", why, judged=judge, writes=writes)


def _because(
    node: NodeSpec, altered: Collection[str], changed: Collection[str], there: Collection[str], target: str
) -> str:
    """Return why a node would make other rows, "" where it would not."""
    if inputs := sorted(name for name in node.reads if name in changed):
        return f"It is made from {', '.join(inputs)}, which is made anew."
    if node.name in altered:
        return "It, or what it waits for, is changed."
    if missing := sorted(write.dataset for write in node.writes if write.dataset not in there):
        return f"{target} has no rows of {', '.join(missing)} yet."
    return ""


def _may_run(writes: Collection[WriteSpec], there: Collection[str], ranged: bool) -> bool:
    """Say whether running makes the whole of each dataset anew, or the part that was asked for."""
    whole = all(write.mode == "replace" or write.dataset not in there for write in writes)
    return whole or (ranged and all(write.mode in REBUILT_BY_RANGE for write in writes))


def _tests_read(tests: Collection[TestSpec], own: Collection[str]) -> set[str]:
    return {name for test in tests for name in datasets_read(test)} - set(own)


def cut_to(plan: Plan, runs: Collection[str], judged: Collection[str]) -> Plan:
    """Return the plan of a candidate's run: the nodes that run, and those whose tests judge rows that are there.

    A node that is only judged does nothing: it is a join point with its tests, which read what the kitchen has.
    """
    kept = {*runs, *judged}
    needs = _needs(plan, kept)
    nodes = tuple(
        (node if node.name in runs else _judge(node)).model_copy(update={"needs": needs[node.name]})
        for node in plan.nodes
        if node.name in kept
    )
    used = {name for node in nodes for name in node.sources}
    return plan.model_copy(
        update={
            "nodes": nodes,
            "tests": {
                name: _judging(tests, name in runs) for name, tests in plan.tests.items() if name in kept
            },
            "sources": {name: source for name, source in plan.sources.items() if name in used},
        }
    )


def _judging(tests: tuple[TestSpec, ...], runs: bool) -> tuple[TestSpec, ...]:
    """Return the tests of a node of a candidate: monitors look at what was just written only."""
    return tests if runs else tuple(test for test in tests if not test.automatic)


def _judge(node: NodeSpec) -> NodeSpec:
    return NodeSpec(
        name=node.name,
        kind="synchronise",
        description="Only judged: its rows are those that are there.",
        timeout=node.timeout,
        line=node.line,
    )


def _needs(plan: Plan, kept: Collection[str]) -> dict[str, tuple[str, ...]]:
    """Return what each kept node waits for, through the nodes that are left out."""
    direct = {node.name: node.needs for node in plan.nodes}
    found: dict[str, tuple[str, ...]] = {}
    for node in plan.nodes:  # in topological order
        before: dict[str, None] = {}
        for need in direct[node.name]:
            before |= dict.fromkeys([need] if need in kept else found.get(need, ()))
        found[node.name] = tuple(before)
    return found


def reads_of(plan: Plan, nodes: Collection[NodeDoes]) -> set[str]:
    """Return the datasets that the nodes of a step read as they run or are judged."""
    at_work = {one.node for one in nodes if one.does == "runs" or one.judged}
    found = {name for node in plan.nodes if node.name in at_work for name in node.reads}
    return found.union(
        *(datasets_read(test) for name, tests in plan.tests.items() if name in at_work for test in tests)
    )
