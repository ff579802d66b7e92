"""The people of a kitchen, who may see into it, and what it asks of merges."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from kitchens.actions import members as actions
from kitchens.actions.policy import asked_in
from kitchens.core.policies import Policy, policy_of
from kitchens.forms import MemberForm, PolicyForm
from kitchens.models import Kitchen
from kitchens.queries import members as queries
from kitchens.queries.kitchens import get_kitchen
from kitchens.queries.people import get_person


@require_http_methods(["GET", "POST"])
def kitchen_people(request: HttpRequest, slug: str) -> HttpResponse:
    kitchen, actor = get_kitchen(slug), request.user.actor()
    there, roles = queries.members(kitchen), queries.grantable(kitchen, actor)
    people = queries.could_join(kitchen, there) if roles else []
    form = MemberForm(request.POST or None, people=people, roles=roles)
    member = form.save(kitchen=kitchen, by=actor, now=timezone.now()) if form.is_valid() else None
    if member:
        messages.success(request, f"{member.person} is {member.role} in {kitchen} now.")
        return redirect("kitchen-people", slug)
    policy = PolicyForm(None, policy=_policy(kitchen), protected=kitchen.protected)
    return _page(request, kitchen, form, policy, {"members": there, "roles": roles, "joinable": people})


@require_POST
def member_change(request: HttpRequest, slug: str, username: str) -> HttpResponse:
    """Another role (`role`), the whole kitchen (`owner=yes`), or none any more (`remove=yes`)."""
    kitchen, person = get_kitchen(slug), get_person(username)
    by, now = request.user.actor(), timezone.now()
    if request.POST.get("remove") == "yes":
        actions.remove_member(kitchen, person, by=by, now=now)
        messages.success(request, f"{person} has no role of their own in {kitchen} any more.")
    elif request.POST.get("owner") == "yes":
        actions.hand_over(kitchen, person, by=by, now=now)
        messages.success(request, f"{kitchen} belongs to {person} now.")
    else:
        member = actions.set_member(kitchen, person, request.POST.get("role", ""), by=by, now=now)
        messages.success(request, f"{person} is {member.role} in {kitchen} now.")
    left = kitchen.closed and not request.user.actor().may("mesh.see", slug)
    return redirect("kitchen-list") if left else redirect("kitchen-people", slug)


@require_POST
def kitchen_open(request: HttpRequest, slug: str) -> HttpResponse:
    """Close the kitchen to all but its people (`closed=yes`), or open it."""
    closed = request.POST.get("closed") == "yes"
    kitchen = actions.set_closed(get_kitchen(slug), closed, by=request.user.actor(), now=timezone.now())
    said = "closed: only its people see into it" if closed else "open to everybody of the hub"
    messages.success(request, f"{kitchen} is {said}.")
    return redirect("kitchen-people", slug)


@require_POST
def kitchen_policy(request: HttpRequest, slug: str) -> HttpResponse:
    kitchen, actor = get_kitchen(slug), request.user.actor()
    form = PolicyForm(request.POST, policy=_policy(kitchen), protected=kitchen.protected)
    if form.is_valid() and form.save(kitchen=kitchen, by=actor, now=timezone.now()):
        messages.success(request, f"What {kitchen} asks of merges is kept.")
        return redirect("kitchen-people", slug)
    there, roles = queries.members(kitchen), queries.grantable(kitchen, actor)
    member = MemberForm(None, people=queries.could_join(kitchen, there), roles=roles)
    return _page(
        request, kitchen, member, form, {"members": there, "roles": roles, "joinable": member.people}
    )


def _policy(kitchen: Kitchen) -> Policy:
    return policy_of(kitchen.policy, guarded=kitchen.is_guarded)


def _page(
    request: HttpRequest, kitchen: Kitchen, form: MemberForm, policy: PolicyForm, more: dict[str, object]
) -> HttpResponse:
    actor = request.user.actor()
    context = {
        "kitchen": kitchen,
        "part": "people",
        "form": form,
        "policy": policy,
        "may_policy": all(actor.may("policy.change", where) for where in asked_in(kitchen)),
        "policy_now": _policy(kitchen),
        "switch_to": "/kitchens/",
    }
    return render(request, "kitchens/kitchen_people.html", context | more)
