"""Old notices go by policy, once there is nothing left to tell."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kitchens.actions.retention import preview, retain
from kitchens.core.roles import THE_HUB
from monitoring.actions.alerts.forget import forget_notices
from monitoring.models import Incident, Notice
from tests.monitoring.actions.alerts.conftest import NOW, hook, notice

LATER = NOW + timedelta(days=91)


@pytest.fixture
def resolved(incident) -> Incident:
    Incident.objects.update(state="resolved")
    incident.refresh_from_db()
    return incident


def left() -> list[str]:
    return list(Notice.objects.order_by("pk").values_list("key", flat=True))


def test_what_was_told_of_resolved_incidents_goes_after_ninety_days(web, resolved):
    old = notice(hook(web), resolved, 1, state="sent")
    new = notice(old.channel, resolved, 2, state="sent", created_at=NOW + timedelta(days=5))
    trial = notice(old.channel, None, 3, state="failed")

    found = {one.kind: (one.count, one.bytes) for one in preview(now=LATER)}
    freed = {one.kind: (one.count, one.bytes) for one in retain(by=THE_HUB, now=LATER)}

    assert freed["notices"] == found["notices"]
    assert freed["notices"][0] == 2
    assert freed["notices"][1] == sum(len(one.title + one.text) for one in (old, trial))
    assert left() == [new.key]


@pytest.mark.parametrize("state", ["waiting", "sending"])
def test_what_still_has_to_go_out_stays(web, resolved, state):
    one = notice(hook(web), resolved, state=state)

    forget_notices(LATER, limit=10, dry_run=False)

    assert left() == [one.key]


def test_what_was_told_of_an_open_incident_stays(web, incident):
    one = notice(hook(web), incident, state="sent")

    forget_notices(LATER, limit=10, dry_run=False)

    assert left() == [one.key]


def test_a_batch_takes_no_more_than_it_is_told_and_two_queries(web, resolved, django_assert_num_queries):
    channel = hook(web)
    made = [notice(channel, resolved, number, state="sent") for number in (1, 2, 3)]

    with django_assert_num_queries(2):
        count, _ = forget_notices(LATER, limit=2, dry_run=False)

    assert count == 2
    assert left() == [made[2].key]
