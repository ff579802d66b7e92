"""The failure report of an episode as one object: the page, the PDF and the API show this and nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from hub.common.errors import MissingError
from kitchens.core.datadiff import HIDDEN
from kitchens.core.words import count
from kitchens.models import Domain
from kitchens.queries.retention import days
from kitchens.queries.seeing import see
from monitoring.core.history.chart import HistoryChart, history_chart
from monitoring.core.history.points import Point
from monitoring.core.report_words import reliability, verdict_line
from monitoring.models import Episode
from monitoring.queries.mesh import commit_of, mesh_at
from monitoring.queries.report import around
from monitoring.queries.report.findings import findings_of
from monitoring.queries.report.rule import Rule, personal_at, rule_of
from monitoring.queries.report.sides import Side
from recipes.core.checks import datasets_read
from recipes.core.checks.personal import Personal
from recipes.core.spec.model import TestSpec
from recipes.core.status import SETTLED, Status
from recipes.models import Attempt, NodeRun, OrderRun, TestResult

RUNS = ("green_run", "last_run", "fixed_run")
RELATED = ("kitchen__owner", "series", "incident__assignee")
OF_RUN = ("status", "commit", "started_at", "ended_at", "published")


@dataclass(frozen=True)
class Rows:
    """Failing rows as they were kept, values of personal columns hidden."""

    columns: tuple[str, ...]
    rows: Sequence[Mapping[str, Any]]
    hit: tuple[str, ...]
    total: int | None
    kept_until: datetime
    hidden: tuple[str, ...]
    offending: Sequence[Mapping[str, Any]] = ()


@dataclass(frozen=True)
class Report:
    """Everything a failure report shows."""

    episode: Episode
    now: datetime
    owner: str
    result: TestResult | None  # the first red one
    newest: TestResult | None  # of the test, whatever it says
    rule: Rule | None
    points: Sequence[Point]
    chart: HistoryChart | None
    findings: Mapping[str, Any]
    rows: Rows | None
    siblings: Sequence[TestResult]
    blast: around.Blast
    elsewhere: Sequence[around.Elsewhere]
    others: Sequence[Episode]
    attempts: Sequence[Attempt]
    node_run: NodeRun | None
    resumable: bool

    @property
    def line(self) -> str:
        """The verdict in one sentence."""
        one = self.episode
        return verdict_line(
            one.sentence, one.named, one.first_run_id, one.n_runs, one.opened_at, one.closed_at, one.ending
        )

    @property
    def age(self) -> float:
        """Seconds from the first red run to its end, or to now."""
        return ((self.episode.closed_at or self.now) - self.episode.opened_at).total_seconds()

    @property
    def causes(self) -> Sequence[Mapping[str, Any]]:
        return self.findings.get("causes", ())

    @property
    def changes(self) -> Mapping[str, Any]:
        return self.findings.get("changes", {})

    @property
    def upstream(self) -> Sequence[Mapping[str, Any]]:
        return self.findings.get("upstream", ())

    @property
    def log(self) -> Sequence[Sequence[str]]:
        return self.findings.get("log", ())

    @property
    def slices(self) -> Sequence[Mapping[str, Any]]:
        return self.result.details.get("slices", ()) if self.result else ()

    @property
    def statements(self) -> Sequence[str]:
        """The SQL that ran: of the test, or of the node that failed."""
        if self.result and self.result.sql:
            return (self.result.sql,)
        return tuple(self.node_run.outcome.get("sql", ())) if self.node_run else ()

    @property
    def detail(self) -> str:
        """The whole message of an error: of the test that could not be measured, or of the node."""
        if self.result:
            return str(self.result.details.get("message", ""))
        return str(self.node_run.outcome.get("detail", "")) if self.node_run else ""

    @property
    def reliability(self) -> str:
        series = self.episode.series
        if series is None:
            return f"It failed in {count(len(self.others) + 1, 'episode')} so far."
        return reliability(series.n_results, series.n_red, len(self.others) + 1)


def get_episode(pk: int) -> Episode:
    """Return an episode; MissingError where there is none, NotAllowedError where its kitchen is closed. One query."""
    episode = Episode.objects.select_related(*RELATED).filter(pk=pk).first()
    if episode is None:
        raise MissingError(
            f"There is no failure report {pk}.", remedy="The list of reports shows those there are."
        )
    see(episode.kitchen)
    return episode


def _load(episode: Episode) -> None:
    """Give an episode its runs and its first result. Three queries, which cost far less than one with ten joins."""
    first = OrderRun.objects.select_related("revision").filter(pk=episode.first_run_id).first()
    if first is not None:
        first.kitchen = episode.kitchen
    ids = {pk for name in RUNS if (pk := getattr(episode, f"{name}_id")) and pk != episode.first_run_id}
    runs = OrderRun.objects.only(*OF_RUN).in_bulk(ids) if ids else {}
    episode.first_run = first
    for name in RUNS:
        pk = getattr(episode, f"{name}_id")
        setattr(episode, name, first if first is not None and pk == first.pk else runs.get(pk))
    episode.first_result = TestResult.objects.filter(pk=episode.first_result_id).first()


def report_of(pk: int, now: datetime) -> Report:
    """Return the report of an episode. At most eighteen queries once its findings are worked out, however long it lasted."""
    episode = get_episode(pk)
    _load(episode)
    result = episode.first_result
    side = Side(episode.first_run) if episode.first_run else None
    own = side.test(episode.test) if side and episode.test else None
    points = around.history(episode)
    commit = commit_of(episode.kitchen)
    mesh = mesh_at(side.run.commit if side else commit)
    node_run = _node_run(episode, own is None)
    return Report(
        episode=episode,
        now=now,
        owner=_owner(episode.domain),
        result=result,
        newest=_newest(episode),
        rule=rule_of(side, own) if side and own else None,
        points=points,
        chart=history_chart(points, episode.first_result_id, episode.green_result_id),
        findings=episode.findings if episode.found_at else findings_of(episode),
        rows=_rows(result, own, [personal_at(one) for one in {side.run.commit if side else commit, commit}]),
        siblings=around.siblings(episode),
        blast=around.blast(episode, mesh, side.plan.writes() if side else (), _published(episode)),
        elsewhere=around.elsewhere(episode),
        others=around.others(episode),
        attempts=list(Attempt.objects.filter(node_run=node_run).order_by("number")) if node_run else [],
        node_run=node_run,
        resumable=_resumable(episode),
    )


def _owner(domain: str) -> str:
    """Return who owns the domain, "" where nobody does. One query."""
    found = Domain.objects.select_related("owner").filter(slug=domain).first()
    return str(found.owner or "") if found else ""


def _newest(episode: Episode) -> TestResult | None:
    if episode.series is None or episode.series.last_id is None:
        return None
    rows = TestResult.objects.defer("evidence", "sql", "details")
    return rows.filter(pk=episode.series.last_id).first()


def _node_run(episode: Episode, wanted: bool) -> NodeRun | None:
    if not wanted or episode.first_run_id is None or not episode.node:
        return None
    return NodeRun.objects.filter(run=episode.first_run_id, node=episode.node).first()


def _published(episode: Episode) -> bool:
    return any(run is not None and run.published_id for run in (episode.first_run, episode.last_run))


def _resumable(episode: Episode) -> bool:
    run = episode.last_run
    if run is None or run.status not in SETTLED or run.status == Status.SUCCEEDED:
        return False
    return not OrderRun.objects.filter(resumes=run).exists()


def _rows(
    result: TestResult | None, own: TestSpec | None, policies: Sequence[Personal | None]
) -> Rows | None:
    """Return the failing rows kept, with what today's or the run's own policy hides hidden; all where one is not known."""
    if result is None or not (result.evidence or result.details.get("offending") or result.n_fail):
        return None
    names = {result.dataset, *(datasets_read(own) if own else ())}
    columns = tuple(result.evidence[0]) if result.evidence else ()
    secret = {column.lower() for one in policies if one for name in names for column in one.get(name, {})}
    if None in policies:
        secret |= {name.lower() for name in columns}
        secret |= {name.lower() for one in result.details.get("offending", ()) for name in one["values"]}
    hit = tuple(result.details.get("columns", ()))
    return Rows(
        columns=tuple(sorted(columns, key=lambda name: name not in hit)) if hit else columns,
        rows=[_masked(row, secret) for row in result.evidence],
        hit=hit,
        total=result.n_fail,
        kept_until=result.at + timedelta(days=days()["samples"]),
        hidden=tuple(name for name in columns if name.lower() in secret),
        offending=[
            {"values": _masked(one["values"], secret), "rows": one["rows"]}
            for one in result.details.get("offending", ())
        ],
    )


def _masked(row: Mapping[str, Any], secret: set[str]) -> dict[str, Any]:
    return {
        name: HIDDEN if value is not None and name.lower() in secret else value for name, value in row.items()
    }
