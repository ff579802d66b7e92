"""Making kitchens through the API: plan, create by the plan's digest, follow, cancel and try again."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from django.utils import timezone
from ninja import Path, Router, Schema
from pydantic import ConfigDict, Field

from kitchens.actions import provision as actions
from kitchens.actions.provision.steps.people import seal_for_draft
from kitchens.api.access import actor, may
from kitchens.core.provision import Choices, Plan
from kitchens.core.provision.choices import LARGEST_SAMPLE
from kitchens.models import Provision, ProvisionStep
from kitchens.queries.kitchens import get_kitchen
from kitchens.queries.provision import latest_provision

router = Router(tags=["Kitchens"])
Slug = Annotated[str, Path(max_length=60, description="Name of the kitchen", examples=["late-flights"])]
Text = Annotated[str, Field(max_length=200)]
DataChoice = Literal["reference", "sample", "masked", "empty"]


class ChoicesIn(Schema):
    """A new kitchen sees everything its parent has, and changes nothing there."""

    model_config = ConfigDict(extra="forbid")
    name: str = Field(
        max_length=60, description="3 to 40 lower-case letters, digits, hyphens", examples=["late-flights"]
    )
    purpose: str = Field("feature", max_length=40, description="Key of a template", examples=["feature"])
    parent: str = Field("production", max_length=60)
    parent_revision: int = Field(0, ge=0, lt=2**31, description="Number to pin; 0: the last green one")
    run: int = Field(0, ge=0, lt=2**63, description="A run of the parent whose data are read as it left them")
    ends_on: date | None = Field(
        None, description="Within 90 days; needed for tier development", examples=["2026-12-01"]
    )
    tier: Literal["development", "canary"] = "development"
    title: str = Field("", max_length=120)
    description: str = Field("", max_length=2000)
    domains: list[Text] = Field([], max_length=500, description="What is meant to be changed")
    recipes: list[Text] = Field([], max_length=2000)
    data: dict[Text, DataChoice] = Field(
        {}, description="Datasets that are not by reference", max_length=2000
    )
    personal: Literal["reference", "masked"] = Field(
        "reference", description="Datasets with personal columns"
    )
    sample_rows: int = Field(1000, ge=1, le=LARGEST_SAMPLE)
    overrides: dict[Text, Any] = Field({}, max_length=1000)
    secrets: dict[Text, Annotated[str, Field(min_length=1, max_length=4096)]] = Field({}, max_length=100)
    members: dict[Text, Literal["viewer", "developer", "operator"]] = Field({}, max_length=500)
    ingredients: dict[Text, dict[str, Any]] = Field(
        {}, max_length=100, description="Ingredient -> its values"
    )
    max_parallel_nodes: int | None = Field(None, ge=1, le=1000)
    max_run_seconds: int | None = Field(None, ge=1, le=604800)

    def choices(self) -> Choices:
        """Return what is asked for; secrets are sealed on the way."""
        given = self.dict(exclude={"plan_digest"})
        given["ends_on"] = str(given["ends_on"] or "")
        given["secrets"] = {name: seal_for_draft(name, value) for name, value in self.secrets.items()}
        return Choices.from_dict(given | {"days": 0})


class StepPlanned(Schema):
    kind: str = Field(examples=["branch"])
    title: str
    expected_seconds: float
    basis: str = Field(description="Where the expectation comes from")


class VerdictOut(Schema):
    level: Literal["pass", "warn", "deny"]
    rule: str
    said: str


class CopyOut(Schema):
    dataset: str
    choice: DataChoice
    rows: int
    bytes: int
    masks: dict[str, str]


class PlanOut(Schema):
    summary: str
    plan_digest: str = Field(
        description="Create with it within 15 minutes; void once the pinned revision changes"
    )
    parent_revision: int
    ends_on: str
    by_reference: int = Field(description="Datasets that cost nothing")
    copies: list[CopyOut]
    steps: list[StepPlanned]
    verdicts: list[VerdictOut]
    expected_seconds: float


class StepOut(Schema):
    kind: str
    title: str
    state: str = Field(examples=["done"])
    log: str
    fault: str
    run: int | None = Field(None, alias="run_id")
    started_at: datetime | None
    ended_at: datetime | None
    expected_seconds: float | None


class ProvisionOut(Schema):
    kitchen: str
    state: str = Field(description="creating, ready, undoing, undone or left_over", examples=["ready"])
    note: str = Field(description="Why the kitchen is not made, where it is not")
    started_at: datetime
    ended_at: datetime | None
    steps: list[StepOut]

    @staticmethod
    def resolve_kitchen(provision: Provision) -> str:
        return provision.kitchen.slug

    @staticmethod
    def resolve_note(provision: Provision) -> str:
        return provision.kitchen.state_note

    @staticmethod
    def resolve_steps(provision: Provision) -> list[ProvisionStep]:
        return list(provision.steps.order_by("place"))


@router.post("/kitchens:plan", response=PlanOut, summary="Plan a kitchen", **may("kitchen.create"))
def plan_kitchen(request: HttpRequest, given: ChoicesIn) -> dict[str, Any]:
    """Say every object that would be made, how long it takes and what the rules say. Nothing is made."""
    now = timezone.now()
    plan = actions.plan_kitchen(given.choices(), by=actor(request), now=now)
    return planned(plan, now)


def planned(plan: Plan, now: datetime) -> dict[str, Any]:
    said = plan.as_dict()
    shown = {
        name: said[name]
        for name in ("parent_revision", "ends_on", "by_reference", "copies", "steps", "verdicts")
    }
    return shown | {
        "summary": plan.summary(),
        "plan_digest": plan.token(now),
        "expected_seconds": plan.expected_seconds,
    }


@router.get(
    "/kitchens/{slug}/provision", response=ProvisionOut, summary="How a kitchen is made", **may("mesh.see")
)
def get_provision(request: HttpRequest, slug: Slug) -> Provision:
    """Every step of the making of a kitchen, with its log."""
    return latest_provision(get_kitchen(slug))


@router.post(
    "/kitchens/{slug}/provision/cancel",
    response=ProvisionOut,
    summary="Stop making a kitchen",
    **may("kitchen.create"),
)
def cancel_provision(request: HttpRequest, slug: Slug) -> Provision:
    """Stop, and undo what was made; what is left over is listed. Twice is as good as once."""
    actions.cancel(get_kitchen(slug), by=actor(request), now=timezone.now())
    return latest_provision(get_kitchen(slug))


@router.post(
    "/kitchens/{slug}/provision/retry", response=ProvisionOut, summary="Try again to make a kitchen",
    **may("kitchen.create"),
)  # fmt: skip
def retry_provision(request: HttpRequest, slug: Slug) -> Provision:
    """Go on from the step that failed; where something is left over, that is removed first."""
    kitchen = get_kitchen(slug)
    act = actions.clean if latest_provision(kitchen).state == "left_over" else actions.retry
    act(kitchen, by=actor(request), now=timezone.now())
    return latest_provision(get_kitchen(slug))
