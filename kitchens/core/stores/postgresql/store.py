"""The PostgreSQL store itself: opens sessions, and does with finished versions what needs no session."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from kitchens.core.stores import differ, modes
from kitchens.core.stores.base import Collected, Diff, Limits, Manifest, Part, Result, Source, Staged, Version
from kitchens.core.stores.measures import Found
from kitchens.core.stores.postgresql import measures, setup
from kitchens.core.stores.postgresql.bench import Bench, told
from kitchens.core.stores.postgresql.profiles import Profiler
from kitchens.core.stores.postgresql.session import PostgresSession
from kitchens.core.stores.profiles import Profile
from kitchens.core.stores.profiles import profile as profiled
from kitchens.core.stores.sources import SourceRules
from kitchens.core.stores.text import cut_short

CAPS = frozenset({"time_travel", "row_diff", "atomic_publish", "zero_copy_fork", "many_machines"})
MOST_PARTS = 100  # tables of a version: a query over 90 of them costs 14 ms of planning


class PostgresStore:
    """Parts are tables of the schema `hub_data`; each is written once, never changed, and named by the attempt."""

    kind = "postgresql"
    caps = CAPS

    def __init__(self, location: str, source_rules: SourceRules | None = None) -> None:
        self.url = location
        self.source_rules = source_rules

    def session(
        self,
        manifest: Manifest,
        attempt: str,
        *,
        sources: Mapping[str, Source] | None = None,
        connections: Mapping[str, Mapping[str, Any]] | None = None,
        limits: Limits | None = None,
    ) -> PostgresSession:
        bench = Bench.open(self.url, attempt, limits or Limits())
        rules = self.source_rules or SourceRules.from_environment()
        return PostgresSession(
            bench, dict(manifest), rules, dict(sources or {}), dict(connections or {}), MOST_PARTS
        )

    def rebase(self, staged: Staged, head: Version | None) -> Staged:
        with self._opened(staged.attempt) as bench:
            return modes.rebase(bench, staged, head)

    def sample(self, version: Version, limit: int = 20) -> Result:
        with self._opened("sample") as bench:
            rows = bench.relation(version.parts, version.columns)
            found = bench.result(f"SELECT {cut_short(version.columns)} FROM {rows} AS r LIMIT {int(limit)}")
            return Result(version.columns, found.rows)

    def diff(self, old: Version, new: Version, key: Sequence[str], limit: int = 20) -> Diff:
        with self._opened("diff") as bench:
            return differ.diff(bench, old, new, key, limit)

    def profiles(self, version: Version) -> dict[str, Profile]:
        with self._opened("profile") as bench:
            return Profiler(bench).known(version.parts)

    def profile(self, version: Version, told: Callable[[str], object] = lambda name: None) -> Profile:
        with self._opened("profile") as bench:
            return profiled(Profiler(bench), version, told)

    def compact(self, version: Version, attempt: str) -> Version:
        with self._opened(attempt) as bench:
            return modes.compact(bench, version, MOST_PARTS)

    def keep(self, found: Found) -> None:
        if found:
            with self._opened("keep") as bench:
                measures.keep(bench, found)

    def discard(self, names: Sequence[str]) -> None:
        with self._opened("collect") as bench:
            bench.discard(Part(name, 0, 0) for name in names)

    def collect(self, keep: set[str], older_than_seconds: float, *, dry_run: bool = False) -> Collected:
        with self._opened("collect") as bench:
            with told():
                found = bench.link.execute(
                    f"SELECT name, coalesce(pg_table_size(to_regclass(format('{setup.DATA}.%%I', name))), 0)"
                    f" FROM {setup.DATA}.hub_parts WHERE created_at < now() - make_interval(secs => %s)",
                    [older_than_seconds],
                ).fetchall()
            parts = [Part(name, 0, size) for name, size in found if name not in keep]
            if not dry_run:
                bench.discard(parts)
        return Collected(len(parts), sum(part.bytes for part in parts), tuple(part.name for part in parts))

    @contextlib.contextmanager
    def _opened(self, attempt: str) -> Iterator[Bench]:
        bench = Bench.open(self.url, attempt, Limits())
        try:
            yield bench
        finally:
            bench.close()
