"""Lists of merge requests."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Count, QuerySet

from hub.common.errors import MissingError
from kitchens.core.words import count, sentence
from kitchens.models import MergeRequest
from kitchens.queries.merges.facts import policy
from kitchens.queries.merges.looks import digest_of, is_down
from kitchens.queries.merges.shown import Row
from kitchens.queries.seeing import see, seen

STATES = ("open", "merged", "withdrawn")
NEEDED = (
    "source__parent",
    "source__owner",
    "target__owner",
    "opened_by",
    "merged_by",
    "source_revision",
    "target_revision",
    "merged_revision",
)


def requests(state: str = "", kitchen: str = "") -> QuerySet[MergeRequest]:
    """Return merge requests, newest first: all, those in a state, those into or out of a kitchen. One query."""
    rows = MergeRequest.objects.select_related(*NEEDED).order_by("-id")
    rows = rows.filter(state=state) if state else rows
    if kitchen:
        rows = rows.filter(source__slug=kitchen) | rows.filter(target__slug=kitchen)
    return seen(seen(rows, "source_id"), "target_id")


def get_request(pk: int) -> MergeRequest:
    """Return a merge request with its kitchens; MissingError where there is none, NotAllowedError where they are closed."""
    found = (
        MergeRequest.objects.select_related(
            *NEEDED, "candidate", "candidate_source", "candidate_target", "canary", "mends"
        )
        .filter(pk=pk)
        .first()
    )
    if found is None:
        raise MissingError(f"There is no merge request {pk}.", remedy="Merges lists all there are.")
    see(found.source)
    see(found.target)
    return found


def rows(found: QuerySet[MergeRequest]) -> list[Row]:
    """Return requests with what each waits for. Two queries for any number of them."""
    counted = found.annotate(said=Count("comments", distinct=True)).prefetch_related("approvals")
    return [_row(request) for request in counted]


def _row(request: MergeRequest) -> Row:
    return Row(
        request=request,
        waits=waits_for(request),
        approvals=_approvals(request),
        comments=getattr(request, "said", 0),
    )


def _approvals(request: MergeRequest) -> int:
    """Return how many people agree to the state that was last looked at."""
    bound = digest_of(request, request.source_revision, request.target_revision)
    newest = {one.person_id: one for one in sorted(request.approvals.all(), key=lambda one: one.pk)}
    return sum(one.approved and one.digest == bound for one in newest.values())


def waits_for(request: MergeRequest) -> str:
    """Say in one sentence what a request waits for, as it was last looked at; or what came of it. No further query."""
    if request.state == "merged":
        who = str(request.merged_by) if request.merged_by_id else "The hub"
        revision = request.merged_revision
        return f"{who} merged it" + (f" as revision {revision.number}." if revision else ".")
    if request.state == "withdrawn":
        return "It was withdrawn."
    if is_down(request):
        return "It can be merged once no conflict is open."
    return _candidate(request) or _people(request)


def _candidate(request: MergeRequest) -> str:
    said = {
        "": "Its candidate has not been built yet.",
        "building": "Its candidate is being built.",
        "red": sentence(f"Its candidate is red. {request.candidate_note}"),
        "void": sentence(f"Its candidate has to be built again. {request.candidate_note}"),
    }
    return said.get(request.candidate_state, "")


def _people(request: MergeRequest) -> str:
    missing = policy(request.target).approvals - _approvals(request)
    if missing > 0:
        return f"It waits for {count(missing, 'approval')}."
    if request.canary_wanted > request.canary_seen:
        return f"{request.canary_seen} of {count(request.canary_wanted, 'canary run')} are green."
    return "The hub is merging it." if request.merge_when_green else "It can be merged."


def open_count(kitchens: Iterable[int] = ()) -> int:
    """Return how many requests are open, of all or of these kitchens. One query."""
    rows = MergeRequest.objects.filter(state="open")
    return (rows.filter(source__in=kitchens) | rows.filter(target__in=kitchens) if kitchens else rows).count()
