"""A hundred changes made through the real actions: the page counts what an independent look at other tables counts.

Merged as one commit or several, unreviewed, rolled back, red in production first, given up, still open; over the night
in which clocks change in Europe. The count here never looks at the table of changes: it reads revisions, requests,
approvals and runs.
"""

from __future__ import annotations

import random
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from kitchens.actions import merges
from kitchens.actions.kitchens import create_kitchen
from kitchens.actions.retire import retire_kitchen
from kitchens.actions.rollbacks import roll_back
from kitchens.core import words
from kitchens.core.roles import THE_HUB
from kitchens.models import Approval, Kitchen, MergeRequest, Revision
from kitchens.ports import ports
from monitoring.queries.cycle import cycle_page
from recipes.models import OrderRun
from recipes.receivers import run_ended
from tests import changing, factories

pytestmark = [pytest.mark.django_db, pytest.mark.one_database, pytest.mark.trial]
START = datetime(2026, 3, 20, 8, 0, tzinfo=UTC)  # clocks go forward on 29 March
NOW = START + timedelta(weeks=7)
KINDS = ("live", "live", "live", "squashed", "unreviewed", "reverted", "red", "abandoned", "open", "not live")


@dataclass(frozen=True)
class Counted:
    """What an independent look finds."""

    leads: list[float]
    deployments: int
    failed: int
    recoveries: list[float]
    open: int


@pytest.fixture
def production(hub_home, monkeypatch) -> Kitchen:
    monkeypatch.setattr(changing, "NOW", START)
    monkeypatch.setattr(ports, "build_candidate", lambda request_id, *, now: None)  # settled by the test
    return changing.mesh()


def end_run(kitchen: Kitchen, status: str, at: datetime) -> OrderRun:
    """A run of a recipe of sales that ends then, and what follows from its end."""
    run = factories.make_run(kitchen=kitchen, status=status, domain="sales", recipe="daily")
    OrderRun.objects.filter(pk=run.pk).update(
        started_at=at - timedelta(minutes=1), ended_at=at, domain="sales", recipe="daily"
    )
    run_ended(run.pk, status)
    return run


def change(number: int, kind: str, start: datetime, rng: random.Random, production: Kitchen) -> datetime:
    """Take one change as far as its kind goes, by the actions that people use; return when that was done."""
    ann, bea = (changing.Person.objects.get(username=name).actor() for name in ("ann", "bea"))
    moment = start

    def later() -> datetime:
        nonlocal moment
        moment += timedelta(minutes=rng.randrange(5, 60))
        return moment

    ends = (start + timedelta(days=60)).date()
    kitchen = create_kitchen(name=f"change-{number}", parent=production, ends_on=ends, by=ann, now=start)
    for part in range(1 if kind == "squashed" else rng.randrange(1, 4)):
        path = f"domains/sales/change-{number}-{part}.md"
        changing.commit(kitchen, {path: b"x\n"}, by=ann, now=later())
    if kind == "abandoned":
        retire_kitchen(kitchen, by=ann, now=later())
        return moment
    end_run(kitchen, "succeeded", later())
    request = merges.open_request(kitchen, production, title=f"Change {number}", by=ann, now=later())
    if kind == "open":
        return moment
    if kind != "unreviewed":
        merges.approve(request, by=bea, now=later())
    merges.start_candidate(request, by=ann, now=later())
    merges.candidate_settled(request.pk, green=True, note="", now=later())
    before = changing.newest(production).number
    merges.merge(MergeRequest.objects.get(pk=request.pk), by=ann, now=later())
    if kind == "red":
        end_run(production, "failed", later())
    if kind == "reverted":
        to = Revision.objects.get(kitchen=production, number=before)
        roll_back(Kitchen.objects.get(pk=production.pk), to, by=THE_HUB, now=later(), note="wrong")
    elif kind != "not live":
        end_run(production, "succeeded", later())
    retire_kitchen(kitchen, by=ann, now=later())
    return moment


def independently(production: Kitchen) -> Counted:
    """Count from revisions, requests, approvals and runs, step by step."""
    leads: list[float] = []
    recoveries: list[float] = []
    failed = waiting = 0
    runs = list(
        OrderRun.objects.filter(kitchen=production).order_by("ended_at").values_list("ended_at", "status")
    )
    backs = list(Revision.objects.filter(kitchen=production, cause="rollback").order_by("at"))
    merged = MergeRequest.objects.filter(target=production, state="merged").select_related("merged_revision")
    for request in merged:
        first = Revision.objects.filter(kitchen=request.source, cause="commit").order_by("number").first()
        number, at = request.merged_revision.number, request.merged_revision.at
        out = next((back.at for back in backs if back.number == number + 1), None)
        after = [(ended, status) for ended, status in runs if ended >= at]
        green = next((ended for ended, status in after if status == "succeeded"), None)
        red = next((ended for ended, status in after if status == "failed"), None)
        if out is not None:
            failed += 1
            recoveries.append((out - at).total_seconds())
            continue
        leads += [(green - first.at).total_seconds()] if green else []
        if red is not None and (green is None or red < green) and red - at <= timedelta(days=7):
            failed += 1
            recoveries += [(green - at).total_seconds()] if green else []
    for kitchen in Kitchen.objects.filter(parent=production, tier="development", state="ready"):
        waiting += kitchen.revisions.filter(cause="commit").exists()
    return Counted(leads, merged.count(), failed, recoveries, waiting)


def figure(figures: Sequence, name: str) -> tuple[str, str]:
    return next((one.value, one.counted) for one in figures if one.name == name)


def test_the_page_counts_a_hundred_changes_as_an_independent_look_does(production):
    changing.person("ann", "admin"), changing.person("bea", "admin")
    factories.make_domain("sales")
    rng = random.Random(11)
    begun = START
    for number in range(100):
        begun = change(number, rng.choice(KINDS), begun + timedelta(minutes=5), rng, production)

    page = cycle_page("", 52, "all", NOW)
    counted = independently(production)

    assert counted.deployments > 50
    assert len(counted.leads) > 40
    assert Approval.objects.count() < counted.deployments + 1  # some were not reviewed
    median = words.duration(statistics.median(counted.leads))
    assert figure(page.figures, "Lead time, median") == (median, f"n = {len(counted.leads)}")
    eighty_five = words.duration(statistics.quantiles(counted.leads, n=20, method="inclusive")[16])
    assert figure(page.figures, "Lead time, 85 % within") == (eighty_five, f"n = {len(counted.leads)}")
    assert figure(page.figures, "Deployments a week")[1] == f"n = {counted.deployments}"
    rate = figure(page.figures, "Change failure rate")
    assert rate[0] == f"{100 * counted.failed / counted.deployments:.0f} %"
    assert rate[1].startswith(f"{counted.failed} of {counted.deployments},")
    assert figure(page.figures, "Recovery, median") == (
        words.duration(statistics.median(counted.recoveries)),
        f"n = {len(counted.recoveries)}",
    )
    assert figure(page.figures, "Open now")[0] == str(counted.open)
