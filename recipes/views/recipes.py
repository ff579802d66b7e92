"""Pages of recipes: the list, and one recipe."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from kitchens.queries.kitchens import get_kitchen
from recipes.queries import pages_recipes as queries


@require_GET
def recipe_list(request: HttpRequest) -> HttpResponse:
    kitchen = get_kitchen(request.GET.get("kitchen") or "production")
    domain = request.GET.get("domain", "")
    context = {"rows": queries.recipe_rows(kitchen, domain), "kitchen": kitchen, "domain": domain}
    return render(request, "recipes/recipe_list.html", context)


@require_GET
def recipe_detail(request: HttpRequest, kitchen: str, domain: str, name: str) -> HttpResponse:
    home = get_kitchen(kitchen)
    page = queries.recipe_page(home, domain, name)
    context = {"page": page, "kitchen": home, "part": "overview", "switch_to": reverse("recipe-list")}
    return render(request, "recipes/recipe_detail.html", context)
