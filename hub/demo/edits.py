"""Small edits of recipe files: a text that is there gives way to another one."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from hub.common.errors import ConflictError

Read = Callable[[str], bytes]  # path -> what the file holds now


@dataclass(frozen=True)
class Edit:
    """In one file `old`, which is in it once, becomes `new`; a file without `old` is written anew."""

    path: str
    old: str
    new: str


def edit(recipe: str, file: str, old: str, new: str) -> Edit:
    """Return the edit of a file of a recipe ("sales/daily")."""
    domain, _, name = recipe.partition("/")
    return Edit(f"domains/{domain}/recipes/{name}/{file}", old, new)


def more_tests(recipe: str, before: str, *tests: str) -> Edit:
    """Return the edit that puts tests, a line each, in front of the test that the line `before` begins."""
    added = "".join(f"  {test}\n" for test in tests)
    return edit(recipe, "recipe.yaml", f"\n  {before}", f"\n{added}  {before}")


def apply(edits: Iterable[Edit], read: Read) -> dict[str, bytes]:
    """Return the files as the edits leave them. ConflictError where a text is not there, or more than once."""
    files: dict[str, bytes] = {}
    for one in edits:
        text = "" if not one.old else (files.get(one.path) or read(one.path)).decode()
        if one.old and text.count(one.old) != 1:
            raise ConflictError(
                f"{one.path} does not hold once what is to be changed: {one.old.strip()[:60]}"
            )
        files[one.path] = (text.replace(one.old, one.new) if one.old else one.new).encode()
    return files
