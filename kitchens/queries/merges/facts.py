"""The facts that the gates of a merge look at, read fresh each time they are asked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from django.db.models import Q
from django.db.models.functions import Lower

from kitchens.core.gates import Facts, Policy, Word, policy_of
from kitchens.core.impact import Impact
from kitchens.core.roles import Actor
from kitchens.models import Approval, Kitchen, MergeRequest, Person, Pointer, Revision
from kitchens.ports import ports
from kitchens.queries.data import resolve_ids
from kitchens.queries.merges.looks import Look, commits_brought, digest_of, is_down

LOCAL = "@localhost"  # the address in commits of people who have given none
MOST_AT_ONCE = 900  # parameters of one statement
WRITING = ("commit", "rollback", "override")  # causes of revisions that make somebody an author


def policy(kitchen: Kitchen) -> Policy:
    """Return what a kitchen asks of merges into it. No query."""
    return policy_of(kitchen.policy, guarded=kitchen.is_guarded)


def facts_of(request: MergeRequest, seen: Look, impact: Impact) -> Facts:
    """Return everything the gates look at, for a request as it was seen. About ten queries, and two an approval.

    `impact` is what `ports.impact` says of the same request: worked out before, as it takes longer.
    """
    source, target = request.source, request.target
    common = Facts(
        policy=policy(target),
        source=source.slug,
        target=target.slug,
        down=is_down(request),
        frozen=frozen(request),
        nothing=nothing_to_merge(request, seen),
        conflicts=tuple(conflict.path for conflict in seen.preview.open),
        behind=len(commits_brought(seen.target.commit, seen.source.commit)),
        faults=tuple(change.recipe for change in impact.recipes if change.faults),
    )
    if common.down:
        return common
    return replace(
        common,
        runs=ports.tests_of(source.pk, seen.source.pk),
        candidate=request.candidate_state,
        candidate_fits=candidate_fits(request, seen.source, seen.target),
        candidate_note=request.candidate_note,
        words=words(request, seen.source, seen.target),
        tests_removed=tuple(one.sentence for one in impact.tests_removed),
        breaking=tuple(one.sentence for one in impact.breaking),
        canary=request.canary_state,
        canary_seen=request.canary_seen,
    )


def frozen(request: MergeRequest) -> str:
    """Return why nothing may be merged between the two kitchens at all, or "". No query if both are loaded."""
    if request.state != "open":
        return f"The request is {request.state}."
    for kitchen in (request.source, request.target):
        if kitchen.state != "ready":
            return f"The kitchen {kitchen.slug} is {kitchen.state}; nothing is merged into or out of it."
    if request.target_id not in (request.source.parent_id, None) and not is_down(request):
        return f"{request.target.slug} is no longer the parent of {request.source.slug}."
    return ""


def nothing_to_merge(request: MergeRequest, seen: Look) -> bool:
    """Say that the target has everything: the commit, and for a merge down the pin as well."""
    if not seen.preview.up_to_date:
        return False
    return not is_down(request) or seen.target.parent_revision_id == seen.source.pk


def candidate_fits(request: MergeRequest, source: Revision, target: Revision) -> bool:
    """Say whether the candidate was built of exactly what would be merged now. At most six queries.

    A newer revision of the source or the target does not matter as long as commits and the target's overrides are
    the same, and no dataset that the candidate has read or written has moved in the target.
    """
    return candidate_misfit(request, source, target) == ""


def candidate_misfit(request: MergeRequest, source: Revision, target: Revision) -> str:
    """Return what has changed since the candidate was built: "" for nothing, or source, target, overrides, data, none."""
    built_of, built_on = request.candidate_source, request.candidate_target
    if request.candidate_state in ("", "void") or built_of is None or built_on is None:
        return "none"
    if built_of.commit != source.commit:
        return "source"
    if built_on.commit != target.commit:
        return "target"
    if built_on.overrides != target.overrides:
        return "overrides"
    return "data" if moved_datasets(request, target) else ""


def moved_datasets(request: MergeRequest, target: Revision) -> list[str]:
    """Return the datasets that the candidate has read or written and that have moved in the target since."""
    built_on = request.candidate_target
    if built_on is None or built_on.pk == target.pk:
        return []
    names = touched(request)
    then = resolve_ids(request.target, names, at=built_on)
    now = resolve_ids(request.target, names, at=target)
    return sorted(name for name in names if then.get(name) != now.get(name))


def touched(request: MergeRequest) -> set[str]:
    """Return the datasets that the candidate reads or writes, as its plan says, and those it has written. One query."""
    plan = request.candidate_plan
    planned: Iterable[str] = (*plan.get("reads", ()), *plan.get("writes", ()))
    written = Pointer.objects.filter(kitchen=request.candidate_id).values_list("dataset__name", flat=True)
    return {*planned, *written}


def authors(source: Revision, target: Revision) -> set[int]:
    """Return the people who wrote any of what would be merged. Two queries.

    Known from the ledger (who committed or pushed), and from the addresses in the commits themselves.
    """
    commits = commits_brought(source.commit, target.commit)
    ids = [entry.commit for entry in commits]
    found: set[int] = set()
    for start in range(0, len(ids), MOST_AT_ONCE):  # nobody gets out of it by many small commits
        wrote = Revision.objects.filter(commit__in=ids[start : start + MOST_AT_ONCE], cause__in=WRITING)
        found |= set(wrote.exclude(by=None).values_list("by", flat=True))
    emails = {entry.email.lower() for entry in commits if entry.email}
    names = {email.removesuffix(LOCAL) for email in emails if email.endswith(LOCAL)}
    people = Person.objects.alias(mail=Lower("email"), name=Lower("username"))
    found |= set(people.filter(Q(mail__in=emails) | Q(name__in=names)).values_list("pk", flat=True))
    return found


def resolvers(request: MergeRequest) -> set[int]:
    """Return the people who decided what becomes of a conflict: that is a part of the merge too. No query."""
    return {person for one in request.resolutions.values() if (person := one.get("person")) is not None}


def latest_approvals(request: MergeRequest) -> list[Approval]:
    """Return the newest word of each person, oldest first. One query."""
    newest: dict[int, Approval] = {}
    for approval in request.approvals.select_related("person").order_by("id"):
        newest.pop(approval.person_id, None)
        newest[approval.person_id] = approval
    return list(newest.values())


def words(request: MergeRequest, source: Revision, target: Revision) -> tuple[Word, ...]:
    """Return everybody's newest word, and whether it counts for what would be merged now. Three queries and more."""
    given = latest_approvals(request)
    if not given:
        return ()
    bound = digest_of(request, source, target)
    own = authors(source, target) | resolvers(request) | {request.opened_by_id}
    return tuple(
        Word(
            person=str(one.person),
            approved=one.approved,
            fits=one.digest == bound,
            counts=one.person_id not in own and may_approve(one.person, request.target),
            tests_removed=one.tests_removed,
            note=one.note,
        )
        for one in given
    )


def may_approve(person: Person, target: Kitchen) -> bool:
    """Say whether a person's word counts in the target: allowed to approve, with the role its policy asks for."""
    return may_approve_as(person.actor(), target)


def may_approve_as(actor: Actor, target: Kitchen) -> bool:
    """Say the same of an actor."""
    return actor.may("merge.approve", target.slug) and actor.has_role(
        policy(target).approver_role, target.slug
    )
