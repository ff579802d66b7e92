"""What is kept of an attempt: snapshots it staged, datasets it read, results of its tests."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from kitchens.actions import data
from kitchens.core.stores.base import Staged
from kitchens.models import Snapshot
from recipes.actions.runs import series
from recipes.actions.runs.advance import Held
from recipes.actions.runs.history import keep_baselines
from recipes.actions.runs.jobs import Prepared
from recipes.actions.runs.statements import execute
from recipes.core.nodes.base import Measured, Outcome
from recipes.core.verdict import NOT_GREEN, Verdict
from recipes.models import DatasetAccess, TestResult

MOST_SQL = 200_000  # characters of statements kept


def keep(prepared: Prepared, outcome: Outcome, run: Held, at: datetime, *, counts: bool) -> dict[str, Any]:
    """Insert the rows of an attempt and return what its node run keeps as `outcome`.

    `counts`: the node settles by this attempt, so its verdicts count for the run. Costs no query for a node without
    data and tests, else about three for data, four for tests, and one where they have learnt a baseline.
    """
    staged = [Staged.from_dict(raw) for raw in outcome.staged]
    snapshots: Mapping[str, Snapshot] = {}
    if staged:
        name = prepared.claim.name
        snapshots = data.record(staged, node_run=prepared.claim.node_run, attempt=name, at=at)
    _keep_accesses(prepared, outcome, staged, snapshots, at)
    if outcome.tests:
        _keep_results(prepared, outcome.tests, run, at, counts=counts)
    return {
        "measures": outcome.measures,
        "staged": list(outcome.staged),
        "snapshots": {name: snapshot.pk for name, snapshot in snapshots.items()},
        "reads": list(outcome.reads),
        "plan": outcome.plan,
        "sql": _capped(outcome.sql),
        "detail": outcome.detail,
    }


def later(now: datetime, seconds: float | None) -> datetime:
    """Return `now`, or some seconds later."""
    return now + timedelta(seconds=seconds or 0)


def _keep_accesses(
    prepared: Prepared,
    outcome: Outcome,
    staged: list[Staged],
    snapshots: Mapping[str, Snapshot],
    at: datetime,
) -> None:
    ids = {name: prepared.manifest[name].snapshot_id for name in outcome.reads if name in prepared.manifest}
    known = [pk for pk in ids.values() if pk is not None]
    read = Snapshot.objects.filter(pk__in=known).only("pk", "dataset_id") if known else []
    common = {"run_id": prepared.claim.run, "node_run_id": prepared.claim.node_run, "at": at}
    rows = [
        DatasetAccess(dataset_id=one.dataset_id, snapshot_id=one.pk, writes=False, **common) for one in read
    ]
    rows += [
        DatasetAccess(
            dataset_id=snapshots[one.dataset].dataset_id,
            snapshot=snapshots[one.dataset],
            writes=True,
            mode=one.mode.kind,
            **common,
        )
        for one in staged
    ]
    if rows:
        DatasetAccess.objects.bulk_create(rows)


def _keep_results(
    prepared: Prepared, tests: tuple[Measured, ...], run: Held, at: datetime, *, counts: bool
) -> None:
    results = [_result(prepared, measured, at, counts=counts) for measured in tests]
    node = prepared.node.name
    columns = {test.name: str(test.params.get("column", ""))[:120] for test in prepared.tests}
    mine: list[int] = []
    if not prepared.context.plan.fixtures:  # such results are of no series: nothing is learnt from them
        mine = series.assign(
            results, nodes={one.test: node for one in results}, columns=columns, counts=counts
        )
        keep_baselines(prepared, tests, at)
    TestResult.objects.bulk_create(results)
    if not counts:
        return
    series.point_at_last(mine)
    seen = Counter(Verdict(measured.verdict) for measured in tests)
    execute(
        "UPDATE recipes_orderrun SET tests_total = tests_total + %s, tests_failed = tests_failed + %s,"
        " tests_warned = tests_warned + %s WHERE id = %s",
        len(tests),
        sum(seen[verdict] for verdict in NOT_GREEN),
        seen[Verdict.WARN],
        run.id,
    )


def _result(prepared: Prepared, measured: Measured, at: datetime, *, counts: bool) -> TestResult:
    facts = measured.model_dump(mode="json", exclude={"test", "check", "baselines"})
    return TestResult(
        run_id=prepared.claim.run,
        node_run_id=prepared.claim.node_run,
        attempt=prepared.claim.attempt,
        counts=counts,
        kitchen_id=prepared.context.kitchen.pk,
        domain=prepared.context.plan.domain,
        recipe=prepared.context.plan.recipe,
        test=measured.test,
        check_name=measured.check,
        at=at,
        **facts,
    )


def _capped(statements: tuple[str, ...]) -> list[str]:
    kept, room = [], MOST_SQL
    for text in statements:
        if len(text) > room:
            kept.append(text[:room] + " …")
            break
        kept.append(text)
        room -= len(text)
    return kept
