"""The facts of changes on their way: when each reached which stage. Written by the actions that do it, by their clock.

A fact is never moved: the first of its kind counts. A kitchen that has no change on its way is no error.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import F, Q

from kitchens.models import Change, Kitchen, MergeRequest

MOMENTS = frozenset(
    field.name for field in Change._meta.get_fields() if field.name.endswith("_at")
)  # what `note` may set


def note(kitchen_id: int, field: str, at: datetime) -> None:
    """Set the first moment of its kind on the kitchen's open change, which is begun where there is none.

    Nothing happens for production, and for a candidate: nothing of theirs is on its way. One query where the moment
    is known already or there is no parent, else up to four.
    """
    if field not in MOMENTS:
        raise ValueError(f"{field} is no moment of a change.")
    change = open_change(kitchen_id)
    if change is not None and getattr(change, field) is None:
        Change.objects.filter(pk=change.pk, **{field: None}).update(**{field: at})


def open_change(kitchen_id: int) -> Change | None:
    """Return the change of a kitchen that is on its way, begun where there is none; None for those that have none."""
    if found := Change.objects.filter(kitchen=kitchen_id, state="open").first():
        return found
    kitchen = Kitchen.objects.filter(pk=kitchen_id, parent__isnull=False).exclude(tier="candidate").first()
    if kitchen is None or kitchen.parent_id is None:
        return None
    before = Change.objects.filter(kitchen=kitchen_id).values_list("number", flat=True).first() or 0
    try:
        with transaction.atomic():
            return Change.objects.create(kitchen=kitchen, target_id=kitchen.parent_id, number=before + 1)
    except IntegrityError:  # somebody else has begun it just now
        return Change.objects.filter(kitchen=kitchen_id, state="open").first()


def committed(kitchen_id: int, domains: Iterable[str], at: datetime) -> None:
    """Note a commit in the kitchen and the domains whose files it changed."""
    change = open_change(kitchen_id)
    if change is None:
        return
    known = sorted({*change.domains, *domains})
    Change.objects.filter(pk=change.pk).update(
        commits=F("commits") + 1, domains=known, first_commit_at=change.first_commit_at or at
    )


def run_ended(kitchen_id: int, domain: str, *, green: bool, at: datetime, recipe: str = "") -> None:
    """Note what a run of a domain's recipe says: in a kitchen, of its change; in a target, of changes merged into it.

    Call it with the end of every whole run. A cancelled run says nothing: do not call it for that. With `recipe` a
    change that changed recipes of the domain is told only of the runs of those.
    """
    mine = Change.objects.filter(kitchen=kitchen_id, state="open", first_green_run_at=None)
    if green:
        mine.exclude(first_commit_at=None).update(first_green_run_at=at)
    merged = Change.objects.filter(target=kitchen_id, state="merged", merged_at__lte=at)
    waiting = merged.filter(Q(first_green_target_run_at=None) | Q(failed_at__isnull=False, recovered_at=None))
    for change in waiting.select_related("request").order_by("-id")[:200]:
        if domain in change.domains and _touches(change, domain, recipe):
            _judge(change, green, at)


def _touches(change: Change, domain: str, recipe: str) -> bool:
    """Say whether the change is about the recipe: its candidate knows which it changed; else about all of the domain."""
    steps = change.request.candidate_plan.get("steps", ()) if change.request else ()
    changed = {step["recipe"] for step in steps if step.get("changed")}
    of_domain = {name for name in changed if name.startswith(f"{domain}/")}
    return not recipe or not of_domain or f"{domain}/{recipe}" in of_domain


def _judge(change: Change, green: bool, at: datetime) -> None:
    """A first red run fails the deployment while no green one came before it; the next green one recovers it."""
    rows = Change.objects.filter(pk=change.pk)
    if not green:
        rows.filter(first_green_target_run_at=None, failed_at=None).update(failed_at=at)
        return
    rows.filter(first_green_target_run_at=None).update(first_green_target_run_at=at)
    rows.filter(failed_at__isnull=False, recovered_at=None).update(recovered_at=at)


def requested(request: MergeRequest, at: datetime) -> None:
    """Note that the kitchen's change is asked to be merged, and whether it mends an earlier one."""
    note(request.source_id, "requested_at", at)
    mended = Change.objects.filter(request=request.mends_id).first() if request.mends_id else None
    Change.objects.filter(kitchen=request.source_id, state="open").update(
        request=request, unplanned=request.unplanned, mends=mended
    )


def merged(
    request: MergeRequest,
    domains: Iterable[str],
    commits: int,
    at: datetime,
    *,
    approved_at: datetime | None = None,
) -> None:
    """End the kitchen's change: it is in its parent. What git says of domains and commits, and the last approval, count."""
    note(request.source_id, "merged_at", at)
    counted = {} if approved_at is None else {"approved_at": approved_at}
    Change.objects.filter(kitchen=request.source_id, state="open").update(
        state="merged", request=request, domains=sorted(set(domains)), commits=commits, **counted
    )


def rolled_back(requests: Iterable[int], at: datetime) -> int:
    """Note that what these requests brought is out again, and return how many changes that were."""
    rows = Change.objects.filter(request__in=list(requests), state="merged")
    rows.filter(failed_at__isnull=False, recovered_at=None).update(recovered_at=at)
    return rows.update(state="rolled_back", rolled_back_at=at)


def abandoned(kitchen_id: int, at: datetime) -> None:
    """End the kitchen's change unmerged, as the kitchen is retired."""
    rows = Change.objects.filter(kitchen=kitchen_id, state="open")
    rows.update(state="abandoned", abandoned_at=at)
