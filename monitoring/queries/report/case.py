"""An episode as the rules of causes look at it."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from hub.common.errors import HubError
from monitoring.core.causes import Case, Changes, Slice
from monitoring.models import Episode
from monitoring.queries.report.changes import changes_between
from monitoring.queries.report.sides import Side, green_side, red_side
from monitoring.queries.report.upstream import upstream_of
from recipes.actions.runs.context import read_files
from recipes.core.checks.bounds import between
from recipes.core.spec.model import TestSpec
from recipes.models import NodeRun, TestResult

BOUNDED = frozenset(
    {"row_count", "aggregate", "sql_metric", "event_metric", "run_cost"}
)  # min and max are of the measure
LIMITS = {
    "memory": ("memory", "The node ran out of memory."),
    "time": ("took longer than|time limit|timed out", "The node took longer than it may."),
    "disk": ("disk|no space", "There was no room left on the disk."),
    "source": (
        "no such file|filenotfound|refused|unreachable|could not connect|timed? ?out",
        "What lies outside of the hub was not there, or could not be read.",
    ),
}


def case_of(episode: Episode) -> Case | None:
    """Return all that is known of an episode's beginning; None where no run of ours began it. Some twenty queries."""
    red = red_side(episode)
    if red is None:
        return None
    green = green_side(episode, red.run)
    node = episode.node or _first_red(red)
    result, before = episode.first_result, episode.green_result
    own = red.test(episode.test) if episode.test else None
    spec = red.spec(node)
    measured = before.measure if before else None
    changes = changes_between(green, red, node, episode.test) if green else Changes(commit=red.run.commit)
    if own is not None and _is_red(own, measured):
        changes = replace(changes, tests=tuple(replace(one, red_before=True) for one in changes.tests))
    return Case(
        test=episode.test,
        node=node,
        check=episode.check_name,
        dataset=episode.dataset,
        columns=_columns(result, own.params if own else {}),
        verdict=episode.verdict,
        sentence=episode.sentence,
        measure=result.measure if result else None,
        measure_before=measured,
        changes=changes,
        upstream=tuple(upstream_of(red, green.run.started_at if green else None, episode.pk)),
        slices=slices_of(result),
        words=_words(red, node, episode),
        reads_sources=any((one := red.spec(name)) and one.sources for name in red.path(node)),
        facts=_facts(episode, bool(spec and spec.sources)),
    )


def _is_red(test: TestSpec, measured: float | None) -> bool:
    """Say whether a number is outside of the bounds that a test sets its measure."""
    if measured is None or test.check not in BOUNDED:
        return False
    least, most = (test.params.get(name) for name in ("min", "max"))
    return not between(
        measured, *(float(one) if isinstance(one, int | float) else None for one in (least, most))
    )


def slices_of(result: TestResult | None) -> tuple[Slice, ...]:
    """Return where the failing rows of a result lie, as it was counted when it failed."""
    names = ("column", "value", "failing_share", "all_share", "lift", "failing", "of_failing")
    raw: Any = result.details.get("slices", ()) if result else ()
    return tuple(Slice(**{name: one[name] for name in names}) for one in raw)


def _columns(result: TestResult | None, params: dict[str, Any]) -> tuple[str, ...]:
    named = [str(params["column"])] if params.get("column") else []
    more = params.get("columns")
    named += [str(one) for one in more] if isinstance(more, list | tuple) else []
    return tuple(dict.fromkeys([*named, *(result.details.get("columns", ()) if result else ())]))


def _first_red(side: Side) -> str:
    rows = NodeRun.objects.filter(run=side.run).exclude(status__in=["succeeded", "skipped"]).order_by("place")
    return rows.values_list("node", flat=True).first() or next(iter(side.nodes), "")


def _words(side: Side, node: str, episode: Episode) -> str:
    """Return the code of the node and what its failure said: they tell which columns it names."""
    spec = side.spec(node)
    try:
        text = read_files(side.plan.tree).get(spec.file, "") if spec and spec.file else ""
    except HubError:  # the report says what it can also where git cannot be read
        text = ""
    row = side.node_runs.get(node)
    detail = str(row.outcome.get("detail", "")) if row is not None else ""
    return f"{text}\n{detail}\n{episode.first_result.sql if episode.first_result else ''}"[:200_000]


def _facts(episode: Episode, reads_sources: bool) -> dict[str, str]:
    if episode.test:
        return {}
    found: dict[str, str] = {}
    for name, (pattern, said) in LIMITS.items():
        if not found and re.search(pattern, episode.sentence, re.IGNORECASE):
            found[name] = said
    if not found and reads_sources:
        found["source"] = "What lies outside of the hub could not be read, or is not as it was."
    return found
