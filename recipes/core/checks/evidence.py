"""What is kept of the rows that broke a test, taken at the moment of failure. It never fails the test itself."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from sqlglot import exp
from sqlglot.errors import SqlglotError

from kitchens.core.stores.base import Result, Session, StoreError
from recipes.core.checks.base import CheckContext, Evidence
from recipes.core.checks.planner.notes import Notes, about_versions
from recipes.core.checks.planner.statements import versions_of
from recipes.core.checks.tree import sql_of
from recipes.core.checks.words import cut
from recipes.core.nodes.base import Measured

GROUPS = 10  # offending values kept with their counts


def with_evidence(measured: Measured, evidence: Evidence, notes: Notes, context: CheckContext) -> Measured:
    """Return the result with a capped sample of failing rows; costs one query, two where values are counted too.

    Rows stand in the order of the offending columns, then of all others: the first of them, which is cheap to find.
    """
    details: dict[str, Any] = dict(measured.details)
    if evidence.columns:
        details["columns"] = list(evidence.columns)
    rows: tuple[dict[str, Any], ...] = ()
    try:
        if evidence.rows is not None:
            rows = tuple(_rows(evidence.rows(), context.evidence_rows, measured, notes, context))
        if evidence.groups is not None:
            details["offending"] = _offending(_rows(evidence.groups(), GROUPS, measured, notes, context))
    except (StoreError, SqlglotError) as why:
        details["evidence_failed"] = cut(str(why), 300)
    return measured.model_copy(update={"evidence": rows, "details": details})


def _offending(groups: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return offending values with the number of their rows, which is the last column of such a statement."""
    found = []
    for group in groups:
        *values, (_, rows) = group.items()
        found.append({"values": dict(values), "rows": rows})
    return found


def _rows(
    statement: exp.Query, limit: int, measured: Measured, notes: Notes, context: CheckContext
) -> Sequence[Mapping[str, Any]]:
    """Return the first rows of a statement as JSON holds them, kept ones where the same was asked of the same data."""
    versions = versions_of(statement, notes.session) or {}
    home = versions.get(measured.dataset)
    question = ""
    if home is not None:
        asked = f"{limit} {context.evidence_characters} {sql_of(statement)}"
        digests = {name: version.digest for name, version in versions.items()}
        question = about_versions(f"evidence {home.store}", asked, digests)
        if (kept := notes.answer(home, question)) is not None:
            return tuple(kept)
    rows = as_dictionaries(_fetch(notes.session, statement, limit), context)
    if home is not None:
        notes.keep_answer(home, question, list(rows))
    return rows


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


def _fetch(session: Session, statement: exp.Query, limit: int) -> Result:
    """Return the first rows; the limit stands in the statement, beside its order, where it has none of its own."""
    if isinstance(statement, exp.Select) and statement.args.get("limit") is None:
        return session.query(sql_of(statement.limit(limit)))
    return session.query(sql_of(statement), limit=limit)
