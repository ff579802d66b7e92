"""The rules a new kitchen is held to. Each gives a verdict with its text, also where all is well."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kitchens.core import words
from kitchens.core.provision.choices import LAST_GREEN, Choices
from kitchens.core.provision.plan import Copy, Verdict

MANY_KITCHENS, MOST_KITCHENS = 6, 25  # open ones of one person
LARGE_COPY = 5_000_000_000  # bytes

PERSONAL = "Below production, personal columns come masked."
OPEN = f"One person has at most {MOST_KITCHENS} open kitchens."
LEFT = "What a run wrote is there for as long as it is kept."
FRESH = "A kitchen is made from the last green revision of its parent."
SIZE = f"Copies together stay below {words.size(LARGE_COPY)}."


@dataclass(frozen=True)
class Facts:
    """What the rules judge."""

    choices: Choices
    personal: Mapping[str, Sequence[str]]  # dataset by reference or sampled -> its personal columns
    open_kitchens: int  # of the one who asks
    pinned: int
    last_green: int
    parent_head: int
    copies: Sequence[Copy] = ()
    lost: Sequence[str] = ()  # datasets that the chosen run wrote and that are no longer kept


def verdicts(facts: Facts) -> tuple[Verdict, ...]:
    """Return what each rule says; what is denied cannot be made."""
    left = (_left(facts),) if facts.choices.run else ()
    return (_personal(facts), _open(facts.open_kitchens), _fresh(facts), _size(facts.copies), *left)


def _personal(facts: Facts) -> Verdict:
    if not facts.personal:
        return Verdict("pass", PERSONAL, "No personal column is shown as it is.")
    shown = [f"{name} ({', '.join(columns)})" for name, columns in facts.personal.items()]
    one = len(shown) == 1
    said = (
        f"{words.listed(shown)} {'has' if one else 'have'} personal columns and {'comes' if one else 'come'} as"
        f" {'it is' if one else 'they are'}: everyone in this kitchen can read them."
    )
    return Verdict("warn", PERSONAL, said)


def _open(count: int) -> Verdict:
    said = f"You have {words.count(count, 'open kitchen')}."
    if count >= MOST_KITCHENS:
        return Verdict("deny", OPEN, f"{said} Retire one of them first.")
    return Verdict("warn" if count >= MANY_KITCHENS else "pass", OPEN, said)


def _left(facts: Facts) -> Verdict:
    run = f"run {facts.choices.run}"
    if not facts.lost:
        return Verdict("pass", LEFT, f"What {run} wrote is still there.")
    said = (
        f"What {run} wrote to {words.listed(facts.lost, 3)} is no longer kept: it is read as before the run."
    )
    return Verdict("warn", LEFT, said)


def _fresh(facts: Facts) -> Verdict:
    at = f"Revision {facts.pinned} of {facts.choices.parent}"
    newer = words.count(facts.parent_head - facts.pinned, "newer revision")
    if facts.pinned == facts.last_green:
        behind = f"; {newer} of it not yet run green" if facts.parent_head > facts.pinned else ""
        return Verdict("pass", FRESH, f"{at} is the last green one{behind}.")
    if facts.choices.parent_revision == LAST_GREEN or facts.pinned > facts.last_green:
        return Verdict("warn", FRESH, f"{at} has not run green yet.")
    return Verdict("warn", FRESH, f"{at} is not the newest: there are {newer}.")


def _size(copies: Sequence[Copy]) -> Verdict:
    total = sum(copy.bytes for copy in copies)
    said = f"Copies take {words.size(total)}." if total else "Nothing is copied."
    return Verdict("warn" if total > LARGE_COPY else "pass", SIZE, said)
