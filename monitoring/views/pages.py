"""Pages over all domains: home, domains, kitchens, datasets, lineage, settings."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from kitchens.models import Kitchen


def listed(request: HttpRequest, title: str, sentence: str, rows: Any = (), empty: str = "") -> HttpResponse:
    context = {"title": title, "sentence": sentence, "rows": rows, "empty": empty}
    return render(request, "components/list_page.html", context)


@require_GET
def kitchen_list(request: HttpRequest) -> HttpResponse:
    return listed(request, "Kitchens", "Production and the kitchens made of it.", Kitchen.objects.all())


@require_GET
def kitchen_detail(request: HttpRequest, slug: str) -> HttpResponse:
    kitchen = get_object_or_404(Kitchen, slug=slug)
    return listed(
        request, str(kitchen), kitchen.description, kitchen.children.all(), "No kitchen was made of it."
    )


@require_GET
def settings(request: HttpRequest) -> HttpResponse:
    return listed(request, "Settings", "People, tokens, connections and workers.")
