"""Merging as plain data: the three sides of a file, where they clash, and what somebody decided about it.

*Source* is what comes in, *target* is what it is merged into, *base* is what both began with.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from hub.common.errors import InvalidError
from kitchens.core.git.history import Change

Kind = Literal["content", "binary", "add-add", "delete-modify", "rename", "mode", "folder", "name"]
TAKES = ("source", "target", "hunks", "text", "delete")
PICKS = (
    "source",
    "target",
    "both",
    "base",
)  # what may be chosen for one hunk; both: the target's lines first
TEXT_LIMIT = 2 * 1024 * 1024
Edit = tuple[int, int, int, int]  # base start, base end, own start, own end; from 0, half open


@dataclass(frozen=True)
class Side:
    """One version of a file: its git id ("" where the file is not there), mode, and text (None for a binary file)."""

    id: str = ""
    mode: int = 0
    text: str | None = ""
    size: int = 0

    @property
    def there(self) -> bool:
        return bool(self.id)


@dataclass(frozen=True)
class ClashHunk:
    """Lines that both sides changed: as they were, as the target has them, as the source has them.

    `before` are the lines since the hunk above that are the same on both sides or changed by one only: they are settled.
    """

    number: int  # from 0
    before: tuple[str, ...]
    base: tuple[str, ...]
    target: tuple[str, ...]
    source: tuple[str, ...]
    base_start: int  # line numbers, from 1
    target_start: int
    source_start: int


@dataclass(frozen=True)
class Clash:
    """The three panes of one file: its hunks in order, and the settled lines after the last one."""

    hunks: tuple[ClashHunk, ...]
    after: tuple[str, ...] = ()


@dataclass(frozen=True)
class Resolution:
    """What to do with one file in conflict. `sides` are the git ids it was decided on: base, target, source.

    `take`: source or target (the whole file as there, also where it is not there), hunks (`hunks` names a pick for
    each), text (the whole file is `text`), delete.
    """

    take: str
    sides: tuple[str, str, str]
    hunks: tuple[str, ...] = ()
    text: str = ""

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, given: Mapping[str, Any]) -> Resolution:
        """Return the resolution a dictionary describes; InvalidError says what is wrong with it."""
        sides = given.get("sides")
        if not isinstance(sides, Sequence) or isinstance(sides, str) or len(sides) != 3:
            raise InvalidError("A resolution names the three versions it is about.", field="sides")
        made = cls(
            take=str(given.get("take", "")),
            sides=(str(sides[0]), str(sides[1]), str(sides[2])),
            hunks=tuple(str(pick) for pick in given.get("hunks") or ()),
            text=str(given.get("text") or ""),
        )
        made.check()
        return made

    def check(self) -> None:
        """Raise InvalidError for a word that is no choice, or a text that is too long."""
        if self.take not in TAKES:
            raise InvalidError(
                f"{self.take[:40]!r} is no way to resolve a conflict.",
                remedy=f"Use one of {', '.join(TAKES)}.",
                field="take",
            )
        if wrong := [pick for pick in self.hunks if pick not in PICKS]:
            raise InvalidError(
                f"{wrong[0][:40]!r} cannot be chosen for a hunk.",
                remedy=f"Use one of {', '.join(PICKS)}.",
                field="hunks",
            )
        if len(self.text.encode()) > TEXT_LIMIT:
            raise InvalidError(f"A file has at most {TEXT_LIMIT // 1024} KB.", field="text")


@dataclass(frozen=True)
class Conflict:
    """A file that git cannot merge by itself. `resolved` says that a resolution of these very versions is there."""

    path: str
    kind: Kind
    base: Side
    target: Side
    source: Side
    sentence: str
    clash: Clash | None = None  # of text files; None where only a whole version can be taken
    resolution: Resolution | None = None
    fault: str = ""  # why the resolution that is there does not do

    @property
    def resolved(self) -> bool:
        return self.resolution is not None and not self.fault

    @property
    def sides(self) -> tuple[str, str, str]:
        return (self.base.id, self.target.id, self.source.id)


@dataclass(frozen=True)
class Preview:
    """What a merge gives, worked out in memory. `tree` is "" while conflicts are open.

    `changes` is what it brings to the target; files in open conflict stand there as the target has them.
    """

    base: str  # "" where the two have nothing in common
    target: str
    source: str
    tree: str
    changes: tuple[Change, ...]
    conflicts: tuple[Conflict, ...]
    structural: tuple[str, ...] = ()  # files whose lines clash while their keys do not: merged by key
    ignored: tuple[tuple[str, str], ...] = ()  # (path, sentence): resolutions that count no longer

    @property
    def open(self) -> tuple[Conflict, ...]:
        """Return the conflicts nobody has resolved yet."""
        return tuple(conflict for conflict in self.conflicts if not conflict.resolved)

    @property
    def up_to_date(self) -> bool:
        """Say that the target has everything already."""
        return self.base == self.source

    @property
    def fast_forward(self) -> bool:
        """Say that the target has nothing the source has not."""
        return self.base == self.target


def clash_of(
    base: Sequence[str],
    target: Sequence[str],
    source: Sequence[str],
    target_edits: Sequence[Edit],
    source_edits: Sequence[Edit],
) -> Clash:
    """Return where two edited versions of a text clash; by their edits.

    Edits that touch or overlap on both sides clash unless they come to the same lines; all others are settled.
    """
    hunks: list[ClashHunk] = []
    settled: list[str] = []
    at = 0
    for low, high, mine, theirs in _grouped(target_edits, source_edits):
        settled += base[at:low]
        ours = _region(low, high, mine, target)
        other = _region(low, high, theirs, source)
        at = high
        if not theirs or ours[1] == other[1]:
            settled += ours[1]
        elif not mine:
            settled += other[1]
        else:
            made = ClashHunk(
                number=len(hunks),
                before=tuple(settled),
                base=tuple(base[low:high]),
                target=tuple(ours[1]),
                source=tuple(other[1]),
                base_start=low + 1,
                target_start=ours[0] + 1,
                source_start=other[0] + 1,
            )
            hunks.append(made)
            settled = []
    return Clash(tuple(hunks), tuple(settled + list(base[at:])))


def differing(target: Sequence[str], source: Sequence[str], edits: Sequence[Edit]) -> Clash:
    """Return where two texts that never had anything in common differ: every edit is a hunk, the rest is settled."""
    hunks: list[ClashHunk] = []
    at = 0
    for low, high, start, end in edits:
        made = ClashHunk(
            number=len(hunks),
            before=tuple(target[at:low]),
            base=(),
            target=tuple(target[low:high]),
            source=tuple(source[start:end]),
            base_start=0,
            target_start=low + 1,
            source_start=start + 1,
        )
        hunks.append(made)
        at = high
    return Clash(tuple(hunks), tuple(target[at:]))


def _grouped(target: Sequence[Edit], source: Sequence[Edit]) -> list[tuple[int, int, list[Edit], list[Edit]]]:
    """Return (base start, base end, edits of the target, edits of the source), what touches or overlaps together."""
    both = sorted([(edit, 0) for edit in target] + [(edit, 1) for edit in source])
    groups: list[tuple[int, int, list[Edit], list[Edit]]] = []
    for edit, side in both:
        low, high = edit[0], edit[1]
        if groups and low <= groups[-1][1]:
            start, end, mine, theirs = groups.pop()
        else:
            start, end, mine, theirs = low, high, [], []
        (theirs if side else mine).append(edit)
        groups.append((start, max(end, high), mine, theirs))
    return groups


def _region(low: int, high: int, edits: Sequence[Edit], lines: Sequence[str]) -> tuple[int, list[str]]:
    """Return where a region of the base begins in an edited version, and its lines there; with no edits both unused."""
    if not edits:
        return low, []
    first, last = edits[0], edits[-1]
    start = first[2] - (first[0] - low)
    end = last[3] + (high - last[1])
    return start, list(lines[start:end])


def resolved_text(clash: Clash, picks: Sequence[str]) -> str:
    """Return the file with a choice made for each hunk; InvalidError where there are more or fewer choices than hunks."""
    if len(picks) != len(clash.hunks):
        raise InvalidError(
            f"The file has {len(clash.hunks)} hunks in conflict and {len(picks)} choices were made.",
            remedy="Choose for every hunk.",
            field="hunks",
        )
    lines: list[str] = []
    for hunk, pick in zip(clash.hunks, picks, strict=True):
        lines += hunk.before
        lines += _picked(hunk, pick)
    return "".join([*lines, *clash.after])


def _picked(hunk: ClashHunk, pick: str) -> tuple[str, ...]:
    if pick == "both":
        first = hunk.target
        if first and not first[-1].endswith("\n"):
            first = (*first[:-1], first[-1] + "\n")
        return first + hunk.source
    return {"source": hunk.source, "target": hunk.target, "base": hunk.base}[pick]
