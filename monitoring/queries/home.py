"""Everything the home page shows, put together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from kitchens.core import words
from kitchens.models import Domain, Kitchen
from kitchens.queries.end_of_life import Ending, endings_of
from kitchens.queries.merges.waiting import Waiting, waiting_for
from monitoring.core.mesh import Edge
from monitoring.core.pictures import DomainBox, MeshPicture, mesh_picture
from monitoring.core.today import Arrival, Need, RunFact, Strip, day_sentence
from monitoring.models import Channel
from monitoring.queries import today
from monitoring.queries.alerts import dead_channels
from monitoring.queries.leads import lead_time
from monitoring.queries.mesh import commit_of, mesh_at
from recipes.core.status import OPEN, RED, Status
from recipes.models import Progress
from recipes.queries.progress import under_way

DAYS_DRAWN = 14


@dataclass(frozen=True)
class Home:
    """What the home page of a kitchen shows."""

    kitchen: Kitchen
    query: str
    sentence: str
    day: datetime
    now_percent: float  # how much of the day has passed, for the mark on the line of arrivals
    needs: Sequence[Need]
    endings: Sequence[Ending]  # kitchens of this person that end soon
    waiting: Sequence[Waiting]  # merge requests that wait for this person
    dead: Sequence[Channel]  # channels by which nobody is told any more
    picture: MeshPicture | None
    domains: int
    arrivals: Sequence[Arrival]
    strips: Sequence[Strip]
    latest: Sequence[RunFact]
    progress: Sequence[Progress]

    @property
    def waits(self) -> int:
        """How many things wait for this person."""
        return len(self.needs) + len(self.endings) + len(self.waiting) + len(self.dead)


@dataclass(frozen=True)
class Glance:
    """The little that tells whether the home page has changed: what has run, what is under way, and the minute."""

    facts: tuple[object, ...]
    progress: Sequence[Progress]


def glance(kitchen: Kitchen, now: datetime) -> Glance:
    """Return what tells whether the home page of a kitchen has changed. Two small queries.

    The minute is part of it: it moves the mark of the day, makes slots late, and brings in whatever else changed.
    """
    progress = under_way(now)
    minute = now.replace(second=0, microsecond=0)
    under = [(work.name, work.done, work.ended_at) for work in progress]
    return Glance((minute, kitchen.pk, kitchen.head, *today.seen(kitchen), *under), progress)


def home(kitchen: Kitchen, now: datetime, progress: Sequence[Progress], person: int | None = None) -> Home:
    """Return the home page of a kitchen. Twelve queries, whatever the size of the history; one less where all is green or
    below production, one more where a slot of today has passed without a run, two where merge requests are open.

    `progress` is what `glance` found under way; a `person` is told which of their kitchens end.
    """
    day = now.replace(hour=0, minute=0, second=0, microsecond=0)
    mesh = mesh_at(commit_of(kitchen))
    recipes = [thing.split(":", 1)[1] for thing in mesh.things if thing.startswith("recipe:")]
    recent = today.recent_runs(kitchen, recipes) if recipes else []
    arrivals = today.arrivals(kitchen, day, now)
    late = sorted({arrival.name for arrival in arrivals if arrival.state in ("late", "missing")})
    days = today.last_days(kitchen, day)
    query = "" if kitchen.is_production else "?" + urlencode({"kitchen": kitchen.slug})
    titles = dict(Domain.objects.values_list("slug", "title"))
    return Home(
        kitchen=kitchen,
        query=query,
        sentence=day_sentence(days[-1].statuses, late),
        day=day,
        now_percent=percent_of_day(now, day),
        needs=today.needs(recent),
        endings=endings_of(person, now),
        waiting=waiting_for(),
        dead=dead_channels(),
        picture=picture_of(mesh.between_domains, titles, recent) if titles else None,
        domains=len(titles),
        arrivals=arrivals,
        strips=[*today.strips(days, query), *lead_time(kitchen, day)],
        latest=today.newest(kitchen),
        progress=progress,
    )


def percent_of_day(moment: datetime, day: datetime) -> float:
    """Return where a moment of the day lies on a line from 0 to 100."""
    return round(max(0.0, min(100.0, (moment - day).total_seconds() / 864)), 2)


def picture_of(edges: Sequence[Edge], titles: dict[str, str], recent: Sequence[RunFact]) -> MeshPicture:
    """Return the mesh as one box a domain, with the newest runs of each as bars."""
    runs: dict[str, list[RunFact]] = defaultdict(list)
    for run in recent:
        runs[run.domain].append(run)
    boxes = [domain_box(slug, title, runs[slug]) for slug, title in titles.items()]
    return mesh_picture(boxes, edges)


def domain_box(slug: str, title: str, runs: Sequence[RunFact]) -> DomainBox:
    """Say how a domain stands: red while the newest run of one of its recipes is red, else at work, else green."""
    newest: dict[tuple[str, str], RunFact] = {}
    settled: dict[tuple[str, str], RunFact] = {}
    for run in runs:
        newest.setdefault((run.recipe, run.variation), run)
        if run.status not in OPEN and run.status != Status.CANCELLED:
            settled.setdefault((run.recipe, run.variation), run)
    red = [run for run in settled.values() if run.status in RED]
    at_work = any(run.status in OPEN for run in newest.values())
    state = Status.FAILED if red else Status.RUNNING if at_work else Status.SUCCEEDED if settled else ""
    under = (
        f"{words.listed([run.recipe for run in red])} failed"
        if red
        else words.count(len(newest), "variation") + (", at work" if at_work else ", all green")
    )
    bars = [(run.status, f"Run {run.pk}, {run.recipe}") for run in reversed(runs[:DAYS_DRAWN])]
    return DomainBox(slug, title, state, under if newest else "nothing has run yet", tuple(bars))
