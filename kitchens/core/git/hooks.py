"""The hooks in the mesh repository: a push goes through the hub, or nowhere. Written with the repository, mended later."""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections.abc import Mapping
from pathlib import Path

NAMES = ("pre-receive", "proc-receive")
PROGRAM = "ask_the_hub.py"
# No path of this machine stands in it: the hub that serves the push says which Python to use.
STARTER = """#!/bin/sh
# Written by the hub; changes are lost. Asks the hub, which serves this push, whether it may be.
if [ -z "$HUB_HOOK_FD" ]; then
  echo "The mesh takes pushes through the hub only: the page of a kitchen shows the address." >&2
  exit 1
fi
exec "$HUB_PYTHON" -I -S "${0%/*}/ask_the_hub.py" "${0##*/}"
"""


def put_hooks(repository: Path) -> bool:
    """Write the hooks that are missing or changed; return whether any was. Harmless if done twice at once."""
    folder = Path(repository) / "hooks"
    folder.mkdir(exist_ok=True)
    return any([_put(folder / name, text) for name, text in _wanted().items()])


def sweep_pushes(repository: Path, older_than: float = 24 * 3600.0) -> int:
    """Remove what pushes that were killed have left in quarantine, after a day; return how many there were."""
    left = [
        *(Path(repository) / "objects").glob("tmp_objdir-*"),
        *(Path(repository) / "objects").glob("incoming-*"),
    ]
    old = [folder for folder in left if time.time() - folder.stat().st_mtime > older_than]
    for folder in old:
        shutil.rmtree(folder, ignore_errors=True)
    return len(old)


def _wanted() -> Mapping[str, str]:
    program = Path(__file__).with_name("hook.py").read_text(encoding="utf-8")
    return {PROGRAM: program} | dict.fromkeys(NAMES, STARTER)


def _put(file: Path, text: str) -> bool:
    runs = file.suffix == ""
    if file.is_file() and file.read_text(encoding="utf-8") == text and (not runs or os.access(file, os.X_OK)):
        return False
    fresh = file.with_name(f".{file.name}.{os.getpid()}-{threading.get_ident()}")
    fresh.write_text(text, encoding="utf-8")
    fresh.chmod(0o755 if runs else 0o644)
    fresh.replace(file)
    return True
