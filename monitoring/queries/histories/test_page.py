"""The page of one test: what it says, how it went, what happened meanwhile, and what it is worth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise
from typing import Any

from hub.common.errors import MissingError
from kitchens.models import Kitchen, Revision
from kitchens.queries.seeing import see
from monitoring.core.history.chart import Band, Event, HistoryChart, history_chart, own_events
from monitoring.core.history.points import Point
from monitoring.core.history.strip import Strip
from monitoring.core.history.words import Lately, how_often, lately, plain_words, sees
from monitoring.models import Episode
from monitoring.queries.histories.points import Evaluation, evaluations
from monitoring.queries.histories.strips import strips_of
from monitoring.queries.mesh import commit_of
from monitoring.queries.report.around import Elsewhere, elsewhere
from monitoring.queries.report.rule import Rule, written
from recipes.core.checks import CHECKS, Check
from recipes.core.monitors import monitors_in
from recipes.core.spec.model import AUTOMATIC, RecipeSpec, TestSpec
from recipes.models import Baseline, CommitIndex, RecipeVersion, TestResult, TestSeries

SHOWN, RECENT, BANDS = 60, 500, 60
OF_THE_SAME_CODE = ("publish", "restore", "override", "provision")  # causes of revisions that bring no commit


@dataclass(frozen=True)
class Definition:
    """The test as its recipe has it now, or had it in the newest run on the page where it is gone."""

    spec: TestSpec
    rule: Rule
    gone: bool

    @property
    def parameters(self) -> Mapping[str, Any]:
        """What its author chose: parameters of the check, then what all tests have."""
        common = ("where", "warn", "fail", "nulls", "on_empty")
        return dict(self.spec.params) | {
            name: value for name in common if (value := getattr(self.spec, name))
        }


@dataclass(frozen=True)
class Other:
    """The same test in another kitchen, beside this one."""

    there: Elsewhere
    strip: Strip


@dataclass(frozen=True)
class TestPage:
    """Everything the page of a test shows."""

    __test__ = False

    series: TestSeries
    kitchen: Kitchen
    rows: Sequence[Evaluation]  # oldest first
    chart: HistoryChart | None
    definition: Definition | None
    check: Check | None
    episodes: Sequence[Episode]
    lately: Lately
    others: Sequence[Other]
    strip: Strip
    older_url: str
    newest_url: str

    @property
    def points(self) -> Sequence[Point]:
        return [row.point for row in self.rows]

    @property
    def learns(self) -> bool:
        """Whether later runs of it learn from its results, which people may mark then."""
        return self.check is not None and self.check.history and self.kitchen.is_production

    @property
    def sentence(self) -> str:
        meant = self.definition.spec.description if self.definition else ""
        one = self.series
        expected = next((row.point.expected for row in reversed(self.rows) if row.point.expected), "")
        told = plain_words(
            meant or (self.check.summary if self.check else ""),
            one.check_name,
            one.dataset,
            one.column,
            expected,
        )
        return f"{told} {how_often(one.n_results, one.n_red, one.n_warned)}"

    @property
    def sees(self) -> str:
        """The smallest change it can see, in words."""
        return sees(self.points, next((row.sees for row in reversed(self.rows) if row.sees), ""))

    @property
    def open_episode(self) -> Episode | None:
        return next((episode for episode in self.episodes if episode.is_open), None)


def get_series(pk: int) -> tuple[TestSeries, Kitchen]:
    """Return a series and its kitchen; MissingError, or NotAllowedError where the kitchen is closed. Two queries."""
    rows = TestSeries.objects.select_related("last").defer("last__evidence", "last__sql", "last__details")
    series = rows.filter(pk=pk).first()
    kitchen = Kitchen.objects.select_related("owner").filter(pk=series.kitchen_id).first() if series else None
    if series is None or kitchen is None:
        raise MissingError(f"There is no test {pk}.", remedy="The list of tests shows those there are.")
    return series, see(kitchen)


def page_of_test(pk: int, before: int | None = None) -> TestPage:
    """Return the page of a test with its evaluations older than the result `before`. At most sixteen queries."""
    series, kitchen = get_series(pk)
    rows = evaluations(pk, SHOWN + 1, before=before)
    more, rows = len(rows) > SHOWN, rows[-SHOWN:]
    rows = _with_left_out(series, rows)
    commit = commit_of(kitchen)
    versions = _versions(series, {row.commit for row in rows} | {commit})
    episodes = list(Episode.objects.filter(series=pk).defer("findings").order_by("-pk")[:BANDS])
    bands = [_band(one) for one in episodes]
    events = [*_deploys(kitchen, series, rows, versions), *own_events([row.point for row in rows])]
    around = elsewhere(series)
    strips = strips_of([pk, *(one.series.pk for one in around)])
    recent = TestResult.objects.filter(series=pk, counts=True).order_by("-pk")
    return TestPage(
        series=series,
        kitchen=kitchen,
        rows=[replace(row, events=tuple(e for e in events if e.result == row.point.result)) for row in rows],
        chart=history_chart([row.point for row in rows], bands=bands, events=events),
        definition=_definition(series, versions, commit, rows),
        check=CHECKS.get(series.check_name),
        episodes=episodes,
        lately=lately(list(recent.values_list("verdict", "mark", "duration_ms")[:RECENT])),
        others=[Other(one, strips[one.series.pk]) for one in around],
        strip=strips[pk],
        older_url=f"?before={rows[0].point.result}" if more else "",
        newest_url="?" if before is not None else "",
    )


def _versions(series: TestSeries, commits: set[str]) -> dict[str, RecipeVersion]:
    """Return commit -> the version of the recipe it has. Two queries; none for a test of another tool."""
    if not series.recipe:
        return {}
    index = CommitIndex.objects.filter(commit__in=commits - {""})
    of_commit = {
        commit: recipes.get(f"{series.domain}/{series.recipe}")
        for commit, recipes in index.values_list("commit", "recipes")
    }
    found = RecipeVersion.objects.defer("faults").in_bulk({pk for pk in of_commit.values() if pk})
    return {commit: found[pk] for commit, pk in of_commit.items() if pk in found}


def _test_in(version: RecipeVersion | None, test: str) -> Mapping[str, Any] | None:
    """Return a test as a version of its recipe has it, or the monitor it lets be made."""
    if version and version.spec and test.startswith(AUTOMATIC):
        monitor = monitors_in(RecipeSpec.model_validate(version.spec)).get(test)
        return monitor.model_dump(mode="json") if monitor else None
    found = ((version.spec or {}).get("tests") or {}).get(test) if version else None
    return found if isinstance(found, dict) else None


def _definition(
    series: TestSeries, versions: Mapping[str, RecipeVersion], commit: str, rows: Sequence[Evaluation]
) -> Definition | None:
    """Return the test as written now, else as in the newest run that had it. No query; reads a file of git once."""
    for place, at in enumerate([commit, *(row.commit for row in reversed(rows))]):
        if raw := _test_in(versions.get(at), series.test):
            spec = TestSpec.model_validate(raw)
            return Definition(spec, written(at, series.domain, series.recipe, spec), gone=place > 0)
    return None


def _deploys(
    kitchen: Kitchen, series: TestSeries, rows: Sequence[Evaluation], versions: Mapping[str, RecipeVersion]
) -> list[Event]:
    """Return where the recipe was another one than in the run before, with who changed it. One query where it was."""
    changed = []
    known = [row for row in rows if row.commit in versions]
    for before, after in pairwise(known):
        if versions[before.commit].pk != versions[after.commit].pk:
            same = _plain(_test_in(versions[before.commit], series.test)) == _plain(
                _test_in(versions[after.commit], series.test)
            )
            changed.append((after, same))
    if not changed:
        return []
    commits = {row.commit for row, _ in changed}
    revisions = Revision.objects.filter(kitchen=kitchen, commit__in=commits).exclude(
        cause__in=OF_THE_SAME_CODE
    )
    made = list(revisions.select_related("by").order_by("-number"))
    return [_deploy(row, same, _brought_by(row, made)) for row, same in changed]


def _brought_by(row: Evaluation, newest_first: Sequence[Revision]) -> Revision | None:
    """Return the last revision before a run that brought its commit: a rollback brings an old one once more."""
    before = (one for one in newest_first if one.commit == row.commit and one.number <= row.revision)
    return next(before, None)


def _plain(raw: Mapping[str, Any] | None) -> dict[str, Any]:
    return {name: value for name, value in (raw or {}).items() if name != "line"}


def _deploy(row: Evaluation, same: bool, revision: Revision | None) -> Event:
    what = "The recipe changed" if same else "The test itself changed"
    who = f" by {revision.by}" if revision and revision.by else ""
    when = f" in revision {revision.number}" if revision else f" (commit {row.commit[:10]})"
    note = f": {revision.note.rstrip('.')}" if revision and revision.note else ""
    return Event(row.point.result, "deploy" if same else "test", f"{what}{when}{who}{note}.")


def _band(episode: Episode) -> Band:
    said = f"Red from {episode.opened_at:%-d %b %Y %H:%M}" + (
        f" to {episode.closed_at:%-d %b %Y %H:%M}" if episode.closed_at else " on"
    )
    return Band(
        first=episode.first_result_id or 0,
        last=None if episode.is_open else episode.fixed_result_id or (episode.last_result_id or 0) + 1,
        said=f"{said}.",
        url=episode.get_absolute_url(),
    )


def _with_left_out(series: TestSeries, rows: Sequence[Evaluation]) -> Sequence[Evaluation]:
    """Say of points why the newest baseline among them has not learnt from them. One query where one judged."""
    digest = next((row.point.baseline for row in reversed(rows) if row.point.baseline), "")
    if not digest:
        return rows
    named = {"domain": series.domain, "recipe": series.recipe, "test": series.test, "digest": digest}
    body = Baseline.objects.filter(**named).values_list("body", flat=True).first() or {}
    why = {datetime.fromisoformat(at): reason for at, reason in body.get("excluded", ())}
    return [
        replace(row, point=replace(row.point, left_out=why[row.about])) if row.about in why else row
        for row in rows
    ]
