"""One in-memory DuckDB that may touch the files it was told of and nothing else."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC
from pathlib import Path

import duckdb

from kitchens.core.stores.base import Column, Limits, Part, Result, Row, StoreError
from kitchens.core.stores.embedded import files
from kitchens.core.stores.room import Room
from kitchens.core.stores.text import literal, literals, quote

DEFAULT_MEMORY_MB = 2048
ZONED = "TIMESTAMP WITH TIME ZONE"
BEYOND_ROOM = (
    "File too large",
    "max_temp_directory_size",
)  # what a file and what the spilled data may grow to
Config = dict[str, str | bool | int | float | list[str]]
ALWAYS: Config = {
    "preserve_insertion_order": False,  # parts are sets of rows: twice as fast to write, and less memory
    "autoload_known_extensions": False,
    "autoinstall_known_extensions": False,
    "allow_community_extensions": False,
    "python_enable_replacements": False,
}
_ahead: list[duckdb.DuckDBPyConnection] = []  # see `open_ahead`
_left: list[duckdb.DuckDBPyConnection] = []  # see `Bench.leave`


@contextlib.contextmanager
def told(root: Path, room: Room | None = None) -> Iterator[None]:
    """Turn what the engine or the file system says into a StoreError with a sentence; `room` is what it may fill."""
    try:
        yield
    except (duckdb.Error, OSError) as fault:
        if room and room.most and any(word in str(fault) for word in BEYOND_ROOM):
            raise room.too_small("The work takes") from fault
        raise _sentence(fault, root) from fault
    except RuntimeError as fault:  # DuckDB's binding reports an interrupt and broken text this way
        raise StoreError(f"The data engine stopped: {_words(fault, root)}") from fault


def _sentence(fault: duckdb.Error | OSError, root: Path) -> StoreError:
    if isinstance(fault, OSError):
        return StoreError(f"The store cannot be read or written: {fault.strerror or fault}.")
    if isinstance(fault, duckdb.OutOfMemoryException):
        return StoreError(
            "The data does not fit into the memory of this node, not even with the help of the disk. Let it read "
            f"less at a time, or allow it more memory. {_words(fault, root)}"
        )
    if isinstance(fault, duckdb.IOException) and _is_writing(fault):
        return StoreError(f"The store cannot be written; is its disk full? {_words(fault, root)}")
    return StoreError(f"The data engine refused: {_words(fault, root)}")


def _is_writing(fault: duckdb.Error) -> bool:
    return any(word in str(fault) for word in ("write", "No space left", "File too large", "truncate"))


def _words(fault: BaseException, root: Path) -> str:
    """Return the engine's message without its copy of the SQL and without the store's place on this machine."""
    message = str(fault).strip().split("\n\n")[0]  # what follows are hints for people at DuckDB's own prompt
    return message.replace(f"{root}/", "")


@dataclass
class Bench:
    """A DuckDB for one attempt. `close` gives everything back; parts written stay."""

    root: Path
    attempt: str
    connection: duckdb.DuckDBPyConnection
    workspace: Path  # the attempt's folder: new parts, and hidden files that are removed at the end
    spill: Path
    room: Room = field(default_factory=Room)
    kind: str = "embedded"

    @classmethod
    def open(cls, root: Path, attempt: str, readable: Iterable[str], limits: Limits) -> Bench:
        """Open an engine that may read the paths and read and write the attempt's folder; its configuration is locked."""
        workspace = root / files.attempt_folder(attempt)
        spill = root / files.SPILL / f"{attempt}-{secrets.token_hex(4)}"
        with told(root):
            spill.parent.mkdir(parents=True, exist_ok=True)  # the engine makes only the last folder itself
            connection = _engine(limits, spill)
            if limits.disk_mb:  # given to `connect` it would be shown, but not held to (DuckDB 1.5)
                connection.execute(f"SET max_temp_directory_size = '{limits.disk_mb}MiB'")
            allowed = literals(sorted(set(readable)))
            connection.execute(f"SET allowed_paths = [{allowed}]")
            connection.execute(f"SET allowed_directories = [{literal(f'{workspace}/')}]")
            connection.execute("SET TimeZone = 'UTC'")
            connection.execute("SET enable_external_access = false")
            connection.execute("SET lock_configuration = true")
        return cls(root, attempt, connection, workspace, spill, Room(limits.disk_mb))

    def close(self) -> None:
        self.connection.close()
        self._tidy()

    def leave(self) -> None:
        """Remove the files that are nobody's after this; the engine, 4 ms to take apart, ends with the process."""
        _left.append(self.connection)
        self._tidy()

    def _tidy(self) -> None:
        shutil.rmtree(self.spill, ignore_errors=True)
        if self.workspace.is_dir():
            for path in self.workspace.glob(".*"):
                path.unlink(missing_ok=True)
            with contextlib.suppress(OSError):  # not empty: parts were written
                self.workspace.rmdir()

    def describe(self, sql: str) -> tuple[Column, ...]:
        """Return the columns of a SELECT."""
        return tuple(Column(name, kind) for name, kind, *_ in self.rows(f"DESCRIBE {sql}"))

    def rows(self, sql: str) -> list[Row]:
        """Return the rows of a SELECT."""
        with told(self.root, self.room):
            return self.connection.execute(sql).fetchall()

    def result(self, sql: str) -> Result:
        """Return the rows of a SELECT with their columns.

        Times with a zone leave the engine as UTC without one and get it here: DuckDB would want pytz for them.
        """
        columns = self.describe(sql)
        zoned = [place for place, column in enumerate(columns) if column.type == ZONED]
        if not zoned:
            return Result(columns, tuple(self.rows(sql)))
        listed = ", ".join(
            f"timezone('UTC', {q}) AS {q}" if c.type == ZONED else q for c in columns for q in [quote(c.name)]
        )
        rows = [list(row) for row in self.rows(f"SELECT {listed} FROM ({sql}) AS zoned")]
        for row in rows:
            for place in zoned:
                row[place] = row[place] and row[place].replace(tzinfo=UTC)
        return Result(columns, tuple(map(tuple, rows)))

    def write(self, dataset: str, sql: str, columns: Sequence[Column]) -> Part:
        """Write the rows to a file of their own, flushed to the disk before it gets its name."""
        name = files.new_part_name(self.attempt, dataset)
        path = files.part_path(self.root, name)
        with told(self.root, self.room):
            path.parent.mkdir(parents=True, exist_ok=True)
            with files.draft_of(path) as draft:
                copy = f"COPY ({as_types(sql, columns)}) TO {literal(str(draft))} (FORMAT parquet, COMPRESSION zstd)"
                ((count,),) = self.connection.execute(copy).fetchall()
            part = Part(name, count, path.stat().st_size)
        try:
            self.room.take(part.bytes, "What it writes takes")
        except StoreError:
            files.remove_parts(self.root, [part])
            raise
        return part

    def discard(self, parts: Iterable[Part]) -> None:
        gone = list(parts)
        files.remove_parts(self.root, gone)
        self.room.give_back(sum(part.bytes for part in gone))

    def relation(self, parts: Sequence[Part], columns: Sequence[Column], numbered: str = "") -> str:
        """Return a SELECT in brackets over the parts; empty for no parts. `numbered` names a column with a part's place."""
        if not parts:
            nothing = ", ".join(f"CAST(NULL AS {c.type}) AS {quote(c.name)}" for c in columns)
            return f"(SELECT {nothing} WHERE false)"
        narrow = any(part.narrow for part in parts)
        paths = literals(str(files.part_path(self.root, part.name)) for part in parts)
        options = "hive_partitioning = false" + (", union_by_name = true" if narrow else "")
        listed = ", ".join(quote(c.name) for c in columns)
        if numbered:
            listed += f", CAST(file_index AS BIGINT) AS {quote(numbered)}"
            columns = [*columns, Column(numbered, "BIGINT")]
        rows = f"SELECT {listed} FROM read_parquet([{paths}], {options})"
        return f"({as_types(rows, columns)})" if narrow else f"({rows})"


def as_types(sql: str, columns: Sequence[Column]) -> str:
    """Return a SELECT of these columns of the query, in this order and these types."""
    listed = ", ".join(f"CAST({quote(c.name)} AS {c.type}) AS {quote(c.name)}" for c in columns)
    return f"SELECT {listed} FROM ({sql}) AS incoming"


def open_ahead(folder: Path) -> None:
    """Open an engine for the next bench of this process, or of each process forked from it: 10 ms less for them.

    It has one thread, this one, which is all that a fork copies; `Bench.open` sets threads and limits, says what may
    be touched, and locks it. `folder` is for a file to try it with. Nothing of what is tried here stays.
    """
    engine = duckdb.connect(":memory:", config=ALWAYS | {"threads": 1})
    file = literal(str(folder / f"rehearsal{files.SUFFIX}"))
    engine.execute(f"COPY (SELECT 1 AS n) TO {file} (FORMAT parquet, COMPRESSION zstd)").fetchall()
    engine.execute(f"DESCRIBE SELECT n, count(*) FROM read_parquet([{file}]) GROUP BY n").fetchall()
    engine.execute(f"SELECT n, count(*) FROM read_parquet([{file}]) GROUP BY n").fetchall()
    _ahead.append(engine)


def _engine(limits: Limits, spill: Path) -> duckdb.DuckDBPyConnection:
    """Return an engine with these limits: the one that was opened ahead, else a new one."""
    config: Config = {
        "memory_limit": f"{limits.memory_mb or DEFAULT_MEMORY_MB}MB",
        "threads": limits.threads or os.cpu_count() or 1,
        "temp_directory": str(spill),
    }
    if not _ahead:
        return duckdb.connect(":memory:", config=ALWAYS | config)
    connection = _ahead.pop().cursor()  # its own session: others forked from here draw other random numbers
    for name, value in config.items():
        connection.execute(f"SET {name} = {literal(value) if isinstance(value, str) else value}")
    return connection
