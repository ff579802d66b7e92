"""A session on the embedded store: views over the manifest's files, and staging of new ones."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

from kitchens.core.stores import guard, modes, readers
from kitchens.core.stores.base import Column, Manifest, Part, Result, Staged, StoreError, Version, WriteMode
from kitchens.core.stores.embedded import measures
from kitchens.core.stores.embedded.bench import Bench, told
from kitchens.core.stores.embedded.sources import FileSources
from kitchens.core.stores.measures import Facts, Found
from kitchens.core.stores.rows import columns_of, write_csv
from kitchens.core.stores.subsets import Subsets
from kitchens.core.stores.text import check_dataset, quote


@dataclass
class EmbeddedSession:
    """See `kitchens.core.stores.base.Session`. Opening costs some 10 ms, a view 1 ms, and only what is read gets one."""

    bench: Bench
    manifest: Manifest
    sources: FileSources
    staged: dict[str, Version] = field(default_factory=dict)
    subsets: Subsets = field(default_factory=Subsets)
    viewed: set[str] = field(default_factory=set)
    statements: list[str] = field(default_factory=list)

    def __enter__(self) -> EmbeddedSession:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.bench.close()

    def leave(self) -> None:
        self.bench.leave()

    def query(self, sql: str, *, dialect: str = "duckdb", limit: int | None = None) -> Result:
        text = self._checked(sql, dialect)
        if limit is not None:
            text = f"SELECT * FROM ({text}) AS limited LIMIT {int(limit)}"
        return self.bench.result(text)

    def stage_sql(self, dataset: str, sql: str, mode: WriteMode, *, dialect: str = "duckdb") -> Staged:
        return self._stage(dataset, self._checked(sql, dialect), mode)

    def stage_rows(
        self, dataset: str, rows: Sequence[Mapping[str, Any]], mode: WriteMode, columns: Sequence[Column] = ()
    ) -> Staged:
        base = self.manifest.get(dataset) if mode.kind != "replace" else None
        typed = columns_of(dataset, rows, columns, base.columns if base else ())
        with self._draft("csv") as path:
            with told(self.bench.root, self.bench.room), path.open("w", encoding="utf-8", newline="") as file:
                write_csv(rows, typed, file, _blob)
            return self._stage(dataset, readers.select_rows(path, typed), mode)

    def stage_file(self, dataset: str, path: Path, mode: WriteMode) -> Staged:
        kind = readers.format_of(path.name)
        with (
            self._draft(f"{kind}.gz" if path.suffix == ".gz" else kind) as draft,
            told(self.bench.root, self.bench.room),
        ):
            _bring(path, draft)
            return self._stage(dataset, readers.select(self.bench.connection, draft, kind, {}), mode)

    def columns(self, dataset: str) -> tuple[Column, ...]:
        domain, _, name = dataset.partition(".")
        if domain == "source" and name in self.sources.sources:
            self._view(dataset)
            return self.bench.describe(f"SELECT * FROM source.{quote(name)}")
        return self._version(dataset).columns

    def seen(self, dataset: str) -> Version | None:
        return self.staged.get(dataset) or self.manifest.get(dataset)

    def subset(self, dataset: str, parts: Sequence[Part], numbered: str = "") -> str:
        return self.subsets.add(self._version(dataset), parts, numbered)

    def facts(self, dataset: str) -> dict[str, Facts]:
        version = self.seen(dataset)
        known = {part.name for old in self.manifest.values() for part in old.parts}
        new = [part for part in version.parts if part.name not in known] if version else []
        return measures.facts(self.bench, new, version.columns) if version else {}

    def measures(self, parts: Sequence[str]) -> Found:
        return measures.known(self.bench.root, parts)

    def executed(self) -> tuple[str, ...]:
        return tuple(self.statements)

    def _stage(self, dataset: str, sql: str, mode: WriteMode) -> Staged:
        staged = modes.stage(self.bench, check_dataset(dataset), sql, mode, self.manifest.get(dataset))
        self.staged[dataset] = staged.version
        self.viewed.discard(dataset)
        return staged

    def _version(self, dataset: str) -> Version:
        version = self.seen(dataset)
        if version is None:
            raise StoreError(f"There is no dataset {dataset} that this node may read.")
        return version

    def _checked(self, sql: str, dialect: str) -> str:
        """Return the SELECT as DuckDB's text, with a view made for everything it reads."""
        checked = guard.check(
            sql, dialect, {*self.manifest, *self.staged, *self.subsets}, self.sources.sources
        )
        for name in (*checked.datasets, *(f"source.{source}" for source in checked.sources)):
            self._view(name)
        text = checked.tree.sql(dialect="duckdb", comments=False, copy=False)
        self.statements.append(text)
        return text

    def _view(self, dataset: str) -> None:
        if dataset in self.viewed:
            return
        domain, table = dataset.split(".", 1)
        if domain == "source":
            with told(self.bench.root, self.bench.room):
                rows = f"({self.sources.select(self.bench.connection, table, self.bench.workspace)})"
        elif subset := self.subsets.get(dataset):
            rows = self.bench.relation(subset.parts, subset.columns, subset.numbered)
        else:
            version = self._version(dataset)
            rows = self.bench.relation(version.parts, version.columns)
        self.bench.rows(f"CREATE SCHEMA IF NOT EXISTS {quote(domain)}")
        self.bench.rows(
            f"CREATE OR REPLACE VIEW {quote(domain)}.{quote(table)} AS SELECT * FROM {rows} AS parts"
        )
        self.viewed.add(dataset)

    @contextlib.contextmanager
    def _draft(self, suffix: str) -> Iterator[Path]:
        """Yield a path in the workspace that the engine may read; it is removed afterwards."""
        path = self.bench.workspace / f".{secrets.token_hex(8)}.{suffix}"
        with told(self.bench.root, self.bench.room):
            path.parent.mkdir(parents=True, exist_ok=True)
        try:
            yield path
        finally:
            path.unlink(missing_ok=True)


def _bring(path: Path, draft: Path) -> None:
    """Bring a file a node made to where the engine may read it: by a link, or a copy from another disk."""
    try:
        os.link(path.resolve(strict=True), draft)
    except FileNotFoundError as fault:
        raise StoreError(f"There is no file {path.name} to write.") from fault
    except OSError:
        shutil.copyfile(path, draft)


def _blob(value: bytes) -> str:
    return "".join(f"\\x{byte:02X}" for byte in value)
