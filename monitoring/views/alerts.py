"""Settings, Alerts: channels, routes, and what went out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from hub.common.html import etag_of, polled
from kitchens.core.roles import Actor
from monitoring.actions.alerts import channels as actions
from monitoring.actions.alerts.routes import delete_route
from monitoring.core.incidents.channels import KINDS
from monitoring.forms import FORMS, ChannelForm, RouteForm
from monitoring.models import Channel
from monitoring.queries import alerts as queries


@require_http_methods(["GET", "POST"])
def settings_alerts(request: HttpRequest) -> HttpResponse:
    """Channels and routes; a new channel of the kind `?kind=`, or with `form=route` a new route."""
    actor, now = request.user.actor(), timezone.now()
    sent = request.POST if request.method == "POST" else None
    of_route = sent is not None and sent.get("form") == "route"
    kind = request.GET.get("kind", "") if request.GET.get("kind", "") in FORMS else "email"
    form: ChannelForm = FORMS[kind](None if of_route else sent)
    route = RouteForm(sent if of_route else None, initial={"channel": request.GET.get("channel", "")})
    if sent is not None:
        actor.require("alert.change")
        used = route if of_route else form
        if used.is_valid() and (saved := used.save(by=actor, now=now)):
            messages.success(
                request, "The route is added." if of_route else f"The channel {saved} is kept. Try it now."
            )
            return redirect("settings-alerts") if of_route else redirect(saved)
    context = {
        "page": queries.alerts_page(now),
        "form": form,
        "route": route,
        "kind": kind,
        "kinds": KINDS,
        "may_change": actor.may("alert.change"),
    }
    return render(request, "monitoring/settings_alerts.html", context)


@require_http_methods(["GET", "POST"])
def alert_channel(request: HttpRequest, name: str) -> HttpResponse:
    """One channel: how it stands, what went out, and its settings."""
    channel, actor, now = queries.get_channel(name), request.user.actor(), timezone.now()
    form = FORMS[channel.kind](request.POST or None, channel=channel)
    if request.method == "POST":
        actor.require("alert.change")
        if form.is_valid() and form.save(by=actor, now=now):
            messages.success(request, f"The channel {name} is changed. Try it now.")
            return redirect(channel)
    context = _shown(channel) | {"form": form, "may_change": actor.may("alert.change")}
    return render(request, "monitoring/alert_channel.html", context)


def _shown(channel: Channel) -> dict[str, Any]:
    page = queries.channel_page(channel, timezone.now())
    facts = [(one.pk, one.state, one.tries) for one in page.notices]
    return {"page": page, "channel": channel, "etag": etag_of(channel.failures, channel.enabled, facts)}


@require_GET
def alert_channel_live(request: HttpRequest, name: str) -> HttpResponse:
    """How the channel stands and what went out, while it is looked at: a trial is sent by another process."""
    context = _shown(queries.get_channel(name))
    return polled(
        request, context["etag"], lambda: render(request, "monitoring/_alert_channel_live.html", context)
    )


def _try(channel: Channel, by: Actor) -> str:
    actions.try_channel(channel, by=by, now=timezone.now())
    return "A trial is on its way. What came of it stands below in a moment."


def _pause(channel: Channel, by: Actor) -> str:
    actions.pause_channel(channel, True, by=by, now=timezone.now())
    return f"Nothing goes out by {channel} until it is resumed."


def _resume(channel: Channel, by: Actor) -> str:
    actions.pause_channel(channel, False, by=by, now=timezone.now())
    return f"{channel} is used again; what waited goes out now."


def _delete(channel: Channel, by: Actor) -> str:
    actions.delete_channel(channel, by=by, now=timezone.now())
    return f"The channel {channel} and its secret are gone."


DO: dict[str, Callable[[Channel, Actor], str]] = {
    "try": _try,
    "pause": _pause,
    "resume": _resume,
    "delete": _delete,
}


@require_POST
def alert_channel_do(request: HttpRequest, name: str, what: str) -> HttpResponse:
    if what not in DO:
        raise Http404
    channel = queries.get_channel(name)
    messages.success(request, DO[what](channel, request.user.actor()))
    return redirect("settings-alerts") if what == "delete" else redirect(channel)


@require_http_methods(["GET", "POST"])
def alert_route(request: HttpRequest, pk: int) -> HttpResponse:
    """One route, to be changed where it stands."""
    route, actor = queries.get_route(pk), request.user.actor()
    actor.require("alert.change")
    form = RouteForm(request.POST or None, route=route)
    if request.method == "POST" and form.is_valid() and form.save(by=actor, now=timezone.now()):
        messages.success(request, "The route is changed.")
        return redirect("settings-alerts")
    return render(request, "monitoring/alert_route.html", {"route": route, "form": form})


@require_POST
def alert_route_delete(request: HttpRequest, pk: int) -> HttpResponse:
    delete_route(pk, by=request.user.actor(), now=timezone.now())
    messages.success(request, "The route is gone.")
    return redirect("settings-alerts")
