"""What the pages of merges are given: plain, frozen, ready to be shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from kitchens.core.gates import Gate
from kitchens.core.impact import Impact
from kitchens.core.merging import Conflict, Preview
from kitchens.models import Approval, Comment, MergeRequest, RequestEvent


@dataclass(frozen=True)
class Row:
    """A merge request in a list. `waits` says in one sentence what it waits for, or what came of it."""

    request: MergeRequest
    waits: str
    approvals: int
    comments: int


@dataclass(frozen=True)
class DatasetChange:
    """A dataset that the merge would change in the target; ids of snapshots, None where there is none."""

    name: str
    before: int | None
    after: int | None
    rows_before: int | None
    rows_after: int | None
    same: bool  # another snapshot with the same content

    @property
    def what(self) -> str:
        if self.after is None:
            return "removed"
        return "added" if self.before is None else "same" if self.same else "changed"


@dataclass(frozen=True)
class Said:
    """An approval or a request for changes, and whether it still counts; `void` says why not."""

    approval: Approval
    void: str = ""


@dataclass(frozen=True)
class Rights:
    """What the reader may do with the request now: "" where they may, else a sentence that says why not."""

    approve: str
    ask_for_changes: str
    resolve: str
    build: str
    merge: str
    withdraw: str


@dataclass(frozen=True)
class RequestPage:
    """Everything of the page of one merge request but files and hunks."""

    request: MergeRequest
    summary: str  # 4 files, 2 datasets change, 1 consumer affected, 3 of 4 gates open
    gates: tuple[Gate, ...]
    next: Gate | None  # the first gate that is not open
    files: int
    conflicts: tuple[Conflict, ...]
    datasets: tuple[DatasetChange, ...]
    impact: Impact
    said: tuple[Said, ...]  # oldest first
    events: tuple[RequestEvent, ...]
    comments: tuple[Comment, ...]
    rights: Rights
    moved: str  # what changed in source or target since they were last looked at, a sentence; "" for nothing
    lead: tuple[tuple[str, datetime | None], ...]  # (stage, when): first commit … merged
    digest: str  # of what is shown: an approval sent with it is refused where something has moved meanwhile

    @property
    def open_gates(self) -> int:
        return sum(gate.passes for gate in self.gates)


@dataclass(frozen=True)
class Line:
    """A line of a file, both versions side by side; the number is None where that side has no such line."""

    kind: str  # same, changed, added, removed
    left_number: int | None
    left: str
    right_number: int | None
    right: str


@dataclass(frozen=True)
class Block:
    """Lines that stand together, with what git says above them."""

    header: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class FileChange:
    """What happens to one file; `blocks` is empty for binary files and for those too long to show (`cut`)."""

    path: str
    old_path: str
    status: str  # added, deleted, changed, renamed
    added: int
    removed: int
    binary: bool
    cut: bool
    conflict: bool
    blocks: tuple[Block, ...]
    comments: tuple[Comment, ...] = ()

    @property
    def recipe(self) -> str:
        """Return "<domain>/<recipe>" of a file of a recipe, else ""."""
        parts = self.path.split("/")
        inside = len(parts) >= 5 and parts[0] == "domains" and parts[2] == "recipes"
        return f"{parts[1]}/{parts[3]}" if inside else ""


@dataclass(frozen=True)
class ChangesPage:
    """Every file the merge changes, against the target as it is now."""

    request: MergeRequest
    files: tuple[FileChange, ...]
    added: int
    removed: int
    preview: Preview


@dataclass(frozen=True)
class ConflictPage:
    """One file in conflict in three panes, and its neighbours among those in conflict."""

    request: MergeRequest
    conflict: Conflict
    paths: tuple[str, ...]  # all in conflict, in order
    left: int  # how many nobody has resolved
    before: str  # path of the one before, "" for none
    after: str
    merged: str | None  # the file as it would be with the resolution that is there
