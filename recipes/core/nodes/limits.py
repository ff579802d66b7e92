"""What a node process may use and see. Set inside the process; they stop accidents, not attackers."""

from __future__ import annotations

import os
import resource
from collections.abc import Mapping
from pathlib import Path

from recipes.core.nodes.base import JobLimits

MEGABYTE = 1024 * 1024
# The limit counts reserved addresses, not used memory: threads and DuckDB's allocator reserve far more than they use.
HEADROOM_MB = 256
DATA_HEADROOM_MB = 2048
FILES = 4096
PASSED_ON = (
    *("PATH", "LANG", "LC_ALL", "TZ", "SSL_CERT_FILE", "SSL_CERT_DIR"),
    *("HUB_SOURCE_ALLOW_PRIVATE", "HUB_SOURCE_MOST_MB", "HUB_SOURCE_SECONDS"),
)


def apply(limits: JobLimits, *, uses_data: bool) -> None:
    """Set the limits on this process and on all it will start."""
    _lower(resource.RLIMIT_CORE, 0)
    _lower(resource.RLIMIT_NOFILE, FILES)
    if limits.memory_mb:
        headroom = DATA_HEADROOM_MB if uses_data else HEADROOM_MB
        _lower(resource.RLIMIT_AS, _reserved() + (limits.memory_mb + headroom) * MEGABYTE)
    if limits.cpu_seconds:
        _lower(resource.RLIMIT_CPU, limits.cpu_seconds, above=2)
    if limits.disk_mb:
        _lower(resource.RLIMIT_FSIZE, limits.disk_mb * MEGABYTE)


def prefer_for_killing() -> None:
    """Have the kernel end this process, and not the queue worker, when the machine runs out of memory."""
    preference = Path("/proc/self/oom_score_adj")
    if preference.exists():
        preference.write_text("500")


def environment(given: Mapping[str, str], home: str) -> dict[str, str]:
    """Return the few variables a node process sees: nothing of the hub's settings.

    HUB_NODE_ENV names further ones to pass on, divided by commas.
    """
    further = [name.strip() for name in given.get("HUB_NODE_ENV", "").split(",") if name.strip()]
    kept = {name: given[name] for name in (*PASSED_ON, *further) if name in given}
    kept.setdefault("PATH", os.defpath)
    kept.setdefault("LANG", "C.UTF-8")
    return kept | {"HOME": home, "TMPDIR": home}


def _lower(which: int, soft: int, above: int = 0) -> None:
    hard = resource.getrlimit(which)[1]
    if hard != resource.RLIM_INFINITY:
        soft = min(soft, hard)
        resource.setrlimit(which, (soft, min(soft + above, hard)))
    else:
        resource.setrlimit(which, (soft, soft + above))


def _reserved() -> int:
    """Return the bytes of address space in use already: what the fork server has loaded."""
    statm = Path("/proc/self/statm")
    return int(statm.read_text().split()[0]) * resource.getpagesize() if statm.exists() else 1024 * MEGABYTE
