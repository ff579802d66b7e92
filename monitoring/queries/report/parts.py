"""The parts of a report that are fetched when somebody wants them: lines of code, columns then and now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kitchens.core.datadiff import HIDDEN
from kitchens.core.git.history import Change
from kitchens.core.stores.base import StoreError
from kitchens.core.stores.profiles import ColumnProfile, Profile
from kitchens.core.words import number
from kitchens.models import Snapshot
from kitchens.queries.data import open_kitchen_store, version_of
from monitoring.models import Episode
from monitoring.queries.mesh import commit_of
from monitoring.queries.report.changes import file_changes
from monitoring.queries.report.rule import personal_at
from recipes.models import DatasetAccess

MOST_ROWS = 2_000_000  # of a version that nobody has profiled yet


def code_of(episode: Episode) -> Sequence[Change]:
    """Return the files of the recipe that differ between the two runs, with their lines. No query; reads git."""
    changes = episode.findings.get("changes", {})
    folder = f"domains/{episode.domain}/recipes/{episode.recipe}"
    return file_changes(changes.get("commit_before", ""), changes.get("commit", ""), folder)


@dataclass(frozen=True)
class ProfileRow:
    """A column then and now."""

    name: str
    nulls_then: int | None
    nulls: int | None
    distinct_then: int | None
    distinct: int | None
    range_then: str
    range: str

    @property
    def differs(self) -> bool:
        return (self.nulls_then or 0) != (self.nulls or 0) or self.nulls_then is None or self.nulls is None


@dataclass(frozen=True)
class ThenAndNow:
    """The columns of a dataset in the last green and the first red run; `fault` says why there are none."""

    rows: Sequence[ProfileRow] = ()
    rows_then: int | None = None
    rows_now: int | None = None
    fault: str = ""


def profile_of(episode: Episode) -> ThenAndNow:
    """Return the columns of the dataset in both runs. Three queries; reads parts of the store nobody has profiled yet."""
    against = episode.findings.get("changes", {}).get("against")
    then, now = _snapshot(episode, against), _snapshot(episode, episode.first_run_id)
    if now is None:
        return ThenAndNow(fault=f"The run has written no version of {episode.dataset}.")
    if gone := [one for one in (then, now) if one and one.collected_at]:
        return ThenAndNow(fault=f"{gone[0]} has been removed by policy.")
    if max(one.rows for one in (then, now) if one) > MOST_ROWS:
        return ThenAndNow(fault=f"Versions of more than {number(MOST_ROWS)} rows are not read here.")
    store = open_kitchen_store(episode.kitchen)
    try:
        before = store.profile(version_of(then)) if then else None
        after = store.profile(version_of(now))
    except StoreError as fault:
        return ThenAndNow(fault=f"The data store did not answer: {fault}")
    policy = personal_at(commit_of(episode.kitchen))
    secret = {name.lower() for name in (policy or {}).get(episode.dataset, {})}
    names = dict.fromkeys([*(before.columns if before else ()), *after.columns])
    rows = [_row(name, before, after, hidden=policy is None or name.lower() in secret) for name in names]
    return ThenAndNow(rows, before.rows if before else None, after.rows)


def _snapshot(episode: Episode, run: int | None) -> Snapshot | None:
    """Return the version of the dataset that the chain of a run wrote last, else what it read."""
    if run is None:
        return None
    rows = DatasetAccess.objects.filter(run=run, dataset__name=episode.dataset, snapshot__isnull=False)
    found = rows.select_related("snapshot__dataset").order_by("-writes", "-id").first()
    return found.snapshot if found else None


def _row(name: str, then: Profile | None, now: Profile, *, hidden: bool) -> ProfileRow:
    before, after = then.columns.get(name) if then else None, now.columns.get(name)
    return ProfileRow(
        name=name,
        nulls_then=before.nulls if before else None,
        nulls=after.nulls if after else None,
        distinct_then=before.distinct if before else None,
        distinct=after.distinct if after else None,
        range_then=_range(before, hidden=hidden),
        range=_range(after, hidden=hidden),
    )


def _range(column: ColumnProfile | None, *, hidden: bool) -> str:
    if column is None:
        return "not there"
    if column.low is None:
        return "no value"
    return HIDDEN if hidden else f"{column.low} to {column.high}"
