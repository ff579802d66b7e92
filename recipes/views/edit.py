"""The editor of recipes in the browser: type, see what is wrong and what would come of it, commit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from hub.common.errors import ConflictError
from kitchens.models import Kitchen
from kitchens.queries.data import newest
from kitchens.queries.kitchens import get_kitchen
from recipes.actions.files import FaultyRecipeError
from recipes.actions.recipes import save_recipe, start_recipe
from recipes.core.drafts import read_drafts
from recipes.forms import NewRecipeForm
from recipes.queries import pages_edit as queries
from recipes.queries.recipes import get_recipe


@dataclass(frozen=True)
class Typed:
    """What a form of the editor holds."""

    drafts: dict[str, bytes | None]
    commit: str
    message: str
    draft_too: bool

    @classmethod
    def of(cls, request: HttpRequest) -> Typed:
        post = request.POST
        drafts = read_drafts(post.get("changes", ""), post.get("file", ""), post.get("text"))
        return cls(
            drafts, post.get("commit", "")[:40], post.get("message", ""), post.get("keep_draft") == "yes"
        )


@require_http_methods(["GET", "POST"])
def recipe_edit(request: HttpRequest, kitchen: str, domain: str, name: str, file: str = "") -> HttpResponse:
    """Show the editor; commit (`do=commit`), or take what others did into the drafts (`do=merge`, `do=mine`)."""
    home = get_kitchen(kitchen)
    if request.method == "GET":
        return _page(request, home, (domain, name, file), {}, "")
    request.user.actor().require("recipe.change", home.slug)
    typed = Typed.of(request)
    if request.POST.get("do") in ("merge", "mine"):
        return _merge(request, home, (domain, name, file), typed)
    try:
        saved = save_recipe(
            home,
            domain,
            name,
            typed.drafts,
            message=typed.message,
            by=request.user.actor(),
            now=timezone.now(),
            expected_commit=typed.commit,
            keep_draft=typed.draft_too,
        )
    except ConflictError as error:
        conflict = queries.conflict_of(home, domain, name, typed.drafts, typed.commit)
        if queries.closed(home, request.user.actor()) or conflict is None:
            raise
        told = {"conflict": conflict, "said": error.message, "message": typed.message}
        return _page(request, home, (domain, name, file), typed.drafts, typed.commit, 409, **told)
    except FaultyRecipeError as error:
        told = {"faulty": error, "message": typed.message}
        return _page(request, home, (domain, name, file), typed.drafts, typed.commit, 422, **told)
    messages.success(request, f"Committed: {saved.note}. {home} is at revision {saved.number}.")
    return _back(home, domain, name, file)


def _back(kitchen: Kitchen, domain: str, name: str, file: str) -> HttpResponse:
    """Lead to the file again, to recipe.yaml where it is gone, to the list where the recipe is."""
    commit = newest(kitchen).commit
    if f"{domain}/{name}" not in queries.recipe_names(commit):
        return redirect(f"{reverse('recipe-list')}?kitchen={kitchen.slug}")
    there = queries.recipe_files(commit, domain, name)
    return redirect("recipe-edit", kitchen.slug, domain, name, file if file in there else "recipe.yaml")


def _merge(request: HttpRequest, home: Kitchen, place: tuple[str, str, str], typed: Typed) -> HttpResponse:
    domain, name, _ = place
    now = newest(home).commit
    drafts, marked = typed.drafts, []
    if request.POST["do"] == "merge":
        base = queries.base_commit(home, typed.commit)
        drafts, marked = queries.merged_drafts(domain, name, typed.drafts, base, now)
    told: dict[str, Any] = {"message": typed.message, "merged": True, "marked": marked}
    return _page(request, home, place, drafts, now, **told)


def _page(
    request: HttpRequest,
    home: Kitchen,
    place: tuple[str, str, str],
    drafts: dict[str, bytes | None],
    commit: str,
    status: int = 200,
    **told: Any,
) -> HttpResponse:
    domain, name, file = place
    by = request.user.actor()
    page = queries.edit_page(home, domain, name, file, by=by, drafts=drafts, commit=commit)
    checked = queries.check_drafts(
        home, domain, name, drafts, commit=page.commit, variation="", now=timezone.now()
    )
    context = {
        "edit": page,
        "page": {"version": get_recipe(home, domain, name)},
        "checked": checked,
        "kitchen": home,
        "part": "files",
        "switch_to": reverse("recipe-list"),
        **told,
    }
    return render(request, "recipes/recipe_edit.html", context, status=status)


@require_POST
def recipe_check(request: HttpRequest, kitchen: str, domain: str, name: str) -> HttpResponse:
    """Say what is wrong with what is typed so far, and what would come of it. Nothing is kept."""
    home = get_kitchen(kitchen)
    request.user.actor().require("recipe.change", home.slug)
    typed = Typed.of(request)
    checked = queries.check_drafts(
        home,
        domain,
        name,
        typed.drafts,
        commit=typed.commit,
        variation=request.POST.get("variation", ""),
        now=timezone.now(),
    )
    context = {"checked": checked, "kitchen": home, "domain": domain, "name": name}
    return render(request, "recipes/_edit_check.html", context)


@require_http_methods(["GET", "POST"])
def recipe_new(request: HttpRequest) -> HttpResponse:
    """Begin a recipe from a starter: one commit, and the editor opens on it."""
    home = get_kitchen(request.GET.get("kitchen") or "production")
    form = NewRecipeForm(request.POST or None, initial={"domain": request.GET.get("domain", "")})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        with form.says_errors():
            start_recipe(home, **given, by=request.user.actor(), now=timezone.now())
        if not form.errors:
            return redirect("recipe-edit", home.slug, given["domain"], given["name"], "recipe.yaml")
    context = {
        "form": form,
        "kitchen": home,
        "closed": queries.closed(home, request.user.actor()),
        "domains": queries.domain_names(),
    }
    return render(request, "recipes/recipe_new.html", context, status=422 if form.errors else 200)


@require_GET
def dataset_names(request: HttpRequest) -> JsonResponse:
    """Names of datasets that begin as somebody has typed."""
    return JsonResponse({"names": queries.dataset_names(request.GET.get("begins", ""))})
