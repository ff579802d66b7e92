"""Tests: the explorer, the list of their results, one test, and where tests are missing."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from kitchens.queries.kitchens import domains, get_kitchen
from monitoring.queries.histories import coverage, explorer
from monitoring.queries.histories.test_page import page_of_test
from recipes.core.checks.marks import SAID
from recipes.core.verdict import Severity
from recipes.queries import pages_tests
from recipes.queries.pages_lists import PERIODS
from recipes.views.run_lists import whole


@require_GET
def test_list(request: HttpRequest) -> HttpResponse:
    """Every test of a kitchen on one row; what is not green first. A page of results of before has gone to its own URL."""
    if request.GET.get("before"):
        return redirect(f"/tests/results/?{request.GET.urlencode()}")
    asked = explorer.test_filter(request.GET.dict())
    kitchen = get_kitchen(asked.kitchen or "production")
    page = explorer.explorer(asked, kitchen, timezone.now(), request.GET.get("after", ""))
    context = {
        "page": page,
        "kitchen": kitchen,
        "periods": PERIODS,
        "severities": list(Severity),
        "part": "tests",
    }
    return render(request, "monitoring/tests/explorer.html", context)


@require_GET
def result_list(request: HttpRequest) -> HttpResponse:
    """Test results of a kitchen, newest first: those that are not green, unless others are asked for."""
    asked = pages_tests.result_filter(request.GET.dict())
    kitchen = get_kitchen(asked.kitchen or "production")
    page = pages_tests.result_list(asked, kitchen, timezone.now(), whole(request.GET.get("before", "")))
    context = {
        "page": page,
        "kitchen": kitchen,
        "verdicts": pages_tests.VERDICTS,
        "periods": PERIODS,
        "domains": domains(),
        "part": "results",
    }
    return render(request, "monitoring/tests/results.html", context)


@require_GET
def test_series(request: HttpRequest, pk: int) -> HttpResponse:
    """One test: what it says, its history as a picture and a list, and what it is worth."""
    page = page_of_test(pk, whole(request.GET.get("before", "")))
    context = {"page": page, "kitchen": page.kitchen, "marks": SAID, "switch_to": "/tests/"}
    return render(request, "monitoring/tests/series.html", context)


@require_GET
def test_coverage(request: HttpRequest) -> HttpResponse:
    """Which tests stand where: node by stage, dataset by column; the gaps are shown."""
    kitchen = get_kitchen(request.GET.get("kitchen") or "production")
    asked = {name: request.GET.get(name, "")[:60] for name in ("domain", "recipe")}
    page = coverage.coverage_page(kitchen, **asked)
    context = {"page": page, "kitchen": kitchen, "domains": domains(), "part": "coverage"}
    return render(request, "monitoring/tests/coverage.html", context)
