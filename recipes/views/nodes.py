"""Side panels of a run: a node, a test result, a log. Each has its own URL; opened directly, the run stands behind it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from hub.common.html import polled, render_list, wants_fragment
from recipes.core.checks.marks import SAID
from recipes.queries import pages_nodes
from recipes.views.runs import run_context, seen_closely


@require_GET
def node_detail(request: HttpRequest, pk: int, node: str) -> HttpResponse:
    run = seen_closely(request, pk)
    panel = pages_nodes.node_panel(run, node)
    shown = {"run": run, "node": panel, "log": pages_nodes.attempt_log(next(iter(panel.attempts), None))}
    behind = {} if wants_fragment(request) else run_context(run, "overview")
    return render_list(request, "recipes/run_detail.html", "recipes/_node_detail.html", behind | shown)


@require_GET
def result_detail(request: HttpRequest, pk: int, result: int) -> HttpResponse:
    run = seen_closely(request, pk)
    found = pages_nodes.get_result(run, result)
    shown = {"run": run, "result": found, "learnt_from": pages_nodes.learnt_from(found), "marks": SAID}
    behind = {} if wants_fragment(request) else run_context(run, "tests")
    return render_list(request, "recipes/run_detail.html", "recipes/_result_detail.html", behind | shown)


@require_GET
def node_log(request: HttpRequest, pk: int, node: str) -> HttpResponse:
    """The end of a node's log, polled while the node is at work; an unchanged file is answered 304."""
    run = seen_closely(request, pk)
    shown = {"run": run} | pages_nodes.log_of(pages_nodes.get_node_run(run, node))
    return polled(request, shown["log"].etag, lambda: render(request, "recipes/_node_log.html", shown))
