"""The form of a test: what is typed is shown as lines of recipe.yaml, and saved as a commit."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from hub.common.errors import ConflictError, HubError, InvalidError, NotAllowedError
from kitchens.queries.kitchens import get_kitchen
from recipes.actions.data_tests import remove_test, save_tests
from recipes.actions.files import FaultyRecipeError
from recipes.forms.data_tests import TestForm
from recipes.queries import pages_data_tests as queries
from recipes.queries.pages_edit import conflict_of

FORM = "recipes/data_test.html"
GIVEN = ("node", "dataset", "check", "name")


@require_http_methods(["GET", "POST"])
def data_test(request: HttpRequest, kitchen: str, domain: str, name: str, test: str = "") -> HttpResponse:
    """The form of a new test, or of one there is.

    A POST asks for its lines (`do=look`), for the fields of another check (`do=fields`), takes the test away
    (`do=remove`) or saves it.
    """
    home = get_kitchen(kitchen)
    by = request.user.actor()
    if request.method == "POST":
        by.require("recipe.change", home.slug)
    page = queries.form_page(home, domain, name, test, by=by, commit=request.POST.get("commit", "")[:40])
    do = request.POST.get("do", "save") if request.method == "POST" else "show"
    asked = {"nodes": page.nodes, "entry": page.entry, "name": test}
    if do in ("show", "fields"):
        given = request.POST.dict() if do == "fields" else {k: request.GET.get(k, "")[:200] for k in GIVEN}
        return _show(
            request, page, TestForm(**asked, given={k: v for k, v in given.items() if v or do == "fields"})
        )
    form = TestForm(request.POST, **asked)
    if do == "look":
        looked = queries.look_at(page, form.typed_name(), form.entry())
        return render(request, "recipes/_data_test_lines.html", {"looked": looked, "form": form})
    try:
        return _remove(request, page) if do == "remove" else _save(request, page, form)
    except NotAllowedError:
        raise
    except ConflictError as error:
        return _conflict(request, page, form, error)
    except InvalidError as error:
        if not form.errors:
            form.take_faults({error.field: [str(error)]})
        return _show(request, page, form, 422)


def _save(request: HttpRequest, page: queries.FormPage, form: TestForm) -> HttpResponse:
    if not form.is_valid():
        return _show(request, page, form, 422)
    try:
        saved = save_tests(
            page.kitchen,
            page.version.domain,
            page.version.name,
            {form.typed_name(): form.entry()},
            was=page.was,
            by=request.user.actor(),
            now=timezone.now(),
            expected_commit=page.commit,
        )
    except FaultyRecipeError:
        looked = queries.look_at(page, form.typed_name(), form.entry())
        form.take_faults(looked.faults)
        return _show(request, page, form, 422)
    return _done(request, page, saved.note, saved.number)


def _remove(request: HttpRequest, page: queries.FormPage) -> HttpResponse:
    saved = remove_test(
        page.kitchen,
        page.version.domain,
        page.version.name,
        page.was,
        by=request.user.actor(),
        now=timezone.now(),
        expected_commit=page.commit,
    )
    return _done(request, page, saved.note, saved.number)


def _done(request: HttpRequest, page: queries.FormPage, note: str, number: int) -> HttpResponse:
    messages.success(request, f"Committed: {note}. {page.kitchen} is at revision {number}.")
    there = reverse("recipe-detail", args=[page.kitchen.slug, page.version.domain, page.version.name])
    return redirect(f"{there}#nodes-title")


def _conflict(request: HttpRequest, page: queries.FormPage, form: TestForm, error: HubError) -> HttpResponse:
    """Show what others did, with what was typed; saving once more puts it on top of that."""
    domain, name, by = page.version.domain, page.version.name, request.user.actor()
    now = queries.form_page(page.kitchen, domain, name, "", by=by, commit="")
    if now.closed or now.commit == page.commit:
        raise error
    there = queries.read_entries(now.text)
    conflict = conflict_of(page.kitchen, domain, name, {"recipe.yaml": b""}, page.commit)
    told = {"conflict": conflict, "said": error.message, "gone": bool(page.was) and page.was not in there}
    return _show(request, page, form, 409, commit=now.commit, **told)


def _show(
    request: HttpRequest, page: queries.FormPage, form: TestForm, status: int = 200, **told: Any
) -> HttpResponse:
    context = {
        "page": page,
        "form": form,
        "looked": queries.look_at(page, form.typed_name(), form.entry()),
        "columns": queries.columns_of(page.kitchen, page.dataset_of(form.entry())),
        "kitchen": page.kitchen,
        "part": "overview",
        "switch_to": reverse("recipe-list"),
        "commit": page.commit,
        **told,
    }
    return render(request, FORM, context, status=status)
