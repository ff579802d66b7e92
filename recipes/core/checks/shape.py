"""Where failing rows lie: the value of a column that nearly all of them share, held against all rows in scope."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlglot import exp

from kitchens.core.stores.base import Session
from recipes.core.checks.tree import column, count, count_if, derived, select, sql_of, table

LOOKED_AT = 200  # failing rows that candidates are drawn from
LEAST = 5  # failing rows; fewer share something by chance
COVERS = 0.8  # share of the failing rows that a slice must hold
MOST_ROWS = 1_000_000  # rows of a dataset that are counted once more
MOST = 4  # slices kept

Row = Mapping[str, Any]


def shape(
    rows: Sequence[Row],
    failing: exp.Query,
    dataset: str,
    scope: int,
    session: Session,
    where: exp.Expr | None = None,
) -> list[dict[str, Any]]:
    """Return the slices that hold at least four fifths of the failing rows, the highest lift first.

    Lift is the share of the slice among failing rows over its share among the rows that the test looks at: those of the
    dataset that its filter `where` lets through. What the filter pins is shared by all of them and is no slice. Two
    queries where the first failing rows share a value, else none.
    """
    found = list(_candidates(rows))[:MOST]
    if not found or not dataset or scope > MOST_ROWS or not isinstance(failing, exp.Select):
        return []
    wanted = {"n": count()} | {
        f"s{place}": count_if(_is(name, text)) for place, (name, text) in enumerate(found)
    }
    wrong = session.query(sql_of(select(wanted, derived(failing, "failing")))).rows[0]
    everything = session.query(sql_of(select(wanted, table(dataset), where))).rows[0]
    slices = [
        _slice(name, text, (wrong[place + 1], wrong[0]), (everything[place + 1], everything[0]))
        for place, (name, text) in enumerate(found)
    ]
    return sorted(
        (one for one in slices if one["failing_share"] >= COVERS and one["lift"] > 1),
        key=lambda one: -one["lift"],
    )


def _candidates(rows: Sequence[Row]) -> Iterator[tuple[str, str]]:
    if len(rows) < LEAST:
        return
    for name in rows[0]:
        values = Counter(str(row[name]) for row in rows if _groups(row.get(name)))
        if values and (most := values.most_common(1)[0])[1] >= COVERS * len(rows):
            yield name, most[0]


def _groups(value: Any) -> bool:
    return isinstance(value, str | int) and not isinstance(value, bool)


def _is(name: str, text: str) -> exp.Expr:
    as_text = exp.cast(column(name), exp.DataType.Type.VARCHAR)
    return exp.EQ(this=as_text, expression=exp.Literal.string(text))


def _slice(name: str, text: str, wrong: tuple[int, int], all_rows: tuple[int, int]) -> dict[str, Any]:
    part = wrong[0] / wrong[1] if wrong[1] else 0.0
    base = all_rows[0] / all_rows[1] if all_rows[1] else 0.0
    return {
        "column": name,
        "value": text,
        "failing": int(wrong[0]),
        "of_failing": int(wrong[1]),
        "all": int(all_rows[0]),
        "of_all": int(all_rows[1]),
        "failing_share": round(part, 4),
        "all_share": round(base, 4),
        "lift": round(part / base, 2) if base else 0.0,
    }
