"""The past that a node's tests are judged by, read in one go; and the baselines they learn from it, kept."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings

from kitchens.core.stores.base import Version
from recipes.actions.runs.context import RunContext
from recipes.actions.runs.statements import fetch
from recipes.core.checks import CHECKS
from recipes.core.checks.drift.profile_series import COLUMNS, OFF, POINTS, ROWS
from recipes.core.checks.history import Past, Point
from recipes.core.nodes.base import Measured
from recipes.core.spec.model import TestSpec
from recipes.core.statistics.baseline import Baseline as Learnt
from recipes.core.statistics.budget import risk
from recipes.core.statistics.wishes import LONGEST
from recipes.models import Baseline

if TYPE_CHECKING:
    from recipes.actions.runs.jobs import Prepared

MOST_JSON = 200_000  # characters of a baseline
PROFILED = "profile_drift"  # the check whose results keep numbers of all columns
SINCE_LEARNT = 60  # points: a baseline judges at most 50, then it is learnt anew
MOST_LEARNT = 100  # baselines of one test
MOST_PER_WEEK = 100_000.0  # points
_POINTS = """
    SELECT * FROM (
        SELECT t.test, COALESCE(r.slot, r.placed_at), t.measure, t.verdict, t.run_id, t.n_scope, [of], [fingerprint], t.mark,
            {profile} AS profile
        FROM recipes_testresult t JOIN recipes_orderrun r ON r.id = t.run_id
        WHERE t.domain = %s AND t.recipe = %s AND t.test = %s
            AND t.kitchen_id = (SELECT id FROM kitchens_kitchen WHERE tier = 'production')
            AND t.check_name = %s AND r.variation = %s AND r.chain <> %s
        ORDER BY t.id DESC LIMIT %s
    ) AS past{number}
"""


def pasts(context: RunContext, tests: Sequence[TestSpec]) -> dict[str, Past]:
    """Return the past of each test whose check reads it, by name; two queries, a third where something has to be learnt.

    It is the past of production in every kitchen, of runs of the same variation that were about an earlier moment;
    runs of this chain of resumes are left out. Nothing is asked where no test wants it.
    """
    wanting = [test for test in tests if test.check in CHECKS and CHECKS[test.check].history]
    if not wanting:
        return {}
    at = moment_of(context)
    baselines = _baselines(context, wanting, at)
    points = _points(context, wanting, at, baselines)
    budget = {} if all(baselines.get(test.name) for test in wanting) else {"budget": _risk(at)}
    versions = context.versions({test.dataset for test in wanting} - {""})
    borrowed = not context.kitchen.is_production
    return {
        test.name: Past(
            points=tuple(points.get(test.name, ())),
            previous=_plain(versions.get(test.dataset)),
            baselines=tuple(baselines.get(test.name, ())),
            borrowed=borrowed,
            **budget,
        )
        for test in wanting
    }


def moment_of(context: RunContext) -> datetime:
    """Return the moment a run is about: its slot, else that of its clock when it was ordered."""
    values = context.plan.values
    return datetime.fromisoformat(str((values.get("slot") or values["as_of"]).value))


def keep_baselines(prepared: Prepared, tests: Iterable[Measured], at: datetime) -> None:
    """Store what tests of production have learnt; a kitchen judges by production's past and never adds to it."""
    context = prepared.context
    if not context.kitchen.is_production:
        return
    known = {test.name for test in prepared.tests}
    rows = [
        _row(context, measured.test, learnt, at)
        for measured in tests
        if measured.test in known
        for raw in measured.baselines[:MOST_LEARNT]
        if (learnt := read_baseline(raw))
    ]
    if rows:
        Baseline.objects.bulk_create(rows, ignore_conflicts=True)


def read_baseline(raw: Mapping[str, Any]) -> Learnt | None:
    """Return a baseline, None where this hub cannot read it: it comes from a process that ran a recipe's code."""
    try:
        if len(json.dumps(raw, allow_nan=False)) > MOST_JSON:
            return None
        learnt = Learnt.from_dict(raw)
        fair = (
            learnt.origin < learnt.valid_until and 0 < learnt.per_week <= MOST_PER_WEEK and learnt.sigma > 0
        )
        return learnt if fair and learnt.origin.tzinfo and learnt.valid_until.tzinfo else None
    except (ValueError, TypeError, KeyError, AttributeError):
        return None


def _row(context: RunContext, test: str, learnt: Learnt, at: datetime) -> Baseline:
    return Baseline(
        domain=context.plan.domain,
        recipe=context.plan.recipe,
        variation=context.plan.variation,
        test=test,
        digest=learnt.id,
        body=learnt.as_dict(),
        origin=learnt.origin,
        valid_until=learnt.valid_until,
        per_week=learnt.per_week,
        run_id=context.run_id,
        at=at,
    )


def _points(
    context: RunContext, tests: Sequence[TestSpec], at: datetime, baselines: Mapping[str, Sequence[Learnt]]
) -> dict[str, list[Point]]:
    """Return the points before a moment by test, oldest first; of several for one moment the newest. One query.

    Of a monitor that has learnt only those since are read, with room to spare, and no numbers of columns: what people
    have said of them since counts, and what else there is to learn waits until all is learnt anew.
    """
    plan, parameters, parts = context.plan, [], []
    for place, test in enumerate(tests):
        learnt, profiled = test.automatic and bool(baselines.get(test.name)), test.check == PROFILED
        most = SINCE_LEARNT if learnt else POINTS if profiled else LONGEST
        parameters += [
            plan.domain,
            plan.recipe,
            test.name,
            test.check,
            plan.variation,
            context.chain,
            most,
        ]
        profile = "[profile]" if profiled and not learnt else "CAST(NULL AS TEXT)"
        parts.append(_POINTS.replace("{number}", str(place)).replace("{profile}", profile))
    statement = " UNION ALL ".join(parts)
    found: dict[str, dict[datetime, Point]] = {}
    for test, slot, measure, verdict, run, rows, of, fingerprint, mark, raw in fetch(statement, *parameters):
        moment = _moment(slot)
        if moment < at:
            known = found.setdefault(test, {})
            known.setdefault(
                moment,
                Point(moment, measure, verdict, run, rows, of or "", fingerprint or "", mark, _profile(raw)),
            )
    return {test: [known[moment] for moment in sorted(known)] for test, known in found.items()}


def _baselines(context: RunContext, tests: Sequence[TestSpec], at: datetime) -> Mapping[str, list[Learnt]]:
    """Return the baselines that may judge a moment by test, the newest first. One query."""
    rows = Baseline.objects.filter(
        domain=context.plan.domain,
        recipe=context.plan.recipe,
        variation=context.plan.variation,
        test__in=[test.name for test in tests],
        origin__lt=at,
        valid_until__gte=at,
    )
    found: dict[str, list[Learnt]] = {}
    for test, body in rows.order_by("-id").values_list("test", "body"):
        if learnt := read_baseline(body):
            found.setdefault(test, []).append(learnt)
    return found


def _profile(raw: str | None) -> dict[str, Any]:
    """Return the numbers of columns that a result keeps, without what is not of their form."""
    found = json.loads(raw) if raw else {}
    if (
        not isinstance(found, dict)
        or not isinstance(found.get(COLUMNS), dict)
        or not _is_number(found.get(ROWS))
    ):
        return {}
    columns = {
        name: {what: value for what, value in told.items() if _is_number(value)}
        for name, told in found[COLUMNS].items()
        if isinstance(told, dict)
    }
    return {ROWS: found[ROWS], COLUMNS: columns, OFF: [str(one) for one in found.get(OFF) or ()]}


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and math.isfinite(value)


def _risk(at: datetime) -> float:
    """Return the false alarms a point that the project's budget allows, over the series that are charted now. One query."""
    rows = fetch(
        "SELECT SUM(per_week) FROM recipes_baseline WHERE valid_until >= %s AND origin < %s",
        at, at + timedelta(days=1),
    )  # fmt: skip
    return risk(settings.FALSE_ALARMS_PER_WEEK, float(rows[0][0] or 0.0) + 7.0)


def _moment(value: Any) -> datetime:
    """Return a time as it comes from a raw statement: SQLite has texts without a zone."""
    return datetime.fromisoformat(value).replace(tzinfo=UTC) if isinstance(value, str) else value


def _plain(version: Version | None) -> Version | None:
    """Return the version without its parts: columns are all that tests ask for, and parts may be thousands."""
    return replace(version, parts=()) if version else None
