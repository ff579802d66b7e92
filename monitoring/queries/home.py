"""Everything the home page shows, put together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode

from kitchens.core import words
from kitchens.models import Domain, Kitchen
from monitoring.core.mesh import Mesh, domain_edges
from monitoring.core.pictures import DomainBox, MeshPicture, mesh_picture
from monitoring.core.today import Arrival, Need, RunFact, Strip, day_sentence
from monitoring.queries import today
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
    needs: Sequence[Need]
    picture: MeshPicture | None
    domains: int
    arrivals: Sequence[Arrival]
    strips: Sequence[Strip]
    latest: Sequence[RunFact]
    progress: Sequence[Progress]
    etag_facts: tuple[object, ...]

    @property
    def now_percent(self) -> float:
        """How much of the day has passed, for the mark on the line of arrivals."""
        newest = self.etag_facts[0]
        return percent_of_day(newest, self.day) if isinstance(newest, datetime) else 0.0


def percent_of_day(moment: datetime, day: datetime) -> float:
    """Return where a moment of the day lies on a line from 0 to 100."""
    return round(max(0.0, min(100.0, (moment - day).total_seconds() / 864)), 2)


def home(kitchen: Kitchen, now: datetime) -> Home:
    """Return the home page of a kitchen. Twelve queries, whatever the size of the history."""
    day = now.replace(hour=0, minute=0, second=0, microsecond=0)
    mesh = mesh_at(commit_of(kitchen))
    recipes = [thing.split(":", 1)[1] for thing in mesh.things if thing.startswith("recipe:")]
    recent = today.recent_runs(kitchen, recipes) if recipes else []
    arrivals = today.arrivals(kitchen, day, now)
    late = sorted({arrival.name for arrival in arrivals if arrival.state in ("late", "missing")})
    counts = today.counts_of_day(kitchen, day, day + timedelta(days=1))
    query = "" if kitchen.is_production else "?" + urlencode({"kitchen": kitchen.slug})
    titles = dict(Domain.objects.values_list("slug", "title"))
    latest = today.newest(kitchen)
    progress = under_way(now)
    return Home(
        kitchen=kitchen,
        query=query,
        sentence=day_sentence(counts, late),
        day=day,
        needs=today.needs(recent),
        picture=picture_of(mesh, titles, recent) if titles else None,
        domains=len(titles),
        arrivals=arrivals,
        strips=today.strips(kitchen, day, query),
        latest=latest,
        progress=progress,
        etag_facts=(
            now.replace(second=0, microsecond=0),
            *((run.pk, run.status) for run in latest),
            *counts.items(),
        ),
    )


def picture_of(mesh: Mesh, titles: dict[str, str], recent: Sequence[RunFact]) -> MeshPicture:
    """Return the mesh as one box a domain, with the newest runs of each as bars."""
    runs: dict[str, list[RunFact]] = defaultdict(list)
    for run in recent:
        runs[run.domain].append(run)
    boxes = [domain_box(slug, title, runs[slug]) for slug, title in titles.items()]
    return mesh_picture(boxes, domain_edges(mesh))


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
        else words.count(len(newest), "variation") + " run"
    )
    bars = [(run.status, f"Run {run.pk}, {run.recipe}") for run in reversed(runs[:DAYS_DRAWN])]
    return DomainBox(slug, title, state, under if newest else "nothing has run yet", tuple(bars))
