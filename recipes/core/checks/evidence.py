"""What is kept of the rows that broke a test, taken at the moment of failure. It never fails the test itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlglot import exp
from sqlglot.errors import SqlglotError

from kitchens.core.stores.base import Result, Session, StoreError
from recipes.core.checks.base import CheckContext, Evidence
from recipes.core.checks.personal import Hiding, names_of
from recipes.core.checks.plain import GROUPS, as_dictionaries, plain
from recipes.core.checks.planner.gathering import Fetched, Gathering
from recipes.core.checks.planner.notes import Notes
from recipes.core.checks.shape import LOOKED_AT, shape
from recipes.core.checks.words import cut
from recipes.core.nodes.base import Measured


def with_evidence(
    measured: Measured,
    evidence: Evidence,
    notes: Notes,
    context: CheckContext,
    known: Fetched,
    found: Sequence[Mapping[str, Any]] = (),
    where: exp.Expr | None = None,
) -> Measured:
    """Return the result with a capped sample of failing rows, and the slices that hold them; values of personal
    columns are hidden. What was `found` while measuring is taken as it is; `where` is the row filter of the test.

    Rows stand in the order of the offending columns, then of all others: the first of them, which are cheap to find.
    Evidence of the same data is kept; after an append it is put together from what was kept and the new rows. Costs one
    query, two where values are counted too, and two more where nearly all failing rows share a value.
    """
    details: dict[str, Any] = dict(measured.details)
    if evidence.columns:
        details["columns"] = list(evidence.columns)
    rows: tuple[dict[str, Any], ...] = ()
    try:
        session = notes.session
        hiding = Hiding(context.personal, names_of(session))
        names = _names(session, measured.dataset) if context.personal else ()
        at_hand = [
            {str(name): plain(value, context.evidence_characters) for name, value in row.items()}
            for row in found[: context.evidence_rows]
        ]
        rows = tuple(hiding.row(row, names) for row in at_hand)
        most = max(LOOKED_AT, context.evidence_rows)
        gathered = Gathering(measured.dataset, evidence, notes, most, measured.n_fail).found(known)
        if evidence.rows is not None and gathered.rows is not None:
            failing = as_dictionaries(gathered.rows, context)
            rows = tuple(hiding.row(row, names) for row in failing[: context.evidence_rows])
            shown = [
                {k: v for k, v in row.items() if k not in evidence.columns and not hiding.hides(k, names)}
                for row in failing
            ]
            scope = measured.n_scope or 0
            if slices := shape(shown, evidence.rows(), measured.dataset, scope, session, where):
                details["slices"] = slices
        if gathered.groups is not None:
            groups = _offending(gathered.groups, context)
            details["offending"] = [one | {"values": hiding.row(one["values"], names)} for one in groups]
    except (StoreError, SqlglotError) as why:
        details["evidence_failed"] = cut(str(why), 300)
    return measured.model_copy(update={"evidence": rows, "details": details})


def _names(session: Session, dataset: str) -> tuple[str, ...]:
    return tuple(column.name for column in session.columns(dataset)) if dataset else ()


def _offending(groups: Result, context: CheckContext) -> list[dict[str, Any]]:
    """Return offending values with the number of their rows, which is the last column of such a statement."""
    found = []
    for values in as_dictionaries(Result(groups.columns, groups.rows[:GROUPS]), context):
        _, rows = values.popitem()
        found.append({"values": values, "rows": rows})
    return found
