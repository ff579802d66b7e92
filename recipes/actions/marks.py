"""What people say of a result that others are judged by: a change that was meant, an incident, a false alarm."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from hub.common.errors import ConflictError, InvalidError
from kitchens.actions import audit
from kitchens.core.roles import Actor
from recipes.core.checks.marks import MARKS
from recipes.models import TestResult
from recipes.queries.pages_nodes import learnt_from


def mark_result(result: TestResult, mark: str, *, by: Actor, now: datetime) -> TestResult:
    """Mark a result of production ("" takes the mark away) and return it; the next run learns accordingly.

    ConflictError where nothing is learnt from it, InvalidError for a mark there is not.
    """
    by.require("result.mark", result.run.kitchen.slug)
    if mark and mark not in MARKS:
        raise InvalidError(f"There is no mark {mark!r}.", remedy=f"The marks are {', '.join(MARKS)}.")
    if not learnt_from(result):
        raise ConflictError(
            f"Nothing is learnt from this result of {result.test}.",
            remedy="Only results in production of tests against their past are marked.",
        )
    with transaction.atomic():
        TestResult.objects.filter(pk=result.pk).update(mark=mark)
        subject = f"{result.test} in run {result.run_id}"
        audit.record(by, "result.marked", subject, now, mark=mark or "none", before=result.mark or "none")
    result.mark = mark
    return result
