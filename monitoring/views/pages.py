"""Pages over all domains: home, domains, kitchens, datasets, lineage, settings."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET


def listed(request: HttpRequest, title: str, sentence: str, rows: Any = (), empty: str = "") -> HttpResponse:
    context = {"title": title, "sentence": sentence, "rows": rows, "empty": empty}
    return render(request, "components/list_page.html", context)


@require_GET
def settings(request: HttpRequest) -> HttpResponse:
    return listed(request, "Settings", "People, tokens, connections and workers.")
