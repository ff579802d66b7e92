"""The values of a kitchen: looked at, set, unset, proposed as default."""

from __future__ import annotations

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from kitchens.actions.overrides import change_overrides
from kitchens.models import Kitchen
from kitchens.queries.kitchens import get_kitchen
from recipes.actions.defaults import propose_default
from recipes.forms import RowForm, forms_of
from recipes.queries.pages_values import values_page


@require_http_methods(["GET", "POST"])
def kitchen_values(request: HttpRequest, slug: str) -> HttpResponse:
    kitchen, actor = get_kitchen(slug), request.user.actor()
    asked = {name: request.GET.get(name, "") for name in ("recipe", "variation", "only")}
    form = RowForm(request.POST) if request.method == "POST" else None
    if form and form.is_valid() and _done(request, kitchen, form):
        query = urlencode({name: text for name, text in asked.items() if text})
        return redirect(reverse("kitchen-values", args=[slug]) + (f"?{query}" if query else ""))
    page = values_page(
        kitchen,
        timezone.now(),
        recipe=asked["recipe"],
        variation=asked["variation"],
        differing=asked["only"] == "differs",
        by_operator=actor.may("override.protected"),
    )
    what = kitchen.right("override.change")
    context = {
        "kitchen": kitchen,
        "part": "values",
        "page": page,
        "rows": forms_of(page.rows, form),
        "may_change": actor.may(what, slug) and kitchen.state == "ready" and not kitchen.merges_only,
        "may_propose": actor.may("recipe.change", slug),
        "switch_to": "/kitchens/",
    }
    return render(request, "recipes/kitchen_values.html", context)


def _done(request: HttpRequest, kitchen: Kitchen, form: RowForm) -> bool:
    """Do what a row asks for and say so; False where the value does not fit, which then stands at its field."""
    key, by, now = form.cleaned_data["key"], request.user.actor(), timezone.now()
    if form.cleaned_data["what"] == "propose":
        _, taken_back = propose_default(kitchen, key, by=by, now=now)
        left = (
            " and the override is taken back"
            if taken_back
            else "; a variation sets it too, so the override stays"
        )
        messages.success(request, f"{key} is committed as default{left}. A merge takes it along.")
    elif form.cleaned_data["what"] == "unset":
        change_overrides(kitchen, unset=[key], by=by, now=now)
        messages.success(request, f"{key} is that of the parent again.")
    else:
        if not form.save(kitchen, by=by, now=now):
            return False
        messages.success(request, f"{form.key} is set in {kitchen}.")
    return True
