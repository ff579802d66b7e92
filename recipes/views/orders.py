"""Ordering a run by a form."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from hub.common.errors import InvalidError
from kitchens.models import Kitchen
from kitchens.queries.kitchens import get_kitchen
from recipes.actions.orders import place_order
from recipes.actions.runs.explain import explain_tests
from recipes.actions.runs.plans import Request
from recipes.core.values import ValueFaults
from recipes.forms import OrderForm
from recipes.models import OrderRun
from recipes.queries.pages_orders import OrderPage, order_page


@require_GET
def order_tests(request: HttpRequest, kitchen: str, domain: str, name: str, variation: str) -> HttpResponse:
    """How the tests of a variation would be answered if it ran now: fetched once the form is there."""
    now = timezone.now()
    outlook = explain_tests(Request(get_kitchen(kitchen), domain, name, variation, as_of=now))
    return render(request, "recipes/_order_tests.html", {"outlook": outlook})


@require_http_methods(["GET", "POST"])
def order_new(request: HttpRequest, kitchen: str, domain: str, name: str, variation: str) -> HttpResponse:
    """Show the values of a variation and place the order; what does not fit is said at its field."""
    home = get_kitchen(kitchen)
    page = order_page(home, domain, name, variation, timezone.now())
    form = OrderForm(
        request.POST or None, spec=page.spec, nodes=page.nodes, effective=page.effective, around=request.GET
    )
    if request.method == "POST" and form.is_valid():
        try:
            return redirect(_place(request, home, page, form))
        except ValueFaults as faults:
            form.take_faults(faults.faults)
        except InvalidError as fault:
            if not form.cleaned_data["fixtures"]:
                raise
            form.add_error("fixtures", str(fault))
    context = {"page": page, "form": form, "kitchen": home, "switch_to": reverse("recipe-list")}
    return render(request, "recipes/order_new.html", context, status=422 if form.errors else 200)


def _place(request: HttpRequest, kitchen: Kitchen, page: OrderPage, form: OrderForm) -> OrderRun:
    return place_order(
        kitchen=kitchen,
        domain=page.spec.domain,
        recipe=page.spec.name,
        variation=page.variation.name,
        by=request.user.actor(),
        now=timezone.now(),
        values=form.given(),
        nodes=form.chosen_nodes(),
        idempotency_key=form.cleaned_data["key"],
        fixtures=form.cleaned_data["fixtures"],
    )
