"""Arrow files for DuckDB, read by arro3: both the file and the stream form, compressed or not, without pyarrow."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import arro3.io

MAGIC = b"ARROW1"  # begins the file form


class ArrowFile:
    """A file as DuckDB takes it: every scan asks for a stream, and each one reads the file anew."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __arrow_c_stream__(self, requested_schema: Any = None) -> Any:
        with self.path.open("rb") as file:
            is_file = file.read(len(MAGIC)) == MAGIC
        reader = arro3.io.read_ipc(self.path) if is_file else arro3.io.read_ipc_stream(self.path)
        return reader.__arrow_c_stream__(requested_schema)
