"""The wizard of a new kitchen: a page for each step, the same summary beside all of them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from hub.common.errors import HubError
from hub.common.html import wants_fragment
from kitchens.actions.connections import probe_connection
from kitchens.actions.drafts import begin_draft, make_of_draft, save_draft
from kitchens.actions.provision import checks, plan_kitchen
from kitchens.core.provision import Choices, Plan
from kitchens.core.provision.templates import USUAL
from kitchens.forms import STEP_FORMS, StepForm
from kitchens.models import KitchenDraft
from kitchens.queries import connections, wizard
from kitchens.queries.provision import get_draft


@require_http_methods(["GET", "POST"])
def kitchen_new(request: HttpRequest) -> HttpResponse:
    """Begin a draft and go to its first step."""
    asked = request.POST or request.GET
    draft = begin_draft(
        by=request.user.actor(),
        now=timezone.now(),
        purpose=asked.get("purpose", USUAL),
        parent=asked.get("parent", "production"),
        revision=_number(asked.get("revision", "")),
        run=_number(asked.get("run", "")),
    )
    return redirect("kitchen-draft", draft.pk, "purpose")


def _number(text: str) -> int:
    """Return the number of a revision or a run, 0 (the last green one, none) for what is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


@require_http_methods(["GET", "POST"])
def kitchen_draft(request: HttpRequest, draft: int, step: str) -> HttpResponse:
    row = _own_draft(request, draft)
    if step not in STEP_FORMS:
        raise Http404(step)
    if row.kitchen is not None:
        return redirect("kitchen-making", row.kitchen.slug)
    choices = Choices.from_dict(row.choices)
    form = STEP_FORMS[step](request.POST or None, choices=choices, draft=row.pk, person_id=request.user.pk)
    if request.method == "GET":
        return _page(request, row, step, form, Outlook.at(choices, request))
    outlook = Outlook.at(form.taken(), request) if form.is_valid() else None
    if wants_fragment(request):
        return _summary(request, row, step, outlook)
    if outlook is None or (outlook.fault and form.put_fault(outlook.fault.field, str(outlook.fault))):
        return _page(request, row, step, form, outlook or Outlook.at(choices, request))
    save_draft(row, outlook.choices, now=timezone.now())
    return _go_on(request, row, step, form, outlook)


@require_GET
def kitchen_draft_name(request: HttpRequest, draft: int) -> HttpResponse:
    """Say whether a name is free, while it is typed."""
    _own_draft(request, draft)
    try:
        checks.check_name(request.GET.get("name", ""))
        fault = ""
    except HubError as error:
        fault = str(error)
    return render(request, "kitchens/_name_said.html", {"fault": fault})


@require_POST
def kitchen_draft_try(request: HttpRequest, draft: int, name: str) -> HttpResponse:
    """Try a connection, and show how that went in its row."""
    _own_draft(request, draft)
    row = connections.get_connection(name)
    tried = probe_connection(row, by=request.user.actor(), now=timezone.now())
    return render(request, "kitchens/_connection_row.html", {"connection": tried, "draft": draft})


@dataclass(frozen=True)
class Outlook:
    """What would be made of some choices: a plan, or what is wrong with them."""

    choices: Choices
    plan: Plan | None
    fault: HubError | None
    token: str = ""

    @classmethod
    def at(cls, choices: Choices, request: HttpRequest) -> Outlook:
        now = timezone.now()
        try:
            plan = plan_kitchen(choices, by=request.user.actor(), now=now)
        except HubError as error:
            return cls(choices, None, error)
        return cls(choices, plan, None, plan.token(now))


def _own_draft(request: HttpRequest, pk: int) -> KitchenDraft:
    by = request.user.actor()
    by.require("kitchen.create")
    return get_draft(pk, by.person_id)


def _go_on(
    request: HttpRequest, row: KitchenDraft, step: str, form: StepForm, outlook: Outlook
) -> HttpResponse:
    """Go where the button says: to the next step, the review, the same step filtered, or on to making it."""
    go = request.POST.get("go", "next")
    if go == "create" and outlook.plan:
        return _make(request, row)
    if go == "filter":
        found = {key: form.cleaned_data.get(key, "") for key in ("domain", "search")}
        return redirect(f"{reverse('kitchen-draft', args=[row.pk, step])}?{urlencode(found)}")
    following = wizard.NAMES[min(wizard.NAMES.index(step) + 1, len(wizard.NAMES) - 1)]
    return redirect("kitchen-draft", row.pk, following if go == "next" else "review")


def _make(request: HttpRequest, row: KitchenDraft) -> HttpResponse:
    try:
        kitchen = make_of_draft(
            row, request.POST.get("plan_digest", ""), by=request.user.actor(), now=timezone.now()
        )
    except HubError as error:
        messages.error(request, str(error))
        return redirect("kitchen-draft", row.pk, "review")
    return redirect("kitchen-making", kitchen.slug)


def _page(
    request: HttpRequest, row: KitchenDraft, step: str, form: StepForm, outlook: Outlook
) -> HttpResponse:
    if hasattr(form, "show"):
        form.show(request.GET.get("domain", form.domain), request.GET.get("search", form.search))
    context: dict[str, Any] = {"form": form, "part": f"kitchens/steps/{step}.html"}
    if step == "secrets":
        context["connections"] = connections.connections(None).filter(kitchen=None)
    if outlook.plan:
        context["as_json"] = _as_json(outlook)
    return render(request, "kitchens/wizard.html", context | _common(row, step, outlook))


def _summary(request: HttpRequest, row: KitchenDraft, step: str, outlook: Outlook | None) -> HttpResponse:
    return render(request, "kitchens/_wizard_summary.html", _common(row, step, outlook))


def _common(row: KitchenDraft, step: str, outlook: Outlook | None) -> dict[str, Any]:
    fault = outlook.fault if outlook else None
    faulty = wizard.STEP_OF.get(fault.field.partition(".")[0], "") if fault else ""
    choices = outlook.choices if outlook else Choices.from_dict(row.choices)
    return {
        "draft": row,
        "step": step,
        "choices": choices,
        "links": wizard.step_links(row.pk, choices, step, faulty),
        "outlook": outlook,
        "plan": outlook.plan if outlook else None,
        "faulty": faulty,
        "switch_to": "/kitchens/",
    }


def _as_json(outlook: Outlook) -> str:
    """Return what the API would be sent: the choices that differ from what is usual, and the plan's digest."""
    usual = Choices().public()
    changed = {key: value for key, value in outlook.choices.public().items() if value != usual[key]}
    changed |= {"ends_on": outlook.plan.ends_on if outlook.plan else "", "plan_digest": outlook.token}
    changed.pop("days", None)
    if outlook.choices.secrets:
        changed["secrets"] = dict.fromkeys(sorted(outlook.choices.secrets), "…")
    return json.dumps(changed, indent=2)
