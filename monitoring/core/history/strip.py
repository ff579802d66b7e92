"""The last verdicts of a test as a strip of bars that fits into a table row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from monitoring.core.history.points import streak
from recipes.core.verdict import GREEN, NOT_GREEN, Verdict

SHOWN = 20
PITCH, BAR, HEIGHT = 5, 4, 20
WIDTH = SHOWN * PITCH - 1
_TONES: Mapping[str, str] = {
    Verdict.PASS: "ok",
    Verdict.WARN: "warn",
    Verdict.FAIL: "fail",
    Verdict.LEARNING: "learning",
}


@dataclass(frozen=True)
class Strip:
    """Bars as one path a tone; `said` is all of it in words, `lasting` since how many evaluations it stands as it does."""

    paths: tuple[tuple[str, str], ...]
    said: str
    lasting: str


def strip_of(judged: Sequence[tuple[str, float | None]]) -> Strip:
    """Return the strip of verdicts with their values, oldest first.

    A green bar is as high as its value among the others, at most two thirds; what warned is cut in two, and what is
    red is as high as the strip: the shape tells them apart without the colour.
    """
    newest = judged[-SHOWN:]
    values = [abs(value) for _, value in newest if value is not None]
    most = max(values, default=0.0)
    paths: dict[str, list[str]] = {}
    for place, (verdict, value) in enumerate(newest, start=SHOWN - len(newest)):
        height = 4 + round(9 * abs(value or 0.0) / most) if most and verdict in GREEN else 4
        paths.setdefault(_TONES.get(verdict, "unknown"), []).append(_bar(place * PITCH, verdict, height))
    return Strip(
        paths=tuple((tone, "".join(bars)) for tone, bars in paths.items()),
        said=_said([verdict for verdict, _ in newest]),
        lasting=_lasting([verdict for verdict, _ in newest]),
    )


@lru_cache(maxsize=4096)
def _bar(x: int, verdict: str, height: int) -> str:
    if verdict in NOT_GREEN:
        return f"M{x} 0h{BAR}v{HEIGHT}h-{BAR}z"
    if verdict == Verdict.WARN:
        return f"M{x} 4h{BAR}v6h-{BAR}zM{x} 13h{BAR}v7h-{BAR}z"
    return f"M{x} {HEIGHT - height}h{BAR}v{height}h-{BAR}z"


def _said(verdicts: Sequence[str]) -> str:
    if not verdicts:
        return "not judged yet"
    counted = ", ".join(f"{n} {verdict.replace('_', ' ')}" for verdict, n in Counter(verdicts).most_common())
    return f"The last {len(verdicts)}: {counted}" if len(verdicts) > 1 else f"Judged once: {counted}"


def _lasting(verdicts: Sequence[str]) -> str:
    """Return "for 7 runs", "for 20+ runs"."""
    same = streak(verdicts)
    if same < 2:
        return "once" if same else ""
    return f"for {same}+ runs" if same == SHOWN else f"for {same} runs"
