"""Which episodes have one root. Same run and same suspect, else same dataset at the same time; else it is its own."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from monitoring.core.incidents.states import REOPEN_WITHIN

LIKELY = 0.6  # confidence from which a cause is a suspect
_VOLATILE = (
    (re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE), "‹id›"),
    (re.compile(r"\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2})?(\.\d+)?(Z|[+-]\d{2}:?\d{2})?)?"), "‹date›"),
    (re.compile(r"\b(?=[0-9a-f]*\d)(?=[0-9]*[a-f])[0-9a-f]{12,}\b", re.IGNORECASE), "‹id›"),
    (re.compile(r"\d{3,}"), "‹n›"),
)


@dataclass(frozen=True)
class Red:
    """What is known of an episode when it looks for its incident."""

    kitchen: int
    domain: str
    recipe: str
    node: str
    test: str
    source: str
    dataset: str
    run: int | None
    suspect: str
    opened_at: datetime


@dataclass(frozen=True)
class Known:
    """An incident that it may belong to."""

    pk: int
    run: int | None
    suspect: str
    fingerprint: str
    open: bool
    resolved_at: datetime | None = None
    of_suspect: bool = False  # it holds the very episode that is suspected
    shares_dataset: bool = False  # one of its episodes is of the same dataset and overlaps in time


def fingerprint(red: Red) -> str:
    """Return what names a root over time: without counts, dates and ids, which differ from run to run."""
    what = f"{red.node}/{red.test}" if red.test else red.node
    return _steady(f"{red.source}|{red.domain}/{red.recipe}|{what}|{red.dataset}")[:200]


def _steady(text: str) -> str:
    for pattern, stands_for in _VOLATILE:
        text = pattern.sub(stands_for, text)
    return text


def suspect_of(findings: Mapping[str, Any]) -> tuple[str, int | None]:
    """Return what is suspected, as a text to compare, and the id of the episode where it is one upstream.

    The farthest red thing upstream that began since the last green run; else the likeliest cause, where it is likely.
    """
    began = [one for one in findings.get("upstream") or () if one.get("began") and one.get("episode")]
    if began:
        root = max(began, key=lambda one: (one.get("level") or 0, -one["episode"]))
        return f"episode {root['episode']}", int(root["episode"])
    causes: Sequence[Mapping[str, Any]] = findings.get("causes") or ()
    if causes and float(causes[0].get("confidence") or 0) >= LIKELY:
        return f"{causes[0]['kind']}: {causes[0]['sentence']}"[:300], None
    return "", None


def choose(red: Red, known: Iterable[Known]) -> Known | None:
    """Return the incident an episode belongs to; None where it begins one. A resolved one means that it flaps."""
    found = list(known)
    for fits in (_of_suspect, _same_run, _same_dataset, _same_root):
        fitting = [one for one in found if fits(red, one)]
        if fitting:
            return max(fitting, key=lambda one: (one.open, one.pk))
    return None


def _of_suspect(red: Red, one: Known) -> bool:
    return one.of_suspect and (one.open or _lately(red, one))


def _same_run(red: Red, one: Known) -> bool:
    return one.open and red.run is not None and one.run == red.run and red.suspect == one.suspect != ""


def _same_dataset(red: Red, one: Known) -> bool:
    return one.open and one.shares_dataset and red.dataset != ""


def _same_root(red: Red, one: Known) -> bool:
    return one.fingerprint == fingerprint(red) and (one.open or _lately(red, one))


def _lately(red: Red, one: Known) -> bool:
    return one.resolved_at is not None and red.opened_at - one.resolved_at <= REOPEN_WITHIN
