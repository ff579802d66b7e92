"""Failure reports: the list, one as a page, as JSON and as PDF, and the parts that are fetched on demand."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from kitchens.queries.kitchens import get_kitchen
from monitoring.core.report_pdf import pdf_of
from monitoring.queries.report import lists
from monitoring.queries.report.parts import code_of, profile_of
from monitoring.queries.report.plain import as_plain
from monitoring.queries.report.report import Report, get_episode, report_of
from recipes.views.run_lists import whole


@require_GET
def report_list(request: HttpRequest) -> HttpResponse:
    """Reports of a kitchen, newest first: those that are open, unless others are asked for."""
    kitchen = get_kitchen(request.GET.get("kitchen") or "production")
    state = request.GET.get("state", "")
    state = state if state in lists.STATES else "open"
    page = lists.report_list(kitchen, state, whole(request.GET.get("before", "")))
    context = {"page": page, "kitchen": kitchen, "state": state, "shown": lists.STATES}
    return render(request, "monitoring/report_list.html", context)


def _seen_closely(request: HttpRequest, pk: int) -> Report:
    """Return a report for somebody who may see rows of the kitchen's data and its logs: it holds some of both."""
    report = report_of(pk, timezone.now())
    request.user.actor().require("data.sample", report.episode.kitchen.slug)
    return report


@require_GET
def failure_report(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything about one episode of failure."""
    report = _seen_closely(request, pk)
    if request.GET.get("format") == "json":
        return JsonResponse(as_plain(report))
    context = {"report": report, "kitchen": report.episode.kitchen, "now": report.now}
    return render(request, "monitoring/report.html", context)


@require_GET
def failure_report_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    report = _seen_closely(request, pk)
    body = pdf_of(as_plain(report), base=request.build_absolute_uri("/"))
    response = HttpResponse(body, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="failure-report-{pk}.pdf"'
    return response


@require_GET
def failure_report_part(request: HttpRequest, pk: int, part: str) -> HttpResponse:
    """A part that takes longer: the lines of code that differ, or the columns then and now."""
    episode = get_episode(pk)
    if part == "code":
        return render(request, "monitoring/report/_code.html", {"files": code_of(episode)})
    request.user.actor().require("data.sample", episode.kitchen.slug)
    if part == "profile":
        return render(request, "monitoring/report/_profile.html", {"profile": profile_of(episode)})
    raise Http404(part)


@require_GET
def report_of_result(request: HttpRequest, pk: int) -> HttpResponse:
    return redirect(lists.of_result(pk))


@require_GET
def report_of_run(request: HttpRequest, pk: int) -> HttpResponse:
    """Go to the report of a run, or to the run itself where it has none."""
    found = lists.of_run(pk, request.GET.get("node", "")[:100])
    return redirect(found) if found else redirect("run-detail", pk)
