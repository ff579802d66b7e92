"""Small tables written as CSV, that stand in for datasets: their columns, the types of these, and their rows."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from kitchens.core.stores.base import Column

FOLDER = "fixtures"
MOST_CHARACTERS, MOST_ROWS, MOST_COLUMNS = 262_144, 1000, 200
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,62}")
WHOLE = re.compile(r"[+-]?\d{1,18}")
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?")
DAY = re.compile(r"\d{4}-\d\d-\d\d")
TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?")
# Words of a heading ("day:date") -> the type of the column; the same that values of recipes have.
TYPES = {
    "text": "VARCHAR",
    "integer": "BIGINT",
    "number": "DOUBLE",
    "boolean": "BOOLEAN",
    "date": "DATE",
    "datetime": "TIMESTAMP",
}
READ: dict[str, Callable[[str], Any]] = {
    "VARCHAR": str,
    "BIGINT": int,
    "DOUBLE": float,
    "BOOLEAN": lambda text: {"true": True, "false": False}[text.lower()],
    "DATE": date.fromisoformat,
    "TIMESTAMP": datetime.fromisoformat,
}


class FixtureError(ValueError):
    """A table that cannot be read; the message is a full sentence, `line` where it is so."""

    def __init__(self, message: str, line: int = 1) -> None:
        super().__init__(message)
        self.line = line


@dataclass(frozen=True)
class Table:
    """The columns of a fixture and its rows, a value for each column; None where a cell is empty."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Any, ...], ...]

    def dictionaries(self) -> list[dict[str, Any]]:
        names = [column.name for column in self.columns]
        return [dict(zip(names, row, strict=True)) for row in self.rows]


def path_of(fixtures: str, dataset: str) -> str:
    """Return where the table of a dataset lies in the folder of its recipe."""
    return f"{FOLDER}/{fixtures}/{dataset}.csv"


def read_table(text: str) -> Table:
    """Return the table that a CSV file holds: a heading, then a line for each row; FixtureError says what is wrong.

    A heading may name the type ("day:date"); else it is the narrowest that all cells of the column have. An empty cell
    is no value. At most 1,000 rows, 200 columns and 256 KiB.
    """
    if len(text) > MOST_CHARACTERS:
        raise FixtureError(f"It is larger than {MOST_CHARACTERS // 1024} KiB: a fixture is a small table.")
    lines = list(_lines(text))
    if not lines:
        raise FixtureError("It is empty. Its first line names the columns.")
    (_, heading), body = lines[0], lines[1:]
    if len(body) > MOST_ROWS:
        raise FixtureError(
            f"It has more than {MOST_ROWS:,} rows: a fixture is a small table.", body[MOST_ROWS][0]
        )
    names, types = _heading(heading)
    for line, cells in body:
        if len(cells) != len(names):
            raise FixtureError(f"The row has {len(cells)} cells, the heading {len(names)}.", line)
    columns = tuple(
        Column(name, types[place] or _type([cells[place] for _, cells in body]))
        for place, name in enumerate(names)
    )
    return Table(columns, tuple(_row(columns, cells, line) for line, cells in body))


def _lines(text: str) -> Sequence[tuple[int, list[str]]]:
    found: list[tuple[int, list[str]]] = []
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff")), strict=True)
    try:
        for cells in reader:
            if cells:
                found.append((reader.line_num, cells))
            if len(found) > MOST_ROWS + 1:
                break
    except csv.Error as fault:
        raise FixtureError(f"It is no CSV: {fault}.", reader.line_num) from fault
    return found


def _heading(cells: Sequence[str]) -> tuple[list[str], list[str]]:
    if len(cells) > MOST_COLUMNS:
        raise FixtureError(f"It has more than {MOST_COLUMNS} columns.")
    names: list[str] = []
    types: list[str] = []
    for cell in cells:
        name, colon, said = (part.strip() for part in cell.partition(":"))
        if not NAME.fullmatch(name):
            raise FixtureError(f"{name[:60]!r} cannot be the name of a column.")
        if colon and said not in TYPES:
            raise FixtureError(f"{said[:40]!r} is no type. There are {', '.join(TYPES)}.")
        if name.lower() in {one.lower() for one in names}:
            raise FixtureError(f"The column {name} is there twice.")
        names.append(name)
        types.append(TYPES.get(said, ""))
    return names, types


def _type(cells: Sequence[str]) -> str:
    """Return the narrowest type that all cells have which hold something; text where none does."""
    given = [cell for cell in cells if cell]
    for kind, shape in (("BIGINT", WHOLE), ("DOUBLE", NUMBER), ("DATE", DAY), ("TIMESTAMP", TIME)):
        if given and all(shape.fullmatch(cell) for cell in given):
            return kind
    return "BOOLEAN" if given and all(cell in ("true", "false") for cell in given) else "VARCHAR"


def _row(columns: Sequence[Column], cells: Sequence[str], line: int) -> tuple[Any, ...]:
    row = []
    for column, cell in zip(columns, cells, strict=True):
        try:
            row.append(READ[column.type](cell) if cell else None)
        except (ValueError, KeyError) as fault:
            said = next(word for word, kind in TYPES.items() if kind == column.type)
            raise FixtureError(f"{cell[:60]!r} in {column.name} is no {said}.", line) from fault
    return tuple(row)
