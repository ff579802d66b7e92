"""What merge requests look like from outside."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from ninja import Path, Schema
from pydantic import ConfigDict, Field

from kitchens.core.merging import Conflict
from kitchens.models import Approval, Comment, MergeRequest, RequestEvent
from kitchens.queries.merges.shown import RequestPage

RequestId = Annotated[int, Path(ge=1, le=2**63 - 1, description="Number of the merge request", examples=[12])]


class GateOut(Schema):
    """A condition of the target; `open` and `not_asked` let the merge through."""

    name: str = Field(examples=["approvals"])
    title: str
    state: str = Field(examples=["closed"], description="open, closed, waiting, not_asked")
    sentence: str = Field(examples=["0 of 1 approval."])
    remedy: str


class MergeOut(Schema):
    id: int
    title: str
    intent: str
    state: str = Field(examples=["open"], description="open, merged, withdrawn")
    source: str = Field(examples=["late-flights"])
    target: str = Field(examples=["production"])
    source_revision: int = Field(description="As it was last looked at")
    target_revision: int
    opened_by: str | None
    opened_at: datetime
    unplanned: bool
    candidate: str | None = Field(description="Name of the hidden kitchen", examples=["candidate-12-1"])
    candidate_state: str = Field(description="building, green, red, void, or empty before it is built")
    candidate_note: str
    merge_when_green: bool
    merged_as: int | None = Field(description="Number of the target's revision")
    closed_at: datetime | None

    @staticmethod
    def resolve_source(request: MergeRequest) -> str:
        return request.source.slug

    @staticmethod
    def resolve_target(request: MergeRequest) -> str:
        return request.target.slug

    @staticmethod
    def resolve_source_revision(request: MergeRequest) -> int:
        return request.source_revision.number

    @staticmethod
    def resolve_target_revision(request: MergeRequest) -> int:
        return request.target_revision.number

    @staticmethod
    def resolve_opened_by(request: MergeRequest) -> str | None:
        return request.opened_by.username if request.opened_by else None

    @staticmethod
    def resolve_candidate(request: MergeRequest) -> str | None:
        return request.candidate.slug if request.candidate else None

    @staticmethod
    def resolve_merged_as(request: MergeRequest) -> int | None:
        return request.merged_revision.number if request.merged_revision else None


class ApprovalOut(Schema):
    person: str
    approved: bool
    tests_removed: bool
    note: str
    at: datetime

    @staticmethod
    def resolve_person(approval: Approval) -> str:
        return approval.person.username


class EventOut(Schema):
    what: str = Field(examples=["candidate.green"])
    sentence: str
    at: datetime

    @staticmethod
    def resolve_what(event: RequestEvent) -> str:
        return event.what


class CommentOut(Schema):
    person: str
    text: str
    path: str
    line: int | None
    at: datetime

    @staticmethod
    def resolve_person(comment: Comment) -> str:
        return comment.person.username


class ClashOut(Schema):
    number: int
    base: str
    target: str
    source: str


class ConflictOut(Schema):
    """A file in conflict; send `sides` back with what you decide, so that it is about these very versions."""

    path: str
    kind: str = Field(examples=["content"])
    sentence: str
    sides: list[str] = Field(description="Git ids of base, target and source; empty where it is not there")
    resolved: bool
    hunks: list[ClashOut]

    @staticmethod
    def resolve_hunks(conflict: Conflict) -> list[dict[str, Any]]:
        hunks = conflict.clash.hunks if conflict.clash else ()
        sides = ("base", "target", "source")
        return [
            {"number": hunk.number} | {side: "".join(getattr(hunk, side)) for side in sides} for hunk in hunks
        ]


class FileOut(Schema):
    path: str
    status: str
    added: int
    removed: int


class DatasetOut(Schema):
    name: str
    what: str = Field(examples=["changed"])
    rows_before: int | None
    rows_after: int | None


class MergePageOut(Schema):
    """A merge request with all that stands in its way."""

    merge: MergeOut
    summary: str = Field(examples=["4 files, 2 datasets change, 8 of 9 gates open"])
    moved: str
    digest: str = Field(description="Send it with an approval: refused where something has moved meanwhile")
    gates: list[GateOut]
    datasets: list[DatasetOut]
    files: list[FileOut]
    conflicts: list[ConflictOut]
    approvals: list[ApprovalOut]
    comments: list[CommentOut]
    events: list[EventOut]


def whole(page: RequestPage, files: list[Any]) -> dict[str, Any]:
    """Return the whole of a request as the schema wants it."""
    names = ("summary", "moved", "digest", "gates", "datasets", "conflicts", "comments", "events")
    approvals = [said.approval for said in page.said if not said.void]
    told = {"merge": page.request, "files": files, "approvals": approvals}
    return told | {name: getattr(page, name) for name in names}


class Strict(Schema):
    model_config = ConfigDict(extra="forbid")


class MergeIn(Strict):
    source: str = Field(max_length=60, examples=["late-flights"])
    target: str = Field(max_length=60, examples=["production"])
    title: str = Field(max_length=120, examples=["Flights after midnight count for the right day"])
    intent: str = Field("", max_length=10_000)
    unplanned: bool = Field(False, description="It mends what an earlier merge broke")
    mends: int | None = Field(None, ge=1, le=2**63 - 1, description="The request that broke it")


class ApproveIn(Strict):
    digest: str = Field("", max_length=64, description="What you looked at")
    tests_removed: bool = Field(False, description="You agree that tests are removed or weakened")
    note: str = Field("", max_length=10_000)


class ChangesIn(Strict):
    note: str = Field(max_length=10_000, description="What has to change")


class CommentIn(Strict):
    text: str = Field(max_length=10_000)
    path: str = Field("", max_length=300)
    line: int | None = Field(None, ge=1, le=10_000_000)


class ResolveIn(Strict):
    """`take`: source, target, hunks (a choice for each of `hunks`), text, delete; leave it out to decide anew."""

    path: str = Field(max_length=300)
    take: Literal["source", "target", "hunks", "text", "delete"] | None = None
    sides: list[str] = Field([], max_length=3, description="As the conflict has them")
    hunks: list[Literal["source", "target", "both", "base"]] = Field([], max_length=10_000)
    text: str = Field("", max_length=2 * 1024 * 1024)


class WhenGreenIn(Strict):
    wanted: bool = True


class CandidateIn(Strict):
    rebuild: dict[str, dict[str, Any]] | None = Field(
        None, description="Recipe -> values that name the range to make anew"
    )


class DownIn(Strict):
    resolutions: list[ResolveIn] = Field([], max_length=1000)


class RollbackIn(Strict):
    revision: int = Field(ge=1, le=2**31 - 1, description="Number of the revision to go back to")
    note: str = Field("", max_length=200)
    overrides: bool = Field(False, description="Roll values back as well")


class RollbackOut(Schema):
    """What rolling back would do."""

    files: list[FileOut]
    datasets: list[str]
    dataset_count: int
    merges: list[int] = Field(description="Requests that would be out again")
    domains: list[str]
    cannot: list[str] = Field(description="What does not come back, in sentences")
