"""A session on the PostgreSQL store: names of datasets become the tables of their parts."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from io import StringIO
from pathlib import Path
from types import TracebackType
from typing import Any

from kitchens.core.stores import databases, guard, modes
from kitchens.core.stores.base import (
    Column,
    Manifest,
    Part,
    Result,
    Source,
    Staged,
    StoreError,
    Version,
    WriteMode,
)
from kitchens.core.stores.measures import Facts, Found
from kitchens.core.stores.postgresql import files, measures
from kitchens.core.stores.postgresql.bench import Bench
from kitchens.core.stores.postgresql.translate import translate
from kitchens.core.stores.rows import columns_of, write_csv
from kitchens.core.stores.sources import SourceRules, settings_of
from kitchens.core.stores.subsets import Subsets
from kitchens.core.stores.text import check_dataset

BATCH = 5000  # rows per piece of a COPY


@dataclass
class PostgresSession:
    """See `kitchens.core.stores.base.Session`. Names of columns are small letters here, however they were written."""

    bench: Bench
    manifest: Manifest
    rules: SourceRules
    sources: Mapping[str, Source]
    connections: Mapping[str, Mapping[str, Any]]
    most_parts: int
    staged: dict[str, Version] = field(default_factory=dict)
    subsets: Subsets = field(default_factory=Subsets)
    loaded: dict[str, tuple[str, tuple[Column, ...]]] = field(default_factory=dict)
    statements: list[str] = field(default_factory=list)

    def __enter__(self) -> PostgresSession:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.bench.close()

    def leave(self) -> None:
        self.bench.close()

    def query(self, sql: str, *, dialect: str = "duckdb", limit: int | None = None) -> Result:
        text = self._checked(sql, dialect)
        return self.bench.result(text if limit is None else f"SELECT * FROM ({text}) AS r LIMIT {int(limit)}")

    def stage_sql(self, dataset: str, sql: str, mode: WriteMode, *, dialect: str = "duckdb") -> Staged:
        return self._stage(dataset, self._checked(sql, dialect), mode)

    def stage_rows(
        self, dataset: str, rows: Sequence[Mapping[str, Any]], mode: WriteMode, columns: Sequence[Column] = ()
    ) -> Staged:
        base = self.manifest.get(dataset) if mode.kind != "replace" else None
        typed = columns_of(dataset, rows, columns, base.columns if base else ())
        with self.bench.loading(_lowered(typed)) as (table, copy):
            for start in range(0, len(rows), BATCH):
                text = StringIO()
                write_csv(rows[start : start + BATCH], typed, text, _blob)
                copy.write(text.getvalue())
        return self._stage(dataset, f"SELECT * FROM {table}", mode)

    def stage_file(self, dataset: str, path: Path, mode: WriteMode) -> Staged:
        rules = replace(self.rules, roots=(str(path.resolve().parent),))
        table, _ = self._load_file(Source("file", location=str(path.resolve())), rules)
        return self._stage(dataset, f"SELECT * FROM {table}", mode)

    def columns(self, dataset: str) -> tuple[Column, ...]:
        domain, _, name = dataset.partition(".")
        if domain == "source" and name in self.sources:
            return self._source(name)[1]
        return self._version(dataset).columns

    def seen(self, dataset: str) -> Version | None:
        return self.staged.get(dataset) or self.manifest.get(dataset)

    def subset(self, dataset: str, parts: Sequence[Part], numbered: str = "") -> str:
        return self.subsets.add(self._version(dataset), parts, numbered)

    def facts(self, dataset: str) -> dict[str, Facts]:
        version = self.seen(dataset)
        known = {part.name for old in self.manifest.values() for part in old.parts}
        new = [part for part in version.parts if part.name not in known] if version else []
        return {part.name: Facts(part.rows, {}) for part in new}

    def measures(self, parts: Sequence[str]) -> Found:
        return measures.known(self.bench, parts)

    def executed(self) -> tuple[str, ...]:
        return tuple(self.statements)

    def _stage(self, dataset: str, sql: str, mode: WriteMode) -> Staged:
        staged = modes.stage(self.bench, check_dataset(dataset), sql, mode, self.manifest.get(dataset))
        if len(staged.version.parts) > self.most_parts:
            staged = replace(staged, version=modes.compact(self.bench, staged.version, self.most_parts))
        self.staged[dataset] = staged.version
        return staged

    def _version(self, dataset: str) -> Version:
        version = self.seen(dataset)
        if version is None:
            raise StoreError(f"There is no dataset {dataset} that this node may read.")
        return version

    def _checked(self, sql: str, dialect: str) -> str:
        """Return the SELECT as PostgreSQL's text, with the tables of parts in place of datasets."""
        checked = guard.check(sql, dialect, {*self.manifest, *self.staged, *self.subsets}, self.sources)
        relations, columns = {}, {}
        for dataset in checked.datasets:
            if subset := self.subsets.get(dataset):
                relations[dataset] = self.bench.relation(subset.parts, subset.columns, subset.numbered)
                columns[dataset] = subset.all_columns
                continue
            version = self._version(dataset)
            relations[dataset] = self.bench.relation(version.parts, version.columns)
            columns[dataset] = version.columns
        for name in checked.sources:
            table, columns[f"source.{name}"] = self._source(name)
            relations[f"source.{name}"] = f"(SELECT * FROM {table})"
        text = translate(checked.tree, dialect, relations, columns, self.bench.rows)
        self.statements.append(text)
        return text

    def _source(self, name: str) -> tuple[str, tuple[Column, ...]]:
        """Return the temporary table that holds a source, and its columns; it is loaded at its first use."""
        if name not in self.loaded:
            source = self.sources[name]
            self.loaded[name] = (
                self._load_database(source) if source.connection else self._load_file(source, self.rules)
            )
        return self.loaded[name]

    def _load_database(self, source: Source) -> tuple[str, tuple[Column, ...]]:
        with databases.opened(source, settings_of(source, self.connections)) as link:
            columns = _lowered(databases.describe(link, source))
            with self.bench.loading(columns) as (table, copy):
                databases.stream(link, source, "postgresql", copy.write)
        return table, columns

    def _load_file(self, source: Source, rules: SourceRules) -> tuple[str, tuple[Column, ...]]:
        with tempfile.TemporaryDirectory(prefix="hub-source-") as folder:
            columns, text = files.as_csv(source, rules, Path(folder), self.bench.attempt)
            with self.bench.loading(_lowered(columns)) as (table, copy), text.open("rb") as file:
                while chunk := file.read(files.CHUNK):
                    copy.write(chunk)
        return table, _lowered(columns)


def _lowered(columns: Sequence[Column]) -> tuple[Column, ...]:
    return tuple(replace(column, name=column.name.lower()) for column in columns)


def _blob(value: bytes) -> str:
    return "\\x" + value.hex()
