"""What a Python node reads: a SELECT that is run when its rows are asked for."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Any

from kitchens.core.stores.base import Result, Session


class Rows:
    """Rows of a dataset or query. Iterating gives dictionaries; writing it stays inside the data store."""

    def __init__(self, session: Session, sql: str, dialect: str) -> None:
        self._session = session
        self.sql = sql
        self.dialect = dialect

    @cached_property
    def _result(self) -> Result:
        return self._session.query(self.sql, dialect=self.dialect)

    @property
    def columns(self) -> list[str]:
        return [column.name for column in self._result.columns]

    def fetchall(self) -> list[tuple[Any, ...]]:
        """Return all rows as tuples."""
        return list(self._result.rows)

    def fetchone(self) -> tuple[Any, ...] | None:
        """Return the first row, or None where there is none."""
        return self._result.rows[0] if self._result.rows else None

    def __iter__(self) -> Iterator[dict[str, Any]]:
        columns = self.columns
        return (dict(zip(columns, row, strict=True)) for row in self._result.rows)

    def __len__(self) -> int:
        return len(self._result.rows)
