"""The gates before a merge: what the target asks for, and whether it is so. Pure: facts in, sentences out."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from kitchens.core.impact import RunsVerdict
from kitchens.core.policies import PRODUCTION, RULES, SANDBOX, Policy, policy_of
from kitchens.core.words import count, listed, sentence

__all__ = [
    "PRODUCTION",
    "RULES",
    "SANDBOX",
    "Facts",
    "Gate",
    "Policy",
    "Word",
    "all_open",
    "digest",
    "gates",
    "policy_of",
]

State = Literal["open", "closed", "waiting", "not_asked"]


def digest(
    source_revision: int,
    target_commit: str,
    target_overrides: Mapping[str, Any],
    resolutions: Mapping[str, Any],
) -> str:
    """Return what an approval is bound to: another value of any of these is something nobody has looked at."""
    told = [source_revision, target_commit, target_overrides, resolutions]
    return hashlib.sha256(json.dumps(told, sort_keys=True, default=str).encode()).hexdigest()


@dataclass(frozen=True)
class Word:
    """Somebody's newest word on a request, as far as the gates are concerned."""

    person: str
    approved: bool
    fits: bool  # it is about exactly what would be merged
    counts: bool  # the person may approve: the role, not the opener, not an author
    tests_removed: bool = False
    note: str = ""


@dataclass(frozen=True)
class Facts:
    """Everything the gates look at."""

    policy: Policy
    source: str  # slugs
    target: str
    down: bool = False  # from a parent down to its child: the child's own business
    frozen: str = ""  # why nothing may be merged at all, a sentence
    nothing: bool = False  # the target has everything already
    conflicts: tuple[str, ...] = ()  # paths that nobody has resolved
    behind: int = 0  # commits of the target that the source has not
    faults: tuple[str, ...] = ()  # recipes that could not be read after the merge
    runs: RunsVerdict = field(default_factory=RunsVerdict)
    candidate: str = ""  # "", building, green, red, void
    candidate_fits: bool = False  # it was built of exactly what would be merged
    candidate_note: str = ""
    words: tuple[Word, ...] = ()
    tests_removed: tuple[str, ...] = ()
    breaking: tuple[str, ...] = ()
    canary: str = ""  # "", running, green, red
    canary_seen: int = 0


@dataclass(frozen=True)
class Gate:
    """One condition. open: it holds; closed: somebody has to do something; waiting: the hub is at it; not_asked."""

    name: str
    title: str
    state: State
    sentence: str
    remedy: str = ""
    hint: str = (
        ""  # where the remedy is: a part of the page (conflicts, data, impact, checks, talk) or "source"
    )

    @property
    def passes(self) -> bool:
        return self.state in ("open", "not_asked")


def gates(facts: Facts) -> tuple[Gate, ...]:
    """Return every gate, in the order in which they are opened."""
    asked = _DOWN if facts.down else _UP
    return tuple(gate(facts) for gate in asked)


def all_open(found: Sequence[Gate]) -> bool:
    """Say whether nothing stands in the way."""
    return all(gate.passes for gate in found)


def _freeze(facts: Facts) -> Gate:
    if facts.frozen:
        return Gate("freeze", "Both kitchens take part", "closed", facts.frozen)
    if facts.nothing:
        said = f"{facts.target} has everything of {facts.source} already."
        return Gate("freeze", "Something to merge", "closed", said, "Change something first.", "source")
    return Gate("freeze", "Both kitchens take part", "open", "Both kitchens are in use.")


def _conflicts(facts: Facts) -> Gate:
    title = "No conflicts"
    if not facts.conflicts:
        said = (
            f"{facts.target} has {count(facts.behind, 'commit')} more, which do not clash."
            if facts.behind
            else f"{facts.source} has everything {facts.target} has."
        )
        return Gate("conflicts", title, "open", said)
    said = f"Both sides changed {listed(facts.conflicts)}."
    return Gate("conflicts", title, "closed", said, "Resolve each file.", "conflicts")


def _recipes(facts: Facts) -> Gate:
    title = "Recipes can be read"
    if facts.faults:
        said = f"After the merge {listed(facts.faults)} could not be read."
        return Gate("recipes", title, "closed", said, "Mend the files in the kitchen.", "source")
    return Gate("recipes", title, "open", "Every recipe can be read after the merge.")


def _runs(facts: Facts) -> Gate:
    title = "Runs and tests green in the kitchen"
    if not facts.policy.runs_green:
        return Gate("runs", title, "not_asked", f"{facts.target} does not ask for runs before a merge.")
    if facts.runs.green:
        said = (
            f"{count(len(facts.runs.runs), 'changed recipe')} ran green on exactly this revision."
            if facts.runs.runs
            else "No recipe is changed that could be run."
        )
        return Gate("runs", title, "open", said)
    left = facts.runs.not_green
    running = all(one.state == "running" for one in left)
    said = " ".join(sentence(one.sentence) for one in left[:3])
    said += f" And {count(len(left) - 3, 'more recipe')}." if len(left) > 3 else ""
    return Gate(
        "runs", title, "waiting" if running else "closed", said, f"Run them in {facts.source}.", "source"
    )


def _candidate(facts: Facts) -> Gate:
    title = "Candidate green"
    if facts.candidate == "building" and facts.candidate_fits:
        return Gate("candidate", title, "waiting", "The candidate is being built.", hint="checks")
    if facts.candidate == "red" and facts.candidate_fits:
        said = sentence(facts.candidate_note) or "A run in the candidate failed."
        return Gate(
            "candidate", title, "closed", said, "Mend it in the kitchen, or build once more.", "checks"
        )
    if facts.candidate == "green" and facts.candidate_fits:
        said = sentence(facts.candidate_note) or "The merged state was built and its tests are green."
        return Gate("candidate", title, "open", said, hint="checks")
    said = "The merged state has not been built yet."
    if facts.candidate:
        said = "The candidate was built of something that has changed since."
        said = f"{said} {sentence(facts.candidate_note)}" if facts.candidate == "void" else said
    return Gate("candidate", title, "closed", said.strip(), "Build the candidate.", "checks")


def _approvals(facts: Facts) -> Gate:
    title = "Approved by someone else"
    against = [word for word in facts.words if word.fits and not word.approved and word.counts]
    if against:
        said = f"{against[0].person} asks for changes. {sentence(against[0].note)}".strip()
        return Gate("approvals", title, "closed", said, "Answer, change, and ask once more.", "talk")
    wanted = facts.policy.approvals
    if not wanted:
        return Gate("approvals", title, "not_asked", f"{facts.target} asks for no approval.")
    good = _good(facts)
    if len(good) >= wanted:
        return Gate("approvals", title, "open", f"Approved by {listed([word.person for word in good])}.")
    void = [word for word in facts.words if word.approved and not word.fits]
    said = f"{len(good)} of {count(wanted, 'approval')}."
    if void:
        said += f" {void[-1].person} approved an earlier state; that counts no longer."
    own = [word for word in facts.words if word.approved and word.fits and not word.counts]
    if own:
        said += f" {own[-1].person} wrote or opened it, or has not the role {facts.policy.approver_role}."
    remedy = f"Ask someone with the role {facts.policy.approver_role} or above in {facts.target}."
    return Gate("approvals", title, "closed", said, remedy, "talk")


def _good(facts: Facts) -> list[Word]:
    return [word for word in facts.words if word.approved and word.fits and word.counts]


def _tests(facts: Facts) -> Gate:
    return _ruled(
        facts,
        name="tests_removed",
        title="No test given up unseen",
        rule=facts.policy.tests_removed,
        found=facts.tests_removed,
        none="No test is removed or weakened.",
        agreed=any(word.tests_removed for word in _good(facts)),
        remedy="An approval has to say that it agrees to this, or the tests come back.",
    )


def _breaking(facts: Facts) -> Gate:
    return _ruled(
        facts,
        name="breaking",
        title="Nothing breaks elsewhere",
        rule=facts.policy.breaking,
        found=facts.breaking,
        none="Nothing that reads this breaks, as far as files and schemas tell.",
        agreed=bool(_good(facts)),
        remedy="Mend it, or have it approved.",
    )


def _ruled(
    facts: Facts,
    *,
    name: str,
    title: str,
    rule: str,
    found: Sequence[str],
    none: str,
    agreed: bool,
    remedy: str,
) -> Gate:
    if not found:
        return Gate(name, title, "open", none)
    said = " ".join(sentence(one) for one in found[:3])
    said += f" And {count(len(found) - 3, 'more')}." if len(found) > 3 else ""
    if rule == "allow":
        return Gate(name, title, "not_asked", f"{said} {facts.target} allows it.", hint="impact")
    if rule == "approval" and agreed:
        return Gate(name, title, "open", f"{said} It is approved.", hint="impact")
    if rule == "refuse":
        remedy = f"{facts.target} never allows this: mend it."
    return Gate(name, title, "closed", said, remedy, "impact")


def _canary(facts: Facts) -> Gate:
    title = "Canary"
    wanted = facts.policy.canary_runs
    if not wanted:
        return Gate("canary", title, "not_asked", f"{facts.target} asks for no canary.")
    said = f"{facts.canary_seen} of {count(wanted, 'run')} on live inputs are green."
    if facts.canary == "green" and facts.canary_seen >= wanted and facts.candidate_fits:
        return Gate("canary", title, "open", said, hint="checks")
    if facts.canary == "red":
        return Gate("canary", title, "closed", f"A canary run failed. {said}", "Mend it first.", "checks")
    started = facts.canary == "running"
    return Gate("canary", title, "waiting", said if started else "It starts once the candidate is green.")


_UP: tuple[Callable[[Facts], Gate], ...] = (
    _freeze,
    _conflicts,
    _recipes,
    _runs,
    _candidate,
    _approvals,
    _tests,
    _breaking,
    _canary,
)
_DOWN = (_freeze, _conflicts, _recipes)
