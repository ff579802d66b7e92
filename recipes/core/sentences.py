"""What a run is up to, said in one sentence as a person would tell a colleague."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kitchens.core import words
from recipes.core.status import LABELS, RED, SETTLED, Status


@dataclass(frozen=True)
class NodeFacts:
    """Where a node stands; `finding` is the first test that fails it, as "name, what was found"."""

    name: str
    status: str
    reason: str = ""
    finding: str = ""


@dataclass(frozen=True)
class RunFacts:
    """What the sentence of a run is made of."""

    status: str
    reason: str
    seconds: float | None
    nodes: Sequence[NodeFacts]
    done: int
    total: int
    passed: int = 0  # tests
    warned: int = 0
    failed: int = 0  # of a succeeded run: those that do not stop it
    published: int | None = None  # number of the revision
    datasets: int = 0
    fixtures: str = ""  # set of tables it ran with


def run_sentence(facts: RunFacts) -> str:
    """Return one full sentence."""
    status = Status(facts.status)
    if status is Status.RUNNING:
        return _running(facts)
    if status is Status.SUCCEEDED:
        return _succeeded(facts)
    if status in RED:
        return _failed(facts)
    if status is Status.CANCELLED:
        return _closed(f"Cancelled{_after(facts)}", facts.reason) + " Nothing was published."
    if status is Status.CANCELLING:
        return "Being cancelled: nodes at work are being stopped."
    return facts.reason or "Waits for a worker to take it."


def _running(facts: RunFacts) -> str:
    at_work = [node.name for node in facts.nodes if node.status == Status.RUNNING]
    done = f"Running: {words.number(facts.done)} of {words.count(facts.total, 'node')} done"
    if at_work:
        return f"{done}, {words.listed(at_work)} at work."
    waits = next((n for n in facts.nodes if n.status in (Status.QUEUED, Status.WAITING)), None)
    if waits is None:
        return f"{done}."
    return _closed(f"{done}, {waits.name} next", waits.reason)


def _succeeded(facts: RunFacts) -> str:
    said = f"Succeeded in {words.duration(facts.seconds or 0)}"
    if tests := _tests(facts):
        said += f": {tests}"
    if facts.fixtures:
        return f"{said}; with the fixtures {facts.fixtures}, so nothing was published."
    if facts.published is None:
        return f"{said}; there was nothing to publish."
    return f"{said}; {words.count(facts.datasets, 'dataset')} published as revision {facts.published}."


def _tests(facts: RunFacts) -> str:
    said = [words.count(facts.passed, "test") + " passed"] if facts.passed else []
    said += [f"{words.number(facts.warned)} warned"] if facts.warned else []
    said += [f"{words.number(facts.failed)} failed without stopping it"] if facts.failed else []
    return ", ".join(said)


def _failed(facts: RunFacts) -> str:
    red = [node for node in facts.nodes if node.status in RED]
    if not red:
        return _closed(f"{words_of(facts.status)}{_after(facts)}", facts.reason) + " Nothing was published."
    first = red[0]
    others = f" and {words.count(len(red) - 1, 'other node')}" if len(red) > 1 else ""
    why = lowered(first.finding or first.reason or facts.reason)
    said = f"{words_of(facts.status)} at {first.name}{others}{_after(facts)}"
    return f"{said}: {why.rstrip('. ')}; nothing was published." if why else f"{said}; nothing was published."


OPENERS = frozenset({"A", "All", "An", "Every", "In", "It", "Its", "No", "None", "Of", "One", "The", "There"})


def lowered(text: str) -> str:
    """Return a sentence so that it can stand after a colon or comma: names keep their capitals."""
    first = text.split(" ", 1)[0]
    return text[:1].lower() + text[1:] if first in OPENERS else text


def told(status: str) -> str:
    """Say of a run, in the words after "its newest run": "succeeded", "is running", "was cancelled"."""
    known = Status(status)
    if known in (Status.SUCCEEDED, Status.FAILED, Status.TIMED_OUT):
        return LABELS[known]
    if known is Status.UNKNOWN:
        return "has an unknown outcome"
    return f"{'was' if known in SETTLED else 'is'} {LABELS[known]}"


def words_of(status: str) -> str:
    """Return a status as the first words of a sentence: "Timed out"."""
    return status.replace("_", " ").capitalize()


def _after(facts: RunFacts) -> str:
    return f" after {words.duration(facts.seconds)}" if facts.seconds is not None else ""


def _closed(said: str, reason: str) -> str:
    """Join a beginning and a reason, one full stop at the end."""
    return f"{said}: {reason.rstrip('. ')}." if reason else f"{said}."
