"""What can be done with a run: cancel it, go on where it stopped, order it again, try a node again."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from hub.common.html import render_list, wants_fragment
from recipes.actions import runs as actions
from recipes.actions.marks import mark_result
from recipes.core.values import ValueFaults
from recipes.forms import ResumeForm
from recipes.queries import pages_runs as queries
from recipes.queries.pages_nodes import get_result
from recipes.views.runs import run_context


@require_POST
def run_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    run = actions.cancel(queries.get_run(pk), by=request.user.actor(), now=timezone.now())
    return redirect(run)


@require_POST
def run_again(request: HttpRequest, pk: int) -> HttpResponse:
    run = actions.rerun(queries.get_run(pk), by=request.user.actor(), now=timezone.now())
    messages.success(request, f"Ordered again as run {run.pk}, with the newest recipe and data.")
    return redirect(run)


@require_POST
def node_retry(request: HttpRequest, pk: int, node: str) -> HttpResponse:
    run = actions.retry_node(queries.get_run(pk), node, by=request.user.actor(), now=timezone.now())
    messages.success(request, f"{node} is tried again in run {run.pk}.")
    return redirect(run)


@require_POST
def result_mark(request: HttpRequest, pk: int, result: int) -> HttpResponse:
    found = get_result(queries.get_run(pk), result)
    mark_result(found, request.POST.get("mark", "")[:10], by=request.user.actor(), now=timezone.now())
    messages.success(request, f"{found.test} is marked; the next run learns accordingly.")
    if request.POST.get("back") == "test" and found.series_id:
        return redirect("test-series", found.series_id)
    return redirect("result-detail", pk, result)


@require_http_methods(["GET", "POST"])
def run_resume(request: HttpRequest, pk: int) -> HttpResponse:
    """Choose with which recipe and values a run goes on; what succeeded and is unchanged is not run again."""
    run = queries.get_run(pk)
    form = ResumeForm(request.POST or None, run=run)
    if request.method == "POST" and form.is_valid():
        try:
            return redirect(
                actions.resume(run, by=request.user.actor(), now=timezone.now(), **form.choices())
            )
        except ValueFaults as faults:
            form.take_faults(faults.faults)
    shown = {"run": run, "form": form}
    behind = {} if wants_fragment(request) else run_context(run, "overview")
    return render_list(request, "recipes/run_detail.html", "recipes/_run_resume.html", behind | shown)
