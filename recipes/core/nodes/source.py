"""Load a Python file of a recipe: what a Python node and a test in Python have in common."""

from __future__ import annotations

import linecache
import sys
from pathlib import Path
from types import ModuleType
from typing import Any


def load_module(file: str, source: str, folder: Path) -> ModuleType:
    """Execute a file of the recipe and return it; whatever it raises comes through, with its own lines in the trace."""
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))
    sys.dont_write_bytecode = True
    path = str(folder / file)
    linecache.cache[path] = (len(source), None, source.splitlines(keepends=True), path)
    module = ModuleType(Path(file).stem)
    module.__file__ = path
    sys.modules.setdefault(module.__name__, module)  # pickling and dataclasses look a class's module up
    exec(compile(source, path, "exec", dont_inherit=True), module.__dict__)  # noqa: S102 - what such files are for
    return module


def entry_of(module: ModuleType, name: str) -> Any:
    """Return the function that is called, None where the file has none of that name."""
    found = getattr(module, name, None)
    return found if callable(found) else None
