"""The files of the mesh, and of the changes that Fernhill's people make to it in the course of the history."""

from __future__ import annotations

from pathlib import Path

HERE = Path(__file__).parent


def mesh_files() -> dict[str, bytes]:
    """Return the mesh as it was laid out on the first day: path -> content."""
    return layer("mesh") | layer("earlier")


def layer(name: str) -> dict[str, bytes]:
    """Return the files below one folder: `mesh`, `earlier` (what was there before a fix), or a change by its name."""
    root = HERE / name
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    }
