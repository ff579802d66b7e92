"""A session on the embedded store: views over the manifest's files, and staging of new ones."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import TracebackType

from kitchens.core.stores import guard, modes
from kitchens.core.stores.base import Column, Manifest, Result, Staged, StoreError, Version, WriteMode
from kitchens.core.stores.embedded.bench import Bench
from kitchens.core.stores.text import check_dataset, quote


@dataclass
class EmbeddedSession:
    """See `kitchens.core.stores.base.Session`. Opening costs some 10 ms, a view 1 ms, and only what is read gets one."""

    bench: Bench
    manifest: Manifest
    staged: dict[str, Version] = field(default_factory=dict)
    viewed: set[str] = field(default_factory=set)
    statements: list[str] = field(default_factory=list)

    def __enter__(self) -> EmbeddedSession:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.bench.close()

    def query(self, sql: str, *, dialect: str = "duckdb", limit: int | None = None) -> Result:
        text = self._checked(sql, dialect)
        if limit is not None:
            text = f"SELECT * FROM ({text}) AS limited LIMIT {int(limit)}"
        columns = self.bench.describe(text)
        return Result(columns, tuple(self.bench.rows(text)))

    def stage_sql(self, dataset: str, sql: str, mode: WriteMode, *, dialect: str = "duckdb") -> Staged:
        return self._stage(dataset, self._checked(sql, dialect), mode)

    def columns(self, dataset: str) -> tuple[Column, ...]:
        return self._version(dataset).columns

    def executed(self) -> tuple[str, ...]:
        return tuple(self.statements)

    def _stage(self, dataset: str, sql: str, mode: WriteMode) -> Staged:
        staged = modes.stage(self.bench, check_dataset(dataset), sql, mode, self.manifest.get(dataset))
        self.staged[dataset] = staged.version
        self.viewed.discard(dataset)
        return staged

    def _version(self, dataset: str) -> Version:
        version = self.staged.get(dataset) or self.manifest.get(dataset)
        if version is None:
            raise StoreError(f"There is no dataset {dataset} that this node may read.")
        return version

    def _checked(self, sql: str, dialect: str) -> str:
        """Return the SELECT as DuckDB's text, with a view made for everything it reads."""
        checked = guard.check(sql, dialect, {*self.manifest, *self.staged})
        for dataset in checked.datasets - self.viewed:
            self._view(dataset)
        text = checked.tree.sql(dialect="duckdb", comments=False)
        self.statements.append(text)
        return text

    def _view(self, dataset: str) -> None:
        version = self._version(dataset)
        domain, table = dataset.split(".")
        rows = self.bench.relation(version.parts, version.columns)
        self.bench.rows(f"CREATE SCHEMA IF NOT EXISTS {quote(domain)}")
        self.bench.rows(
            f"CREATE OR REPLACE VIEW {quote(domain)}.{quote(table)} AS SELECT * FROM {rows} AS parts"
        )
        self.viewed.add(dataset)
