"""What to do next in a kitchen: one sentence and one button, from the facts about it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from kitchens.core.words import count

RUNNING = frozenset({"pending", "queued", "waiting", "running", "cancelling"})


@dataclass(frozen=True)
class LastRun:
    """The newest run in a kitchen."""

    pk: int
    status: str
    commit: str
    number: int | None = None  # revision of the kitchen it was planned at

    @property
    def open(self) -> bool:
        return self.status in RUNNING

    @property
    def green(self) -> bool:
        return self.status == "succeeded"


@dataclass(frozen=True)
class Facts:
    """What the next step is worked out from."""

    slug: str
    parent: str  # name of the parent for people, "" for production
    state: str
    tier: str = "development"
    files: int = 0  # changed against the pinned parent
    overrides: int = 0
    changed_since_run: bool = False  # commit or overrides are others than those of the last run
    last_run: LastRun | None = None
    behind: int = 0  # commits of the parent that are not here
    request: int | None = None  # open merge request to the parent
    request_title: str = ""
    waiting: int = 0  # open merge requests from kitchens below
    may_change: bool = True


@dataclass(frozen=True)
class NextStep:
    """One sentence; `action` is on the button that leads to the URL of that name."""

    sentence: str
    action: str = ""
    url_name: str = ""
    args: tuple[object, ...] = ()
    query: str = ""


def next_step(facts: Facts) -> NextStep:
    """Return the next sensible thing to do, for somebody who may do it; the sentence alone for others."""
    step = _closed(facts) or (_in_production if not facts.parent else _by_tier(facts))(facts)
    readable = step.url_name in ("run-detail", "merge-detail", "merge-list", "kitchen-making")
    return step if facts.may_change or readable else NextStep(step.sentence)


def _closed(facts: Facts) -> NextStep | None:
    if facts.state in ("retired", "gone"):
        return NextStep("Nothing more to do here: it is retired.")
    if facts.state in ("provisioning", "failed"):
        said = "It is being made." if facts.state == "provisioning" else "Making it went wrong."
        return NextStep(said, "See how far it is", "kitchen-making", (facts.slug,))
    return None


def _in_production(facts: Facts) -> NextStep:
    if facts.waiting:
        wait = "waits" if facts.waiting == 1 else "wait"
        said = f"{count(facts.waiting, 'merge request')} {wait} to come in."
        return NextStep(said, "See them", "merge-list")
    return NextStep(
        "To change something, make a kitchen of it.",
        "New kitchen",
        "kitchen-new",
        (),
        "?parent=" + facts.slug,
    )


def _by_tier(facts: Facts) -> Callable[[Facts], NextStep]:
    return _in_canary if facts.tier == "canary" else _in_sandbox


def _in_canary(facts: Facts) -> NextStep:
    """Say what is to do in a canary: it takes no edits, it only runs the changes it was made for on live inputs."""
    run = facts.last_run
    recipes = ("recipe-list", (), "?kitchen=" + facts.slug)
    if run is None:
        said = f"It reads what {facts.parent} reads, always the newest: run a recipe to see what it would do there."
        return NextStep(said, "Choose a recipe to run", *recipes)
    seen = ("run-detail", (run.pk,))
    if run.open:
        return NextStep(f"Run {run.pk} is at work.", "Watch it", *seen)
    if not run.green:
        return NextStep(
            f"Run {run.pk} did not end green on live inputs: see why.", f"See run {run.pk}", *seen
        )
    return NextStep(f"It runs green on the newest inputs of {facts.parent}.", f"See run {run.pk}", *seen)


def _in_sandbox(facts: Facts) -> NextStep:
    run = facts.last_run
    if facts.request is not None:
        said = f"The merge request “{facts.request_title}” is open."
        return NextStep(said, "See the merge", "merge-detail", (facts.request,))
    if run and run.open:
        return NextStep(f"Run {run.pk} is at work.", "Watch it", "run-detail", (run.pk,))
    recipes = ("recipe-list", (), "?kitchen=" + facts.slug)
    if not facts.files and not facts.overrides:
        said = f"Nothing differs from {facts.parent} yet: change a recipe or set a value."
        return NextStep(said, "Choose a recipe", *recipes)
    if run is None or facts.changed_since_run:
        since = "since the last run" if run else "and nothing has run here yet"
        what = "Something has changed" if run else "You changed something"
        return NextStep(f"{what} {since}: run what it concerns.", "Choose a recipe to run", *recipes)
    if not run.green:
        return NextStep(
            f"Run {run.pk} did not end green: see why.", f"See run {run.pk}", "run-detail", (run.pk,)
        )
    if not facts.files:
        said = (
            "It runs green with its own values. Overrides stay here: propose one as default to take it along."
        )
        return NextStep(said, "See the values", "kitchen-values", (facts.slug,))
    if facts.behind:
        said = f"It runs green, but {facts.parent} has moved on by {count(facts.behind, 'commit')}: bring that in first."
        return NextStep(said, "Merge down", "merge-new", (facts.slug,), "?direction=down")
    return NextStep(
        f"It runs green: ask for the merge into {facts.parent}.",
        "Open a merge request",
        "merge-new",
        (facts.slug,),
    )
