"""Keep the series of tests up to date, set-based: one statement before their results are inserted, one after."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from recipes.actions.runs.statements import execute, fetch
from recipes.core.verdict import GREEN, NOT_GREEN, Verdict
from recipes.models import NodeRun, TestResult

AT_ONCE = 500  # series in one statement: SQLite takes 32,766 values
_COLUMNS = (
    'kitchen_id, domain, recipe, test, source, node, check_name, dataset, "column", severity, verdict,'
    " first_at, last_at, red_since, n_results, n_warned, n_red"
)
_KEY = "kitchen_id, domain, recipe, test, source"
_GREEN = ", ".join(f"'{verdict}'" for verdict in sorted(GREEN))
_JUDGED = (
    "node = excluded.node, check_name = excluded.check_name, dataset = excluded.dataset,"
    ' "column" = excluded."column", severity = excluded.severity, verdict = excluded.verdict,'
    " last_at = excluded.last_at,"
    f" red_since = CASE WHEN excluded.verdict IN ({_GREEN}) THEN NULL"
    " ELSE COALESCE(recipes_testseries.red_since, excluded.red_since) END,"
    " n_results = recipes_testseries.n_results + excluded.n_results,"
    " n_warned = recipes_testseries.n_warned + excluded.n_warned,"
    " n_red = recipes_testseries.n_red + excluded.n_red"
)
_UNTOUCHED = "node = recipes_testseries.node"  # an update of nothing, which says the id


def assign(
    results: Sequence[TestResult], *, nodes: Mapping[str, str], columns: Mapping[str, str], counts: bool
) -> list[int]:
    """Give each result that is about to be inserted its series, made where there is none; return their ids.

    `nodes` and `columns` say where each test stands. With `counts` the series take the verdicts over; else only their
    ids are asked for. One statement for 500 tests. Afterwards insert the results, and call `point_at_last`.
    """
    newest = {_key(result): result for result in results}
    ids: dict[tuple[Any, ...], int] = {}
    rows = [
        _row(newest[key], nodes.get(key[3], ""), columns.get(key[3], ""), counts=counts)
        for key in sorted(newest)  # in one order, so that two workers never wait for each other
    ]
    for start in range(0, len(rows), AT_ONCE):
        some = rows[start : start + AT_ONCE]
        values = ", ".join(["(" + ", ".join(["%s"] * len(some[0])) + ")"] * len(some))
        found = fetch(
            f"INSERT INTO recipes_testseries ({_COLUMNS}) VALUES {values} ON CONFLICT ({_KEY})"  # noqa: S608 - text of ours
            f" DO UPDATE SET {_JUDGED if counts else _UNTOUCHED} RETURNING id, {_KEY}",
            *(value for row in some for value in row),
        )
        ids.update({tuple(key): pk for pk, *key in found})
    for result in results:
        result.series_id = ids[_key(result)]
    return sorted(ids.values())


def point_at_last(series: Sequence[int]) -> None:
    """Let these series name their newest result that counts. One statement."""
    if series:
        execute(
            "UPDATE recipes_testseries SET last_id = (SELECT MAX(r.id) FROM recipes_testresult r"
            " WHERE r.series_id = recipes_testseries.id AND r.counts) WHERE id [any]",
            list(series),
        )


def discount(node_runs: QuerySet[NodeRun]) -> None:
    """Say of what these node runs judged so far that it counts no more: they are made once more. One statement."""
    TestResult.objects.filter(node_run__in=node_runs.values("pk"), counts=True).update(counts=False)


def _key(result: TestResult) -> tuple[Any, ...]:
    return (result.kitchen_id, result.domain, result.recipe, result.test, result.source)


def _row(result: TestResult, node: str, column: str, *, counts: bool) -> tuple[Any, ...]:
    red = counts and result.verdict in NOT_GREEN
    at: datetime = result.at
    return (
        *_key(result),
        node,
        result.check_name,
        result.dataset,
        column,
        result.severity,
        str(result.verdict) if counts else "",
        at,
        at,
        at if red else None,
        int(counts),
        int(counts and result.verdict == Verdict.WARN),
        int(red),
    )
