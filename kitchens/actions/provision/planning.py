"""Make the plan of a kitchen: check what was chosen, say every object that will be made, ask the rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hub.common.errors import ConflictError, InvalidError
from kitchens.actions.provision import checks
from kitchens.core import words
from kitchens.core.provision import Choices, Copy, Plan, PlannedStep
from kitchens.core.provision.masking import effective
from kitchens.core.provision.policy import Facts, verdicts
from kitchens.core.roles import Actor
from kitchens.models import Kitchen, Revision, Snapshot
from kitchens.ports import ports
from kitchens.queries.data import resolve_snapshots, version_of
from kitchens.queries.kitchens import get_kitchen
from kitchens.queries.provision import (
    count_datasets,
    expectations,
    last_green,
    open_kitchens,
    personal_columns,
    revision_of,
)
from kitchens.queries.seeing import check_let_in, see

# Seconds a step takes where none like it was done yet.
USUAL = {"ingredient": 10.0, "copy": 2.0}
BYTES_A_SECOND = 100_000_000


@dataclass(frozen=True)
class Ground:
    """Where a kitchen is made from: its parent, the revision pinned there, and what of it is not by reference."""

    parent: Kitchen
    pinned: Revision
    green: Revision
    personal: Mapping[str, Mapping[str, str]]
    snapshots: Mapping[str, Snapshot]
    left: Mapping[str, Snapshot]  # what the chosen run wrote and is still kept, in place of the parent's
    lost: Sequence[str]  # what it wrote and is no longer kept


def plan_kitchen(choices: Choices, *, by: Actor, now: datetime) -> Plan:
    """Return what would be made of the choices; nothing is written.

    InvalidError names the field at fault; ConflictError where the parent is retired. Twelve queries at most, whatever
    the size of the mesh, three more where the data of a run are asked for, and a look into git.
    """
    by.require("kitchen.create")
    checks.check_name(choices.name, by_hub=by.of_hub)
    parent = see(checks.check_parent(choices), by)
    ends_on = checks.check_end(choices, now)
    checks.check_rest(choices)
    check_let_in(parent, choices.members, by)
    ground = _ground(parent, choices)
    copies = tuple(_copies(choices, ground))
    checks.check_recipes(choices, ground.pinned.commit, by)
    judged = Facts(
        choices=choices,
        personal=_shown(choices, ground),
        open_kitchens=open_kitchens(by.person_id),
        pinned=ground.pinned.number,
        last_green=ground.green.number,
        parent_head=parent.head,
        copies=copies,
        lost=ground.lost,
    )
    return Plan(
        choices=choices,
        parent_revision=ground.pinned.number,
        parent_head=parent.head,
        commit=ground.pinned.commit,
        ends_on=str(ends_on or ""),
        steps=tuple(_steps(choices, ground, copies)),
        verdicts=verdicts(judged),
        by_reference=count_datasets(parent, ground.pinned) - len(copies),
        copies=copies,
        left=tuple(sorted(ground.left.keys() - {copy.dataset for copy in copies})),
    )


def agreed_plan(choices: Choices, token: str, *, by: Actor, now: datetime) -> Plan:
    """Return the plan again if it is still the one of the token; ConflictError says what changed since it was shown."""
    agreed = checks.read_token(token)
    if now.timestamp() > agreed.until:
        raise ConflictError(
            "The plan is older than 15 minutes.", remedy="Look at a new one.", field="plan_digest"
        )
    plan = plan_kitchen(choices, by=by, now=now)
    if plan.parent_revision != agreed.parent_revision:
        raise ConflictError(
            f"{choices.parent} has moved on since the plan was made: from revision {agreed.parent_revision} to"
            f" {plan.parent_revision}.",
            remedy="Look at the new plan.",
            field="plan_digest",
        )
    if plan.digest() != agreed.digest:
        raise ConflictError(
            "What is asked for is not what was planned.", remedy="Plan it again.", field="plan_digest"
        )
    return plan


def _ground(parent: Kitchen, choices: Choices) -> Ground:
    pinned = revision_of(parent, choices.parent_revision)
    green = pinned if not choices.parent_revision else last_green(parent)
    personal = personal_columns(pinned.commit)
    named = {name for name, choice in choices.data.items() if choice != "reference"} | personal.keys()
    snapshots = (
        resolve_snapshots(parent, named | choices.data.keys(), pinned) if named or choices.data else {}
    )
    left, lost = _left(parent, choices)
    snapshots = snapshots | left
    if absent := sorted(choices.data.keys() - snapshots.keys()):
        raise InvalidError(f"{parent.slug} has no dataset {absent[0][:160]}.", field=f"data.{absent[0]}")
    return Ground(parent, pinned, green, personal, snapshots, left, lost)


def _left(parent: Kitchen, choices: Choices) -> tuple[dict[str, Snapshot], list[str]]:
    """Return what the chosen run wrote, and the datasets of it that are no longer kept."""
    if not choices.run:
        return {}, []
    ids = ports.left_by_run(choices.run, parent.pk)
    kept = Snapshot.objects.filter(collected_at=None).select_related("dataset").in_bulk(ids.values())
    left = {name: kept[pk] for name, pk in ids.items() if pk in kept}
    return left, sorted(ids.keys() - left.keys())


def choice_of(choices: Choices, dataset: str, personal: Mapping[str, Any]) -> str:
    """Return what a kitchen gets of a dataset: what was chosen, else by the rule for personal columns."""
    return choices.data.get(dataset) or (choices.personal if dataset in personal else "reference")


def _copies(choices: Choices, ground: Ground) -> Iterator[Copy]:
    for name, snapshot in ground.snapshots.items():
        choice = choice_of(choices, name, ground.personal)
        if choice == "reference":
            continue
        columns = version_of(snapshot).columns
        masks = effective(columns, ground.personal.get(name, {})) if choice != "empty" else {}
        if choice == "masked" and not masks:
            raise InvalidError(
                f"{name} has no personal column to mask.",
                remedy="Name them under `personal:` in its domain.yaml, or take it by reference.",
                field=f"data.{name}",
            )
        rows = {"empty": 0, "sample": min(choices.sample_rows, snapshot.rows)}.get(choice, snapshot.rows)
        size = round(snapshot.bytes * rows / snapshot.rows) if snapshot.rows else 0
        # A sample shows rows as they are unless personal columns are to be masked in this kitchen.
        kept = masks if choice == "masked" or choices.personal == "masked" else {}
        yield Copy(name, choice, rows, size, kept)


def _shown(choices: Choices, ground: Ground) -> dict[str, Sequence[str]]:
    """Return the personal columns that are seen as they are, by dataset."""
    found = {}
    for name, columns in ground.personal.items():
        choice = choice_of(choices, name, ground.personal)
        as_it_is = choice == "reference" or (choice == "sample" and choices.personal != "masked")
        if name in ground.snapshots and as_it_is:
            there = {column["name"] for column in ground.snapshots[name].columns}
            found[name] = [column for column in columns if column in there]
    return {name: columns for name, columns in found.items() if columns}


def _steps(choices: Choices, ground: Ground, copies: Sequence[Copy]) -> Iterator[PlannedStep]:
    known = expectations()

    def step(kind: str, title: str, guess: float = 0.02, **details: Any) -> PlannedStep:
        seconds, basis = known.get(kind, (guess, "a guess: none was done yet"))
        return PlannedStep(kind, title, details, seconds, basis)

    yield step("branch", f"Branch kitchens/{choices.name} at {ground.pinned.commit[:8]}")
    yield step(
        "fork", f"Fork of the data of {ground.parent.slug} at revision {ground.pinned.number}, 0 bytes"
    )
    own = {copy.dataset for copy in copies}
    if left := {name: one.pk for name, one in ground.left.items() if name not in own}:
        title = f"{words.count(len(left), 'dataset')} as run {choices.run} left {'it' if len(left) == 1 else 'them'}, 0 bytes"
        yield step("left", title, snapshots=left)
    if choices.members:
        yield step(
            "members", f"{words.count(len(choices.members), 'more person', 'more people')} with a role"
        )
    if choices.secrets:
        yield step("secrets", f"{words.count(len(choices.secrets), 'secret')} of its own")
    for copy in copies:
        guess = USUAL["copy"] + ground.snapshots[copy.dataset].bytes / BYTES_A_SECOND
        kind = "empty" if copy.choice == "empty" else "copy"
        facts = {"dataset": copy.dataset, "choice": copy.choice, "masks": dict(copy.masks), "rows": copy.rows}
        facts["source"] = ground.snapshots[copy.dataset].pk
        yield step(kind, _copy_title(copy), 0.02 if kind == "empty" else guess, **facts)
    if copies:
        yield step("place", f"The kitchen reads {words.count(len(copies), 'dataset')} of its own")
    for key, values in choices.ingredients.items():
        yield step(
            "ingredient", f"Ingredient {key}", USUAL["ingredient"], ingredient=key, values=dict(values)
        )
    yield step("ready", "Open for everybody in it")


def _copy_title(copy: Copy) -> str:
    if copy.choice == "empty":
        return f"{copy.dataset} without rows"
    rows = f"{words.count(copy.rows, 'row')}, {words.size(copy.bytes)}"
    return f"{'Masked copy' if copy.choice == 'masked' else 'Sample'} of {copy.dataset}: {rows}"


def choices_of_call(name: str, parent: Kitchen, **given: Any) -> Choices:
    """Return choices that pin the newest revision of the parent, for callers that chose nothing else."""
    return Choices(name=name, parent=parent.slug, parent_revision=get_kitchen(parent.slug).head, **given)
