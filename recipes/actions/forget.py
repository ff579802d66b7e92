"""What the hub forgets of runs by its policy: logs of attempts and the rows kept as evidence. The facts stay."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

from django.conf import settings

from recipes.models import Attempt, TestResult


def forget_logs(before: datetime, *, limit: int, dry_run: bool) -> tuple[int, int]:
    """Remove the logs of attempts that ended before the moment, oldest first; return how many files, and their bytes.

    The file goes first: a crash in between leaves a name without a file, which is taken up again.
    """
    root = Path(settings.LOG_ROOT).resolve()
    old = Attempt.objects.filter(ended_at__lt=before).exclude(log="").order_by("id")
    found = list(old.values_list("pk", "log")[:limit])
    sizes = [_size(root, log) for _, log in found]
    if not dry_run:
        for _, log in found:
            if _inside(root, log):
                (root / log).unlink(missing_ok=True)
        Attempt.objects.filter(pk__in=[pk for pk, _ in found]).update(log="")
    return len(found), sum(sizes)


def _inside(root: Path, log: str) -> bool:
    return (root / log).resolve().is_relative_to(root)


def _size(root: Path, log: str) -> int:
    try:
        return (root / log).stat().st_size if _inside(root, log) else 0
    except FileNotFoundError:
        return 0


def forget_samples(before: datetime, *, limit: int, dry_run: bool) -> tuple[int, int]:
    """Remove the rows kept as evidence of tests before the moment, oldest first; return how many, and their bytes."""
    old = TestResult.objects.filter(at__lt=before).exclude(evidence=[]).order_by("id")
    found = dict(old.values_list("pk", "evidence")[:limit])
    if not dry_run:
        TestResult.objects.filter(pk__in=list(found)).update(evidence=[])
    return len(found), sum(len(json.dumps(rows)) for rows in found.values())
