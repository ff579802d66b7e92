"""A shell node: a command or a file, run by `/bin/sh -eu` in the node's folder.

Values arrive as `HUB_VALUE_<NAME>`, secrets as `HUB_SECRET_<NAME>`, never as text of the script. A line `key=number`
appended to `$HUB_MEASURES` is a measure; a file `$HUB_OUTPUTS/<dataset>.csv` (or .parquet, .json, .arrow) is
written to that dataset.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
from datetime import date
from pathlib import Path
from typing import Any

from recipes.core.nodes.work import NodeError, RecipeError, Work, mode_of

FORMATS = ("csv", "parquet", "json", "arrow")


def run(work: Work) -> None:
    """Run the script to its end; NodeError with the exit code and the last line it wrote on standard error."""
    measures = work.folder / ".measures"
    outputs = work.folder / ".outputs"
    measures.touch()
    outputs.mkdir()
    # The script gets SIGTERM with the whole group and may tidy up; this process must live to see it end.
    signal.signal(signal.SIGTERM, lambda number, frame: None)
    surroundings = (
        os.environ | _variables(work) | {"HUB_MEASURES": str(measures), "HUB_OUTPUTS": str(outputs)}
    )
    code = subprocess.run(_command(work), cwd=work.folder, env=surroundings, check=False).returncode
    if code:
        work.pump.stop()
        said = work.quoting_no_value(work.pump.last_error.strip()[:300])
        last = f" It last said: {said}" if said else ""
        raise NodeError(f"The script {_how_it_ended(code)}.{last}", exit_code=code)
    _take_measures(work, measures)
    _take_outputs(work, outputs)


def _command(work: Work) -> list[str]:
    node = work.job.node
    if node.file:
        work.file_text(node.file)
        return ["/bin/sh", "-eu", str(work.folder / node.file)]
    return ["/bin/sh", "-eu", "-c", node.command]


def _variables(work: Work) -> dict[str, str]:
    job = work.job
    return {
        **{f"HUB_VALUE_{name.upper()}": _as_text(value) for name, value in work.values.items()},
        **{f"HUB_SECRET_{name.upper().replace('-', '_')}": value for name, value in job.secrets.items()},
        "HUB_ATTEMPT": job.attempt,
        "HUB_IDEMPOTENCY_KEY": job.idempotency_key,
        "HUB_AS_OF": job.as_of,
        "HUB_KITCHEN": job.kitchen,
    }


def _as_text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, date):  # a datetime too
        return value.isoformat()
    return value if isinstance(value, str) else json.dumps(value)


def _how_it_ended(code: int) -> str:
    if code > 0:
        return f"ended with exit code {code}"
    return f"was ended by {signal.Signals(-code).name}"


def _take_measures(work: Work, file: Path) -> None:
    for line in file.read_text("utf-8", "replace").splitlines():
        if line.strip():
            key, sign, number = line.partition("=")
            if not sign:
                raise RecipeError(f"The line {line!r} of $HUB_MEASURES is not `key=number`.")
            work.measure(key.strip(), number.strip())  # type: ignore[arg-type]  # texts of numbers are taken


def _take_outputs(work: Work, folder: Path) -> None:
    for write in work.job.node.writes:
        files = [folder / f"{write.dataset}.{format}" for format in FORMATS]
        found = [file for file in files if file.exists()]
        if len(found) != 1:
            raise RecipeError(
                f"The node declares to write {write.dataset!r}, but $HUB_OUTPUTS holds {len(found)} files for it. "
                f"Write exactly one {write.dataset}.csv, .parquet, .json or .arrow."
            )
        work.staged.append(work.data().stage_file(write.dataset, found[0], mode_of(write)))
