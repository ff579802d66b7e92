"""Settings: people and roles, tokens, connections, and who did what."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from kitchens.actions import connections as connection_actions
from kitchens.actions import people as people_actions
from kitchens.actions import tokens as token_actions
from kitchens.core.roles import ROLES
from kitchens.forms import ConnectionForm, PersonForm, TokenForm
from kitchens.queries import connections as connection_queries
from kitchens.queries import people as queries

AUDIT_ROWS = 100


@require_GET
def settings(request: HttpRequest) -> HttpResponse:
    return redirect("settings-people")


@require_http_methods(["GET", "POST"])
def settings_people(request: HttpRequest) -> HttpResponse:
    actor = request.user.actor()
    form = PersonForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and (person := form.create(by=actor, now=timezone.now())):
        messages.success(request, f"{person} can sign in now.")
        return redirect("settings-people")
    context = {
        "people": queries.people(),
        "form": form,
        "roles": ROLES,
        "may_change": actor.may("person.change"),
    }
    return render(request, "kitchens/settings_people.html", context)


@require_POST
def person_change(request: HttpRequest, username: str) -> HttpResponse:
    """Another role, or let go, or let in again: `role`, or `active` yes or no."""
    person, by, now = queries.get_person(username), request.user.actor(), timezone.now()
    if active := request.POST.get("active"):
        (people_actions.activate if active == "yes" else people_actions.deactivate)(person, by=by, now=now)
    else:
        people_actions.set_role(person, request.POST.get("role", ""), by=by, now=now)
    messages.success(request, f"{person} is changed.")
    return redirect("settings-people")


@require_http_methods(["GET", "POST"])
def settings_tokens(request: HttpRequest) -> HttpResponse:
    """One's own tokens. The key of a new one is on the answer to its making, and nowhere else."""
    form = TokenForm(request.POST or None)
    made = None
    if request.method == "POST" and form.is_valid():
        made = form.create(by=request.user.actor(), now=timezone.now())
    context = {"tokens": queries.tokens(request.user.pk), "form": TokenForm() if made else form, "made": made}
    return render(request, "kitchens/settings_tokens.html", context)


@require_POST
def token_revoke(request: HttpRequest, pk: int) -> HttpResponse:
    token = token_actions.revoke_token(pk, by=request.user.actor(), now=timezone.now())
    messages.success(request, f"The token {token.name} is revoked; it opens nothing any more.")
    return redirect("settings-tokens")


@require_http_methods(["GET", "POST"])
def settings_connections(request: HttpRequest) -> HttpResponse:
    actor = request.user.actor()
    form = ConnectionForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and (saved := form.save(by=actor, now=timezone.now())):
        messages.success(request, f"The connection {saved.name} is kept. Try it now.")
        return redirect("settings-connections")
    rows = connection_queries.connections()
    context = {"connections": rows, "form": form, "may_change": actor.may("connection.change")}
    return render(request, "kitchens/settings_connections.html", context)


@require_POST
def connection_try(request: HttpRequest, name: str) -> HttpResponse:
    row = connection_queries.get_connection(name)
    tried = connection_actions.probe_connection(row, by=request.user.actor(), now=timezone.now())
    (messages.success if tried.test_ok else messages.error)(request, f"{tried.name}: {tried.test_message}")
    return redirect("settings-connections")


@require_POST
def connection_delete(request: HttpRequest, name: str) -> HttpResponse:
    row = connection_queries.get_connection(name)
    connection_actions.delete_connection(row, by=request.user.actor(), now=timezone.now())
    messages.success(request, f"The connection {name} and its password are gone.")
    return redirect("settings-connections")


@require_GET
def settings_audit(request: HttpRequest) -> HttpResponse:
    request.user.actor().require("audit.see")
    before = request.GET.get("before", "")
    rows = queries.audit_entries()
    if before.isdecimal() and len(before) < 19:
        rows = rows.filter(pk__lt=int(before))
    shown = list(rows[: AUDIT_ROWS + 1])
    older = f"?before={shown[AUDIT_ROWS - 1].pk}" if len(shown) > AUDIT_ROWS else ""
    return render(request, "kitchens/settings_audit.html", {"entries": shown[:AUDIT_ROWS], "older": older})
