"""Sources for DuckDB: each becomes a file that the engine may read, and a SELECT over it."""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from kitchens.core.stores import readers
from kitchens.core.stores.base import Source, StoreError
from kitchens.core.stores.fetching import fetch
from kitchens.core.stores.sources import SourceRules, is_url, local_file, settings_of


@dataclass(frozen=True)
class FileSources:
    """The sources of one session. Local files are read where they are; everything else comes to the workspace first."""

    rules: SourceRules
    sources: Mapping[str, Source] = field(default_factory=dict)
    connections: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def readable(self) -> list[str]:
        """Return the local files that are there, for the engine's list; faults are told when a source is read."""
        found = []
        for source in self.sources.values():
            if not source.connection and not is_url(source.location):
                with contextlib.suppress(StoreError):
                    found.append(str(local_file(source.location, self.rules)))
        return found

    def select(self, connection: duckdb.DuckDBPyConnection, name: str, workspace: Path) -> str:
        """Return a SELECT of the source's rows, fetched into the workspace where it is not a local file."""
        source = self.sources[name]
        if source.connection:
            return self._from_database(source, workspace)
        kind = readers.format_of(source.location.partition("?")[0], source.format)
        readers.check_options(kind, source.options)
        if is_url(source.location):
            suffix = ".gz" if source.location.partition("?")[0].endswith(".gz") else ""
            path = _hidden(workspace, f"{kind}{suffix}")
            fetch(source.location, path, self.rules)
        else:
            path = local_file(source.location, self.rules)
        return readers.select(connection, path, kind, source.options)

    def _from_database(self, source: Source, workspace: Path) -> str:
        from kitchens.core.stores import databases  # psycopg only where a source is a database

        path = _hidden(workspace, "csv")
        with databases.opened(source, settings_of(source, self.connections)) as link, path.open("wb") as file:
            columns = databases.describe(link, source)
            databases.stream(link, source, "duckdb", file.write)
        return readers.select_rows(path, columns)


def _hidden(workspace: Path, suffix: str) -> Path:
    """Return a new path in the workspace that is removed when the session ends."""
    workspace.mkdir(parents=True, exist_ok=True)
    return workspace / f".{secrets.token_hex(8)}.{suffix}"
