"""What is kept of the rows that broke a test, taken at the moment of failure. It never fails the test itself."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from sqlglot.errors import SqlglotError

from kitchens.core.stores.base import Result, StoreError
from recipes.core.checks.base import CheckContext, Evidence
from recipes.core.checks.planner.gathering import Fetched, Gathering
from recipes.core.checks.planner.notes import Notes
from recipes.core.checks.words import cut
from recipes.core.nodes.base import Measured

GROUPS = 10  # offending values kept with their counts


def with_evidence(
    measured: Measured, evidence: Evidence, notes: Notes, context: CheckContext, known: Fetched
) -> Measured:
    """Return the result with a capped sample of failing rows; costs one query, two where values are counted too.

    Rows stand in the order of the offending columns, then of all others: the first of them, which are cheap to find.
    Evidence of the same data is kept; after an append it is put together from what was kept and the new rows.
    """
    details: dict[str, Any] = dict(measured.details)
    if evidence.columns:
        details["columns"] = list(evidence.columns)
    rows: tuple[dict[str, Any], ...] = ()
    try:
        found = Gathering(measured.dataset, evidence, notes, context.evidence_rows, measured.n_fail).found(
            known
        )
        if found.rows is not None:
            rows = as_dictionaries(
                Result(found.rows.columns, found.rows.rows[: context.evidence_rows]), context
            )
        if found.groups is not None:
            details["offending"] = _offending(found.groups, context)
    except (StoreError, SqlglotError) as why:
        details["evidence_failed"] = cut(str(why), 300)
    return measured.model_copy(update={"evidence": rows, "details": details})


def _offending(groups: Result, context: CheckContext) -> list[dict[str, Any]]:
    """Return offending values with the number of their rows, which is the last column of such a statement."""
    found = []
    for values in as_dictionaries(Result(groups.columns, groups.rows[:GROUPS]), context):
        _, rows = values.popitem()
        found.append({"values": values, "rows": rows})
    return found


def as_dictionaries(result: Result, context: CheckContext) -> tuple[dict[str, Any], ...]:
    """Return rows as dictionaries of values that JSON can hold, long texts cut."""
    names = [column.name for column in result.columns]
    return tuple(
        {name: plain(value, context.evidence_characters) for name, value in zip(names, row, strict=True)}
        for row in result.rows
    )


def plain(value: Any, characters: int) -> Any:
    """Return a value as JSON holds it: dates as ISO text, decimals and what is not finite as text."""
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, date | datetime | time):
        return value.isoformat()
    if isinstance(value, bytes | bytearray | memoryview):
        return cut(bytes(value)[:characters].hex(), characters)
    if isinstance(value, Mapping):
        return {str(key): plain(item, characters) for key, item in list(value.items())[:characters]}
    if isinstance(value, list | tuple | set):
        return [plain(item, characters) for item in list(value)[:characters]]
    if isinstance(value, Decimal | timedelta):
        return str(value)
    return cut(str(value).replace("\x00", "�"), characters)
