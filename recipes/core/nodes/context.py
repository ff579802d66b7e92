"""The `context` that a Python node's `run(context)` gets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from kitchens.core.stores.base import Staged
from recipes.core.nodes.rows import Rows
from recipes.core.nodes.work import RecipeError, Work, mode_of
from recipes.core.sql import bind, reads

Data = Iterable[Mapping[str, Any]] | Rows | str | Path | Any


class Context:
    """What a Python node may do. Datasets it reads or writes are declared in recipe.yaml; all else is refused."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self.values: dict[str, Any] = work.values
        self.as_of = datetime.fromisoformat(work.job.as_of)
        self.kitchen = work.job.kitchen
        self.folder = work.folder
        self.attempt = int(work.job.attempt.rsplit("-", 1)[-1])
        self.idempotency_key = work.job.idempotency_key

    def read(self, name: str) -> Rows:
        """Return a dataset or `source.<name>`: iterate for dictionaries, `.fetchall()` for tuples, `.columns`."""
        self._may_read(name)
        quoted = ".".join('"' + part.replace('"', '""') + '"' for part in name.split("."))
        return Rows(self._work.data(), f"SELECT * FROM {quoted}", "duckdb")  # noqa: S608 - quoted

    def query(self, sql: str) -> Rows:
        """Return the rows of a SELECT in the recipe's dialect; `{{ value }}` is bound as a typed value."""
        dialect = self._work.job.dialect
        named = reads(sql, dialect)
        for name in (*named.datasets, *(f"source.{source}" for source in named.sources)):
            self._may_read(name)
        return Rows(self._work.data(), bind(sql, self._work.job.values, dialect), dialect)

    def write(self, name: str, data: Data) -> Staged:
        """Write a dataset: rows (dictionaries), what `read` or `query` returned, a relation or frame, or a file's path."""
        mode = mode_of(self._work.write_of(name))
        session = self._work.data()
        if isinstance(data, Rows):
            staged = session.stage_sql(name, data.sql, mode, dialect=data.dialect)
        elif isinstance(data, str | Path):
            staged = session.stage_file(name, self._work.folder / data, mode)
        elif hasattr(data, "write_parquet"):  # a DuckDB relation, a polars frame
            staged = session.stage_file(name, self._as_file(name, data), mode)
        elif hasattr(data, "to_dict") and hasattr(data, "columns"):  # a pandas frame
            staged = session.stage_rows(name, data.to_dict("records"), mode)
        else:
            staged = session.stage_rows(name, _as_rows(name, data), mode)
        self._work.staged.append(staged)
        return staged

    def measure(self, key: str, number: float) -> None:
        """Keep a number about this attempt; tests and pages see it."""
        self._work.measure(key, number)

    def log(self, *words: object) -> None:
        """Write a line into the node's log."""
        self._work.log(" ".join(map(str, words)))

    def secret(self, name: str) -> str:
        """Return a secret's value. It is masked in logs and reasons; do not put it into data."""
        try:
            return self._work.job.secrets[name]
        except KeyError:
            raise RecipeError(
                f"There is no secret {name!r} in this kitchen. Add it under Settings, Secrets."
            ) from None

    def _may_read(self, name: str) -> None:
        node = self._work.job.node
        source = name.removeprefix("source.")
        own = {staged.dataset for staged in self._work.staged}
        if name in node.reads or name in own or (source != name and source in node.sources):
            self._work.reads.add(name)
            return
        key = f"`sources: [{source}]`" if source != name else f"`reads: [{name}]`"
        raise RecipeError(
            f"The node {node.name!r} reads {name!r} but does not declare it. Add {key} to that node in recipe.yaml."
        )

    def _as_file(self, name: str, data: Any) -> Path:
        file = self._work.folder / f".{name}.parquet"
        data.write_parquet(str(file))
        return file


def _as_rows(name: str, data: Any) -> list[Mapping[str, Any]]:
    """Return the rows as a list; RecipeError where they are no dictionaries."""
    if isinstance(data, Mapping) or not isinstance(data, Iterable):
        raise RecipeError(
            f"context.write({name!r}, …) takes rows (dictionaries), a relation or a file's path."
        )
    rows = list(data)
    for number, row in enumerate(rows):
        if not isinstance(row, Mapping):
            raise RecipeError(
                f"Row {number} written to {name!r} is a {type(row).__name__}, not a dictionary."
            )
    return rows
