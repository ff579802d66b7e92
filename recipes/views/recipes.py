"""Pages of recipes: the list, one recipe, its files and its history; pausing a schedule."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from kitchens.queries.kitchens import get_kitchen
from recipes.actions.schedules import set_paused
from recipes.queries import pages_files
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


@require_GET
def recipe_file(request: HttpRequest, kitchen: str, domain: str, name: str, file: str = "") -> HttpResponse:
    home = get_kitchen(kitchen)
    page = pages_files.files_page(home, domain, name, file)
    context = {"page": page, "kitchen": home, "part": "files", "switch_to": reverse("recipe-list")}
    return render(request, "recipes/recipe_file.html", context)


@require_GET
def recipe_history(request: HttpRequest, kitchen: str, domain: str, name: str) -> HttpResponse:
    home = get_kitchen(kitchen)
    page = pages_files.history_page(home, domain, name)
    context = {"page": page, "kitchen": home, "part": "history", "switch_to": reverse("recipe-list")}
    return render(request, "recipes/recipe_history.html", context)


@require_POST
def schedule_pause(
    request: HttpRequest, kitchen: str, domain: str, name: str, variation: str
) -> HttpResponse:
    """Pause a schedule (`paused=yes`) or let it go on."""
    schedule = queries.get_schedule(get_kitchen(kitchen), domain, name, variation)
    paused = request.POST.get("paused") == "yes"
    set_paused(schedule, paused, by=request.user.actor(), now=timezone.now())
    said = "is paused" if paused else "goes on from its next slot"
    messages.success(request, f"The schedule of {variation} {said}.")
    return redirect("recipe-detail", kitchen, domain, name)
