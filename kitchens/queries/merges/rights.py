"""What a reader may do with a merge request now, and in words why not."""

from __future__ import annotations

from kitchens.core.gates import Gate
from kitchens.core.roles import MAY, Actor
from kitchens.models import MergeRequest
from kitchens.queries.merges.facts import authors, policy
from kitchens.queries.merges.looks import Look, is_down
from kitchens.queries.merges.shown import Rights


def rights_of(request: MergeRequest, seen: Look, found: tuple[Gate, ...], reader: Actor) -> Rights:
    """Return what the reader may do: "" for yes, else a sentence. Two queries."""
    if request.state != "open":
        done = f"The request is {request.state}."
        return Rights(done, done, done, done, done, done)
    source, target = request.source.slug, request.target.slug
    own = _own_word(request, seen, reader)
    closed = next((gate for gate in found if not gate.passes), None)
    conflicts = "A conflict is open." if seen.preview.open else ""
    down = "A merge down needs no candidate." if is_down(request) else ""
    return Rights(
        approve=own,
        ask_for_changes=own,
        resolve=_role(reader, "recipe.change", source),
        build=_role(reader, "merge.open", source) or down or conflicts,
        merge=_role(reader, "merge.publish", target) or (closed.sentence if closed else ""),
        withdraw=_role(reader, "merge.open", source),
    )


def _role(reader: Actor, what: str, kitchen: str) -> str:
    return "" if reader.may(what, kitchen) else f"This needs the role {MAY[what]} in {kitchen}."


def _own_word(request: MergeRequest, seen: Look, reader: Actor) -> str:
    target = request.target
    if is_down(request):
        return "A merge down needs no approval."
    if fault := _role(reader, "merge.approve", target.slug):
        return fault
    wanted = policy(target).approver_role
    if not reader.has_role(wanted, target.slug):
        return f"{target.slug} takes approvals from the role {wanted} and above."
    if reader.person_id is None:
        return "Only a person may say this."
    if reader.person_id == request.opened_by_id:
        return "You opened it: somebody else has to look at it."
    if reader.person_id in authors(seen.source, seen.target):
        return "You wrote a part of it: somebody else has to look at it."
    return ""
