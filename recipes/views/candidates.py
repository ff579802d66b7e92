"""What a candidate runs, reuses and keeps: a fragment of the page of a merge request."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from kitchens.queries.merges.lists import get_request
from recipes.core.candidates import CandidatePlan


@require_GET
def merge_candidate(request: HttpRequest, pk: int) -> HttpResponse:
    one = get_request(pk)
    context = {"plan": CandidatePlan.from_dict(one.candidate_plan), "one": one}
    return render(request, "recipes/_merge_candidate.html", context)
