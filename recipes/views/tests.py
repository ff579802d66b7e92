"""The list of test results."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from kitchens.queries.kitchens import domains, get_kitchen
from recipes.queries import pages_tests as queries
from recipes.queries.pages_lists import PERIODS
from recipes.views.run_lists import whole


@require_GET
def test_list(request: HttpRequest) -> HttpResponse:
    """Test results of a kitchen, newest first: those that are not green, unless others are asked for."""
    asked = queries.result_filter(request.GET.dict())
    kitchen = get_kitchen(asked.kitchen or "production")
    page = queries.result_list(asked, kitchen, timezone.now(), whole(request.GET.get("before", "")))
    context = {
        "page": page,
        "kitchen": kitchen,
        "verdicts": queries.VERDICTS,
        "periods": PERIODS,
        "domains": domains(),
    }
    return render(request, "recipes/test_list.html", context)
