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
from recipes.core.checks.personal import Hiding
from recipes.core.checks.shape import LOOKED_AT, shape
from recipes.core.checks.tree import sql_of
from recipes.core.checks.words import cut
from recipes.core.nodes.base import Measured

GROUPS = 10  # offending values kept with their counts


def with_evidence(
    measured: Measured,
    evidence: Evidence,
    session: Session,
    context: CheckContext,
    found: Sequence[Mapping[str, Any]] = (),
) -> Measured:
    """Return the result with a capped sample of failing rows, and the slices that hold them; values of personal
    columns are hidden. What was `found` while measuring is taken as it is.

    Costs one query, two where values are counted too, and two more where nearly all failing rows share a value.
    """
    details: dict[str, Any] = dict(measured.details)
    if evidence.columns:
        details["columns"] = list(evidence.columns)
    rows: tuple[dict[str, Any], ...] = ()
    try:
        hiding = Hiding(context.personal, session)
        known = _known(session, measured.dataset) if context.personal else ()
        at_hand = [
            {str(name): plain(value, context.evidence_characters) for name, value in row.items()}
            for row in found[: context.evidence_rows]
        ]
        rows = tuple(hiding.row(row, known) for row in at_hand)
        if evidence.rows is not None:
            failing = as_dictionaries(
                _fetch(session, evidence.rows(), max(LOOKED_AT, context.evidence_rows)), context
            )
            rows = tuple(hiding.row(row, known) for row in failing[: context.evidence_rows])
            shown = [
                {k: v for k, v in row.items() if k not in evidence.columns and not hiding.hides(k, known)}
                for row in failing
            ]
            if slices := shape(shown, evidence.rows(), measured.dataset, measured.n_scope or 0, session):
                details["slices"] = slices
        if evidence.groups is not None:
            groups = _offending(_fetch(session, evidence.groups(), GROUPS), context)
            details["offending"] = [one | {"values": hiding.row(one["values"], known)} for one in groups]
    except (StoreError, SqlglotError) as why:
        details["evidence_failed"] = cut(str(why), 300)
    return measured.model_copy(update={"evidence": rows, "details": details})


def _known(session: Session, dataset: str) -> tuple[str, ...]:
    return tuple(column.name for column in session.columns(dataset)) if dataset else ()


def _offending(groups: Result, context: CheckContext) -> list[dict[str, Any]]:
    """Return offending values with the number of their rows, which is the last column of such a statement."""
    found = []
    for values in as_dictionaries(groups, context):
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


def _fetch(session: Session, statement: exp.Query, limit: int) -> Result:
    """Return the first rows; the limit stands in the statement, beside its order, where it has none of its own."""
    if isinstance(statement, exp.Select) and statement.args.get("limit") is None:
        return session.query(sql_of(statement.limit(limit)))
    return session.query(sql_of(statement), limit=limit)
