"""What every data store can do: sessions that read snapshots and stage new ones. It moves no pointers.

A store touches files and SQL only. Which snapshot a dataset name means is worked out by the caller and
handed over as a manifest; which staged snapshot becomes the published one is decided by `kitchens.actions.data`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, Protocol

if TYPE_CHECKING:
    from kitchens.core.stores.measures import Facts, Found
    from kitchens.core.stores.profiles import Profile

Row = tuple[Any, ...]
ModeKind = Literal["replace", "append", "replace_partition", "merge"]


@dataclass(frozen=True)
class Column:
    """One column; `type` is a DuckDB type name in both stores (BIGINT, DOUBLE, VARCHAR, DATE, DECIMAL(12,2) …)."""

    name: str
    type: str
    nullable: bool = True


@dataclass(frozen=True)
class Part:
    """One immutable file (path below the store's root) or table of a snapshot.

    `partition` is set where every row has the same value in the snapshot's partition column ("2001-01-05").
    `narrow` says that the part was written before a column of the version became wider (INTEGER to BIGINT).
    """

    name: str
    rows: int
    bytes: int
    partition: str | None = None
    narrow: bool = False


@dataclass(frozen=True)
class Version:
    """One immutable version of a dataset, staged or published; an empty list of parts is an empty table."""

    dataset: str
    store: str
    columns: tuple[Column, ...]
    parts: tuple[Part, ...]
    partition_column: str = ""
    snapshot_id: int | None = None  # None while it is only staged

    @property
    def rows(self) -> int:
        return sum(part.rows for part in self.parts)

    @property
    def bytes(self) -> int:
        return sum(part.bytes for part in self.parts)

    @property
    def digest(self) -> str:
        """SHA-256 over columns and part names: parts never change, so equal digests mean equal content."""
        return digest_of(self.columns, self.parts)

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any]) -> Version:
        return cls(
            dataset=raw["dataset"],
            store=raw["store"],
            columns=tuple(Column(**column) for column in raw["columns"]),
            parts=tuple(Part(**part) for part in raw["parts"]),
            partition_column=raw.get("partition_column", ""),
            snapshot_id=raw.get("snapshot_id"),
        )


def digest_of(columns: Iterable[Column], parts: Iterable[Part]) -> str:
    text = "\n".join([*(f"{c.name}:{c.type}" for c in columns), "--", *(p.name for p in parts)])
    return hashlib.sha256(text.encode()).hexdigest()


Manifest = Mapping[str, Version]  # dataset name -> the version it means in this session


@dataclass(frozen=True)
class WriteMode:
    """How a node writes a dataset: `columns` is the partition column or the merge key."""

    kind: ModeKind = "replace"
    columns: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.kind}: {', '.join(self.columns)}" if self.columns else self.kind


@dataclass(frozen=True)
class Staged:
    """What a session wrote for one dataset: the whole new version, and what is needed to put it on a newer head.

    `base` is the digest of the version it was built on ("" where there was none). `added` are the parts that hold
    the rows written (inherited parts that had to be rewritten are not among them); for replace_partition `replaced`
    lists the partition values that were written. `attempt` named the parts.
    """

    dataset: str
    mode: WriteMode
    version: Version
    base: str
    added: tuple[Part, ...]
    replaced: tuple[str, ...] = ()
    rows_written: int = 0
    attempt: str = ""

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any]) -> Staged:
        return cls(
            dataset=raw["dataset"],
            mode=WriteMode(raw["mode"]["kind"], tuple(raw["mode"]["columns"])),
            version=Version.from_dict(raw["version"]),
            base=raw["base"],
            added=tuple(Part(**part) for part in raw["added"]),
            replaced=tuple(raw["replaced"]),
            rows_written=raw["rows_written"],
            attempt=raw.get("attempt", ""),
        )


@dataclass(frozen=True)
class Source:
    """Something outside the mesh to read from, seen in SQL as `source.<name>`: a file, or a table or query of a connection.

    For a file: `location` (a path below an allowed root, or an http(s) URL), `format` (csv, dat, json, parquet, arrow)
    and `options` (header, delimiter, nulls, columns …). For a database: `connection` (name) and `query` or `table`.
    """

    name: str
    location: str = ""
    format: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)
    connection: str = ""
    table: str = ""
    query: str = ""


@dataclass(frozen=True)
class Limits:
    """What a session may use; zero means the store's own default, for the disk none."""

    memory_mb: int = 0
    threads: int = 0
    disk_mb: int = 0  # what it stages together, and beside it what spills over
    seconds: float = 0.0  # of one statement


@dataclass(frozen=True)
class Result:
    """Rows of a query with the names and (DuckDB) types of their columns."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Diff:
    """Keyed difference of two versions: counts, and a sample of rows as dictionaries."""

    added: int
    removed: int
    changed: int
    unchanged: int
    changed_columns: Mapping[str, int]
    sample: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True)
class Collected:
    """What a collection removed (or would remove): number of parts and their bytes."""

    parts: int
    bytes: int
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class StoreAddress:
    """How a node process opens the store: kind, and the root folder or the URL. Travels on a pipe only."""

    kind: str
    location: str


class StoreError(Exception):
    """The store refuses: the message is a full sentence for people (bad SQL, null or doubled key, unknown dataset)."""


class Session(Protocol):
    """One attempt's view of the data. Reads see the manifest plus what this session staged; writes go to staging.

    SQL arrives as text in DuckDB's dialect unless `dialect` says otherwise, is parsed with sqlglot, must be a single
    SELECT, and may name only datasets of the manifest and sources of the session. Values come in already as literals
    (`recipes.core.sql` puts typed literals into the tree, never text).
    """

    def __enter__(self) -> Session: ...
    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def leave(self) -> None:
        """Leave nothing behind outside of this process, which ends now and takes the rest with it: quicker than closing."""

    def query(self, sql: str, *, dialect: str = "duckdb", limit: int | None = None) -> Result:
        """Return the rows of a SELECT."""

    def stage_sql(self, dataset: str, sql: str, mode: WriteMode, *, dialect: str = "duckdb") -> Staged:
        """Write the result of a SELECT as a new version of the dataset."""

    def stage_rows(
        self, dataset: str, rows: Sequence[Mapping[str, Any]], mode: WriteMode, columns: Sequence[Column] = ()
    ) -> Staged:
        """Write rows (dictionaries) as a new version; types are inferred where `columns` does not give them."""

    def stage_file(self, dataset: str, path: Path, mode: WriteMode) -> Staged:
        """Write a CSV, JSON, Parquet or Arrow file that the node made as a new version."""

    def columns(self, dataset: str) -> tuple[Column, ...]:
        """Return the columns of a dataset or source as this session sees it."""

    def seen(self, dataset: str) -> Version | None:
        """Return the version a dataset means here; None for what is no dataset, such as a source."""

    def subset(self, dataset: str, parts: Sequence[Part], numbered: str = "") -> str:
        """Return a name by which SQL reads these parts only; `numbered` names a further column, a part's place from 0."""

    def facts(self, dataset: str) -> Mapping[str, Facts]:
        """Return what is known without reading a row of the parts that this session wrote, by part name."""

    def measures(self, parts: Sequence[str]) -> Found:
        """Return the numbers kept of parts (`DataStore.keep`); no row is read."""

    def executed(self) -> tuple[str, ...]:
        """Return the statements that ran, in the store's own dialect, for the page."""


class DataStore(Protocol):
    """A place where snapshots live. `caps` says what it can: time_travel, row_diff, atomic_publish …"""

    kind: str
    caps: frozenset[str]

    def session(
        self,
        manifest: Manifest,
        attempt: str,
        *,
        sources: Mapping[str, Source] | None = None,
        connections: Mapping[str, Mapping[str, Any]] | None = None,
        limits: Limits | None = None,
    ) -> Session:
        """Open a session; `attempt` names every part it stages."""

    def rebase(self, staged: Staged, head: Version | None) -> Staged:
        """Put an append or replace_partition on a newer head; StoreError for the other modes."""

    def sample(self, version: Version, limit: int = 20) -> Result:
        """Return the first rows of a version, without a session."""

    def diff(self, old: Version, new: Version, key: Sequence[str], limit: int = 20) -> Diff:
        """Compare two versions by key; parts that both share are not read. StoreError where the key is not unique."""

    def profiles(self, version: Version) -> Mapping[str, Profile]:
        """Return what is known of the version's parts (`profile` keeps it), by part name; no row is read."""

    def profile(self, version: Version, told: Callable[[str], object] = ...) -> Profile:
        """Return rows, nulls, distinct values, smallest and largest; `told` hears of every part that had to be read."""

    def keep(self, found: Found) -> None:
        """Keep numbers with the parts they were counted in; of parts that are gone nothing is kept."""

    def discard(self, names: Sequence[str]) -> None:
        """Remove these parts, and what is known of them; absent ones are fine."""

    def compact(self, version: Version, attempt: str) -> Version:
        """Return the same rows in fewer parts."""

    def collect(self, keep: set[str], older_than_seconds: float, *, dry_run: bool = False) -> Collected:
        """Remove the parts that `keep` (part names) does not list and that are older than the given age."""
