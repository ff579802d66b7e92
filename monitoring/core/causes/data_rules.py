"""Rules about the data that came in: how much, in which shape, and which part of it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kitchens.core.words import listed, number
from monitoring.core.causes.facts import Case, DataChange
from monitoring.core.causes.rank import Cause

PARTIAL, DOUBLED = 0.7, 1.5
NEARLY = 0.98  # less than this is too little where the test counts just these rows
LIFTED, COVERED = 5.0, 0.8
WANTS_NEWS = frozenset({"freshness", "row_count"})  # checks that are red where an input has not come


def by_volume(case: Case) -> Iterator[Cause]:
    """Much less, or much more, came in than with the last green run; or nothing new came at all."""
    coded = _coded(case)
    shifted = [
        one
        for one in case.changes.data
        if one.role != "reference"
        and not coded & {one.node, *one.behind}
        and one.ratio is not None
        and not _least(case, one) <= one.ratio <= DOUBLED
    ]
    if shifted:
        yield _shifted(case, shifted[0])
    stale = [one for one in case.changes.data if one.came_in and one.same]
    fresh = any(one.came_in and not one.same for one in case.changes.data)
    if stale and not shifted:
        wanted = case.check in WANTS_NEWS
        yield Cause(
            "late",
            f"Nothing new has come in {listed([one.dataset for one in stale])} since the last green run.",
            0.8 if wanted and not fresh else 0.5 if wanted else 0.15,
            tuple(map(_still, stale[:4])),
            f"Ask where {stale[0].dataset} comes from whether the same delivery came again."
            if stale[0].loaded
            else "See whether the recipe that makes it has run since, and when it is due.",
        )


def _still(one: DataChange) -> str:
    if one.snapshot == one.snapshot_before:
        return f"{one.dataset} is still snapshot {one.snapshot}."
    return f"Snapshot {one.snapshot} of {one.dataset} holds the rows of snapshot {one.snapshot_before}."


def _least(case: Case, one: DataChange) -> float:
    """Return the share of the rows of then that must have come: more where the red test counts them."""
    return NEARLY if case.check == "row_count" and case.dataset == one.dataset else PARTIAL


def _shifted(case: Case, one: DataChange) -> Cause:
    rows, before = one.rows or 0, one.rows_before or 0
    less = rows < before
    explained = any(value.used for value in case.changes.values if not value.of_time)
    came = "came into" if one.role == "input" else "were written to"
    sure = 0.93 if rows == 0 else 0.9 if less else 0.82
    return Cause(
        "partial" if less else "surplus",
        f"{'Only ' if less and rows else ''}{number(rows)} rows {came} {one.dataset}; {number(before)} did with the last"
        " green run.",
        min(sure, 0.6) if explained else sure,
        (f"{one.dataset}: {number(before)} → {number(rows)} rows.",),
        f"Ask where {one.dataset} comes from whether the delivery was whole.",
    )


def by_schema(case: Case) -> Iterator[Cause]:
    """Columns of what is read are gone, or have another type, and no code of ours did that."""
    coded = _coded(case)
    for one in case.changes.data:
        if coded & {one.node, *one.behind} or not (one.removed or one.retyped or one.added):
            continue
        touched = [*one.removed, *one.retyped]
        used = [name for name in touched if _names(case, name.split(" ")[0])]
        said = _schema(one)
        yield Cause(
            "schema",
            f"The columns of {one.dataset} changed: {said}.",
            0.94 if used else 0.6 if touched else 0.25,
            (f"{one.dataset}: {said}.", *(f"{name.split(' ')[0]} is used here." for name in used[:3])),
            f"Ask who makes {one.dataset} whether that was meant; then adapt the recipe.",
        )
        return


def _schema(one: DataChange) -> str:
    parts = [
        f"{listed(one.removed)} gone" if one.removed else "",
        f"{listed(one.added)} new" if one.added else "",
        listed(one.retyped) if one.retyped else "",
    ]
    return "; ".join(part for part in parts if part)


def by_reference(case: Case) -> Iterator[Cause]:
    """What the test compares with has changed: the list of a foreign key, or of a set."""
    for one in case.changes.data:
        if one.role != "reference" or one.same:
            continue
        less = one.ratio is not None and one.ratio < 1
        yield Cause(
            "reference",
            f"The reference data {one.dataset} changed"
            + (f": {number(one.rows_before or 0)} → {number(one.rows or 0)} rows." if less else "."),
            0.91 if less else 0.66,
            (f"Snapshot {one.snapshot_before} → {one.snapshot}.",),
            f"Look whether the missing keys were in {one.dataset} before.",
        )


def by_slice(case: Case) -> Iterator[Cause]:
    """The failing rows share a value that few of all rows have."""
    for one in case.slices[:2]:
        strong = one.lift > LIFTED and one.failing_share >= COVERED
        share, base = round(100 * one.failing_share), round(100 * one.all_share, 1)
        yield Cause(
            "slice",
            f"{share} % of the failing rows have {one.column} = {one.value}; of all rows {number(base)} % have.",
            0.78 if strong else 0.55 if one.lift >= 2 else 0.2,
            (f"{one.failing} of {one.of_failing} failing rows; lift {number(one.lift)}.",),
            f"Look at one source or file: that of {one.column} = {one.value}.",
        )


def _coded(case: Case) -> set[str]:
    """Return the nodes whose own code changed: what they and the nodes after them write differs by that."""
    return {
        node for one in case.changes.code if one.place != "elsewhere" and not one.same for node in one.nodes
    }


def _names(case: Case, column: str) -> bool:
    if column.lower() in {name.lower() for name in case.columns}:
        return True
    return re.search(rf"\b{re.escape(column)}\b", f"{case.sentence}\n{case.words}", re.IGNORECASE) is not None
