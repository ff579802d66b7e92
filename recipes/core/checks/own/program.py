"""What `def check(context)` of an author is given, and what it may answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kitchens.core.stores.base import Session
from recipes.core.checks.base import CheckContext
from recipes.core.nodes.rows import Rows
from recipes.core.nodes.source import entry_of, load_module
from recipes.core.nodes.traces import sentence, user_trace
from recipes.core.sql import bind, reads
from recipes.core.values import to_python

KEPT = 50  # rows of evidence that are taken


class ProgramError(Exception):
    """The author's program failed or answered what is no answer; the message is a full sentence."""


@dataclass(frozen=True)
class Found:
    """What a program found: failing rows or a measure, out of so many rows, with its sentence and its rows."""

    failing: int | None = None
    measure: float | None = None
    of: int = 1
    unit: str = ""
    said: str = ""
    rows: Sequence[Mapping[str, Any]] = ()


class CheckedData:
    """The `context` of `def check(context)`: it reads the dataset of the test and those under `reads`, writes nothing."""

    def __init__(
        self, session: Session, context: CheckContext, datasets: Sequence[str], given: Mapping[str, Any]
    ) -> None:
        self._session = session
        self._context = context
        self._datasets = tuple(name for name in datasets if name)
        self.dataset = datasets[0] if datasets else ""
        self.given: Mapping[str, Any] = given
        self.as_of: datetime = context.as_of
        self.values: dict[str, Any] = {
            name: to_python(value["type"], value["value"]) for name, value in context.values.items()
        }

    def read(self, name: str = "") -> Rows:
        """Return a dataset, that of the test where none is named: iterate for dictionaries, `.fetchall()` for tuples."""
        wanted = name or self.dataset
        self._may_read(wanted)
        quoted = ".".join('"' + part.replace('"', '""') + '"' for part in wanted.split("."))
        return Rows(self._session, f"SELECT * FROM {quoted}", "duckdb")  # noqa: S608 - quoted

    def query(self, sql: str) -> Rows:
        """Return the rows of a SELECT in the recipe's dialect; `{{ value }}` is bound as a typed value."""
        named = reads(sql, self._context.dialect)
        for name in (*named.datasets, *(f"source.{source}" for source in named.sources)):
            self._may_read(name)
        return Rows(
            self._session, bind(sql, self._context.values, self._context.dialect), self._context.dialect
        )

    def log(self, *words: object) -> None:
        """Write a line into the node's log."""
        self._context.log(" ".join(map(str, words)))

    def failing(
        self, count: int, of: int, *, said: str = "", rows: Iterable[Mapping[str, Any]] = ()
    ) -> Found:
        """Answer that so many of the judged rows fail, with some of them as evidence."""
        return Found(failing=count, of=of, said=said, rows=_some(rows))

    def measured(
        self,
        value: float,
        *,
        of: int = 1,
        unit: str = "",
        said: str = "",
        rows: Iterable[Mapping[str, Any]] = (),
    ) -> Found:
        """Answer with a number, which `min`, `max`, `warn` and `fail` of the test judge."""
        return Found(measure=value, of=of, unit=unit, said=said, rows=_some(rows))

    def _may_read(self, name: str) -> None:
        if name not in self._datasets:
            raise ProgramError(
                f"The test reads {name!r} but does not declare it. Add it under `reads` of the test."
            )


def call(file: str, text: str, data: CheckedData, context: CheckContext) -> object:
    """Return what the file's `check(context)` answers; ProgramError with the line in it where it raises."""
    try:
        entry: Callable[[CheckedData], object] | None = entry_of(
            load_module(file, text, context.folder), "check"
        )
        if entry is None:
            raise ProgramError(f"The file {file} has no function check(context).")
        return entry(data)
    except ProgramError as error:
        context.log(user_trace(error, context.folder, _said(context)))
        raise
    except MemoryError as error:
        raise ProgramError("The test needed more memory than its node may use.") from error
    except SystemExit as error:
        context.log(user_trace(error, context.folder, _said(context)))
        raise ProgramError(
            f"The test called sys.exit({error.code!r}). Return from check(context)."
        ) from error
    except Exception as error:  # the author's code may raise anything: it becomes the test's reason
        context.log(user_trace(error, context.folder, _said(context)))
        raise ProgramError(sentence(error, context.folder, _said(context))) from error


def _said(context: CheckContext) -> str | None:
    """Return the words an error may quote where personal columns are seen: those of the recipe and its columns."""
    if not context.personal:
        return None
    columns = [name for its in context.personal.values() for name in its]
    return " ".join([*context.files.values(), *columns])


def _some(rows: Iterable[Mapping[str, Any]]) -> tuple[Mapping[str, Any], ...]:
    return tuple(row for row, _ in zip(rows, range(KEPT), strict=False))
