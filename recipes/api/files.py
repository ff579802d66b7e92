"""Files of the mesh as a kitchen has them: read one, write one, or several in one commit."""

from __future__ import annotations

from typing import Annotated, Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Header, Path, Router, Schema
from pydantic import ConfigDict, Field

from hub.common.errors import InvalidError
from kitchens.api.access import actor, may
from kitchens.api.kitchens import RevisionOut, Slug
from kitchens.core.git import MeshRepository
from kitchens.models import Kitchen, Revision
from kitchens.queries.data import newest
from kitchens.queries.kitchens import get_kitchen
from recipes.actions.files import save_files

router = Router(tags=["Kitchens"])
FilePath = Annotated[
    str,
    Path(max_length=240, description="Within the mesh", examples=["domains/sales/recipes/daily/sum.sql"]),
]
IfMatch = Annotated[
    str | None,
    Header(
        alias="If-Match",
        max_length=60,
        description="The ETag of the file as it was read: the kitchen's commit",
    ),
]
Expected = Annotated[
    str | None,
    Field(max_length=40, description="Newest commit of the kitchen as it was read; or say it with If-Match"),
]
LARGEST = 512 * 1024


class FileOut(Schema):
    path: str
    commit: str = Field(description="Newest commit of the kitchen: say it when writing")
    text: str | None = Field(description="Null where the file is not text")
    bytes: int


class FileIn(Schema):
    model_config = ConfigDict(extra="forbid")
    text: str = Field(max_length=LARGEST, examples=["SELECT 1 AS one\n"])
    message: str = Field("", max_length=2000, description="What is changed, and why")
    expected_commit: Expected = None
    keep_draft: bool = Field(
        False, description="Commit it even with faults; it cannot run until they are mended"
    )


class CommitIn(Schema):
    model_config = ConfigDict(extra="forbid")
    changes: dict[str, str | None] = Field(
        min_length=1,
        max_length=200,
        description="Path in the mesh -> text, null to delete",
        examples=[{"domains/sales/recipes/daily/sum.sql": "SELECT 1 AS one\n"}],
    )
    message: str = Field(max_length=2000, description="What is changed, and why")
    expected_commit: Expected = None
    keep_draft: bool = Field(
        False, description="Commit it even with faults; it cannot run until they are mended"
    )


@router.get("/kitchens/{slug}/files/{path:path}", response=FileOut, summary="Read a file", **may("mesh.see"))
def read_kitchen_file(
    request: HttpRequest, response: HttpResponse, slug: Slug, path: FilePath
) -> dict[str, Any]:
    """One file of the mesh as the kitchen has it now. Its ETag is the kitchen's newest commit."""
    commit = newest(get_kitchen(slug)).commit
    content = MeshRepository(settings.MESH_REPOSITORY).read_file(commit, path)
    response["ETag"] = f'"{commit}"'
    return {"path": path, "commit": commit, "text": _text(content), "bytes": len(content)}


@router.put(
    "/kitchens/{slug}/files/{path:path}", response=RevisionOut, summary="Write a file", **may("recipe.change")
)
def write_kitchen_file(
    request: HttpRequest, slug: Slug, path: FilePath, given: FileIn, if_match: IfMatch = None
) -> Revision:
    """Commit one file, new or changed. `errors` names every fault with file and line; 409 where others were faster."""
    message = given.message or f"Change {path}"
    changes = {path: given.text}
    return _commit(
        request, get_kitchen(slug), changes, message, given.expected_commit or if_match, given.keep_draft
    )


@router.delete(
    "/kitchens/{slug}/files/{path:path}",
    response=RevisionOut,
    summary="Delete a file",
    **may("recipe.change"),
)
def delete_kitchen_file(
    request: HttpRequest, slug: Slug, path: FilePath, if_match: IfMatch = None
) -> Revision:
    """Commit the end of one file; If-Match says the commit it was read at."""
    return _commit(request, get_kitchen(slug), {path: None}, f"Delete {path}", if_match, False)


@router.post("/kitchens/{slug}/commits", response=RevisionOut, summary="Commit files", **may("recipe.change"))
def commit_kitchen_files(
    request: HttpRequest, slug: Slug, given: CommitIn, if_match: IfMatch = None
) -> Revision:
    """Commit several files at once: a recipe and what it needs are judged together."""
    expected = given.expected_commit or if_match
    return _commit(request, get_kitchen(slug), given.changes, given.message, expected, given.keep_draft)


def _commit(
    request: HttpRequest,
    kitchen: Kitchen,
    changes: dict[str, str | None],
    message: str,
    expected: str | None,
    keep_draft: bool,
) -> Revision:
    if not expected:
        raise InvalidError(
            "The commit on which this change stands has to be told.",
            remedy="Read the file, and send its ETag as If-Match, or its commit as expected_commit.",
            field="expected_commit",
        )
    return save_files(
        kitchen,
        {path: None if text is None else text.encode() for path, text in changes.items()},
        message=message,
        by=actor(request),
        now=timezone.now(),
        expected_commit=expected.removeprefix("W/").strip('"'),
        keep_draft=keep_draft,
    )


def _text(content: bytes) -> str | None:
    try:
        return content.decode() if b"\0" not in content else None
    except UnicodeDecodeError:
        return None
