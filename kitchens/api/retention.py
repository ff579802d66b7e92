"""How long things are kept, what would go now, what went last."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Path, Router, Schema
from pydantic import ConfigDict, Field

from kitchens.actions import retention as actions
from kitchens.api.access import actor, may
from kitchens.queries import retention as queries

router = Router(tags=["Settings"])


class FreedOut(Schema):
    kind: str = Field(examples=["staging"])
    count: int
    bytes: int
    more: bool = Field(description="Counting stopped early: there is more")


class RuleOut(Schema):
    name: str = Field(examples=["snapshots"])
    title: str
    days: int
    least: int


class RetentionOut(Schema):
    rules: list[RuleOut]
    due_now: list[FreedOut]
    last_run_at: datetime | None
    last_freed: list[FreedOut]


class DaysIn(Schema):
    model_config = ConfigDict(extra="forbid")
    days: int = Field(ge=1, le=3650, examples=[90])


@router.get("/retention", response=RetentionOut, summary="See the policy of retention", **may("settings.see"))
def get_retention(request: HttpRequest) -> dict[str, Any]:
    """The days each kind is kept, what would go now, and what the last daily run removed."""
    last = queries.last_run()
    return {
        "rules": [_rule(rule) for rule in queries.rules()],
        "due_now": actions.preview(now=timezone.now()),
        "last_run_at": last.at if last else None,
        "last_freed": list(last.freed) if last else [],
    }


@router.put(
    "/retention/{name}", response=RuleOut, summary="Set the days of a kind", **may("retention.change")
)
def set_retention(
    request: HttpRequest, name: Annotated[str, Path(max_length=40, examples=["snapshots"])], given: DaysIn
) -> dict[str, Any]:
    """Keep a kind for so many days."""
    actions.set_days(name, given.days, by=actor(request), now=timezone.now())
    return next(_rule(rule) for rule in queries.rules() if rule.kind.name == name)


def _rule(rule: queries.Rule) -> dict[str, Any]:
    return {"name": rule.kind.name, "title": rule.kind.title, "days": rule.days, "least": rule.kind.least}
