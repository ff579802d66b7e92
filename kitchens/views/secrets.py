"""Secrets and connections, of a kitchen and of the whole hub: names, who asks for them, and forms that set them."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from hub.common.errors import MissingError
from kitchens.actions import connections as connection_actions
from kitchens.actions import secrets as actions
from kitchens.forms import ConnectionForm, SecretForm
from kitchens.models import Kitchen
from kitchens.queries.connections import get_connection
from kitchens.queries.kitchens import get_kitchen
from kitchens.queries.secrets_page import secrets_page


@require_http_methods(["GET", "POST"])
def kitchen_secrets(request: HttpRequest, slug: str) -> HttpResponse:
    kitchen, actor, now = get_kitchen(slug), request.user.actor(), timezone.now()
    about_connection = "host" in request.POST
    form = SecretForm(
        None if about_connection else request.POST or None, initial={"name": request.GET.get("name", "")}
    )
    connection = ConnectionForm(request.POST if about_connection else None)
    filled = connection if about_connection else form
    saved = filled.save(kitchen=kitchen, by=actor, now=now) if filled.is_valid() else None
    if saved:
        messages.success(request, f"{saved.name} is kept for {kitchen}.")
        return redirect("kitchen-secrets", slug)
    context = _context(request, kitchen) | {"form": form, "connection_form": connection}
    return render(request, "kitchens/kitchen_secrets.html", context)


@require_http_methods(["GET", "POST"])
def settings_secrets(request: HttpRequest) -> HttpResponse:
    form = SecretForm(request.POST or None, initial={"name": request.GET.get("name", "")})
    by, now = request.user.actor(), timezone.now()
    saved = form.save(kitchen=None, by=by, now=now) if form.is_valid() else None
    if saved:
        messages.success(request, f"{saved.name} is kept for the whole hub.")
        return redirect("settings-secrets")
    production = get_kitchen("production")
    context = {
        "page": secrets_page(None, production),
        "production": production,
        "form": form,
        "may_change": by.may("secret.change"),
    }
    return render(request, "kitchens/settings_secrets.html", context)


@require_POST
def secret_remove(request: HttpRequest, name: str, slug: str = "") -> HttpResponse:
    kitchen = get_kitchen(slug) if slug else None
    actions.delete_secret(name=name, kitchen=kitchen, by=request.user.actor(), now=timezone.now())
    messages.success(request, f"The secret {name} is gone.")
    return redirect("kitchen-secrets", slug) if slug else redirect("settings-secrets")


@require_POST
def kitchen_connection(request: HttpRequest, slug: str, name: str, what: str) -> HttpResponse:
    """Try the connection that the name means in a kitchen (`try`), or remove the kitchen's own (`remove`)."""
    kitchen, by, now = get_kitchen(slug), request.user.actor(), timezone.now()
    row = get_connection(name, kitchen)
    if what == "try":
        tried = connection_actions.probe_connection(row, by=by, now=now)
        (messages.success if tried.test_ok else messages.error)(request, f"{name}: {tried.test_message}")
    elif what == "remove" and row.kitchen_id == kitchen.pk:
        connection_actions.delete_connection(row, by=by, now=now)
        messages.success(request, f"The connection {name} of {kitchen} and its password are gone.")
    else:
        raise MissingError(f"{kitchen} has no connection {name[:60]!r} of its own.")
    return redirect("kitchen-secrets", slug)


def _context(request: HttpRequest, kitchen: Kitchen) -> dict[str, object]:
    actor = request.user.actor()
    return {
        "kitchen": kitchen,
        "part": "secrets",
        "kitchen_page": True,
        "page": secrets_page(kitchen, kitchen),
        "may_change": actor.may("secret.change", kitchen.slug),
        "may_connect": actor.may("connection.change", kitchen.slug),
        "may_connect_hub": actor.may("connection.change"),
        "switch_to": "/kitchens/",
    }
