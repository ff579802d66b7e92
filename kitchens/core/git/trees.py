"""Building a changed tree from an old one, without a working folder."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pygit2.enums import FileMode, ObjectType

from hub.common.errors import InvalidError, MissingError
from kitchens.core.git.paths import check_clashes

Changes = Mapping[str, bytes | None]


def changed_tree(git: Any, base: Any, changes: Changes, folder: str = "") -> Any:
    """Return the id of `base` (a tree, or None) with the changes applied; file modes of changed files are kept.

    Raises MissingError for deleting what is not there, InvalidError where a file would stand in the way of a folder
    or two names differ in capitals only.
    """
    builder = git.TreeBuilder(base) if base is not None else git.TreeBuilder()
    files, folders = _split(changes)
    for name in files.keys() & folders.keys():
        raise InvalidError(f"{folder}{name} cannot be a file and a folder at once.", field="path")
    for name, content in files.items():
        _set_file(git, builder, base, folder, name, content)
    for name, inner in folders.items():
        _set_folder(git, builder, base, folder, name, inner)
    names = [item.name for item in base] if base is not None else []
    kept = [name for name in {*names, *files, *folders} if builder.get(name) is not None]
    check_clashes(sorted(kept), folder)
    return builder.write()


def _split(changes: Changes) -> tuple[dict[str, bytes | None], dict[str, dict[str, bytes | None]]]:
    files: dict[str, bytes | None] = {}
    folders: dict[str, dict[str, bytes | None]] = {}
    for path, content in changes.items():
        name, _, rest = path.partition("/")
        if rest:
            folders.setdefault(name, {})[rest] = content
        else:
            files[name] = content
    return files, folders


def _set_file(git: Any, builder: Any, base: Any, folder: str, name: str, content: bytes | None) -> None:
    there = base[name] if base is not None and name in base else None
    if there is not None and there.type == ObjectType.TREE:
        raise InvalidError(f"{folder}{name} is a folder.", field="path")
    if content is None:
        if there is None:
            raise MissingError(f"There is no file {folder}{name} to delete.")
        builder.remove(name)
        return
    mode = (
        there.filemode if there is not None and there.filemode == FileMode.BLOB_EXECUTABLE else FileMode.BLOB
    )
    builder.insert(name, git.create_blob(content), mode)


def _set_folder(git: Any, builder: Any, base: Any, folder: str, name: str, inner: Changes) -> None:
    there = base[name] if base is not None and name in base else None
    if there is not None and there.type != ObjectType.TREE:
        raise InvalidError(f"{folder}{name} is a file, so nothing can lie below it.", field="path")
    tree = changed_tree(git, there, inner, f"{folder}{name}/")
    if len(git[tree]):
        builder.insert(name, tree, FileMode.TREE)
    elif there is not None:
        builder.remove(name)  # git keeps no empty folders
