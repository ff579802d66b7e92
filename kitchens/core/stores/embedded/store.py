"""The embedded store itself: opens sessions, and does with finished versions what needs no session."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from kitchens.core.stores import differ, modes
from kitchens.core.stores.base import (
    Collected,
    Diff,
    Limits,
    Manifest,
    Part,
    Result,
    Source,
    Staged,
    Version,
)
from kitchens.core.stores.embedded import files, measures, rooms
from kitchens.core.stores.embedded.bench import Bench, told
from kitchens.core.stores.embedded.profiles import Profiler
from kitchens.core.stores.embedded.session import EmbeddedSession
from kitchens.core.stores.embedded.sources import FileSources
from kitchens.core.stores.measures import Found
from kitchens.core.stores.profiles import Profile
from kitchens.core.stores.profiles import profile as profiled
from kitchens.core.stores.sources import SourceRules
from kitchens.core.stores.text import cut_short

CAPS = frozenset({"time_travel", "row_diff", "atomic_publish", "zero_copy_fork", "local_files"})

SAMPLE_LIMITS = Limits(memory_mb=512, threads=1)  # it runs inside the web server
MOST_PARTS = 1000  # files of a compacted version


class EmbeddedStore:
    """Parts are Parquet files below `root`; they are written once, never changed, and named by the attempt."""

    kind = "embedded"
    caps = CAPS

    def __init__(self, location: str, source_rules: SourceRules | None = None) -> None:
        self.root = Path(location) if location.startswith(rooms.HANDED) else Path(location).resolve()
        self.source_rules = source_rules

    def session(
        self,
        manifest: Manifest,
        attempt: str,
        *,
        sources: Mapping[str, Source] | None = None,
        connections: Mapping[str, Mapping[str, Any]] | None = None,
        limits: Limits | None = None,
    ) -> EmbeddedSession:
        parts = [part for version in manifest.values() for part in version.parts]
        rules = self.source_rules or SourceRules.from_environment()
        own = FileSources(rules, dict(sources or {}), dict(connections or {}))
        bench = self._bench(attempt, parts, limits, own.readable())
        return EmbeddedSession(bench, dict(manifest), own)

    def rebase(self, staged: Staged, head: Version | None) -> Staged:
        parts = (*staged.added, *(head.parts if head else ()))
        with self._opened(staged.attempt, parts) as bench:
            return modes.rebase(bench, staged, head)

    def sample(self, version: Version, limit: int = 20) -> Result:
        with self._opened("sample", version.parts, SAMPLE_LIMITS) as bench:
            rows = bench.relation(version.parts, version.columns)
            found = bench.result(f"SELECT {cut_short(version.columns)} FROM {rows} AS r LIMIT {int(limit)}")
            return Result(version.columns, found.rows)

    def diff(self, old: Version, new: Version, key: Sequence[str], limit: int = 20) -> Diff:
        with self._opened("diff", (*old.parts, *new.parts)) as bench:
            return differ.diff(bench, old, new, key, limit)

    def profiles(self, version: Version) -> dict[str, Profile]:
        return self._profiler().known(version.parts)

    def profile(self, version: Version, told: Callable[[str], object] = lambda name: None) -> Profile:
        return profiled(self._profiler(), version, told)

    def _profiler(self) -> Profiler:
        return Profiler(self.root, lambda part: self._bench("profile", [part]))

    def compact(self, version: Version, attempt: str) -> Version:
        with self._opened(attempt, version.parts) as bench:
            return modes.compact(bench, version, MOST_PARTS)

    def keep(self, found: Found) -> None:
        measures.keep(self.root, found)

    def discard(self, names: Sequence[str]) -> None:
        with told(self.root):
            files.remove_parts(self.root, [Part(name, 0, 0) for name in names])

    def collect(self, keep: set[str], older_than_seconds: float, *, dry_run: bool = False) -> Collected:
        parts = list(files.old_parts(self.root, keep, older_than_seconds))
        if not dry_run:
            with told(self.root):
                files.remove_parts(self.root, parts)
                files.remove_old_spill(self.root, older_than_seconds)
        return Collected(len(parts), sum(part.bytes for part in parts), tuple(part.name for part in parts))

    def _bench(
        self, attempt: str, parts: Sequence[Part], limits: Limits | None = None, sources: Sequence[str] = ()
    ) -> Bench:
        paths = [str(files.part_path(self.root, part.name)) for part in parts]
        return Bench.open(self.root, attempt, [*paths, *sources], limits or Limits())

    @contextlib.contextmanager
    def _opened(self, attempt: str, parts: Sequence[Part], limits: Limits | None = None) -> Iterator[Bench]:
        bench = self._bench(attempt, parts, limits)
        try:
            yield bench
        finally:
            bench.close()
