"""Datasets a kitchen has of its own from the start, on both data stores: masked, sampled, empty."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from hub.common import queue
from kitchens.actions import provision, upkeep
from kitchens.core.provision import Choices
from kitchens.models import Kitchen, Pointer, Provision, ProvisionStep, Snapshot
from kitchens.queries.data import open_kitchen_store, resolve
from tests.kitchens.actions.shop import publish_rows

MASKED = Choices(name="sandbox", purpose="analyst", personal="masked")


@pytest.fixture(params=["embedded", "postgresql"])
def store(request, settings) -> str:
    settings.DEFAULT_STORE = request.param
    if request.param == "postgresql":
        settings.STORE_URL = request.getfixturevalue("postgres_url")
    return str(request.param)


@pytest.fixture
def stored(store, shop):
    return shop


def make(mesh, dee, choices) -> Kitchen:
    kitchen = provision.create(choices, by=dee, now=mesh.now)
    provision.drain("worker", mesh.clock)
    kitchen.refresh_from_db()
    return kitchen


def test_a_masked_copy_hides_people_and_still_joins(stored, dee):
    kitchen = make(stored, dee, MASKED)

    assert kitchen.state == "ready", kitchen.state_note
    people, orders = stored.rows("flights.customers", kitchen), stored.rows("flights.orders", kitchen)
    names = [column.name for column in resolve(kitchen)["flights.customers"].columns]
    assert names == ["id", "email", "name"]
    assert {row[0] for row in people} == {None}
    assert {row[2] for row in people} == {"P"}
    assert "@" not in str(people + orders)
    assert {row[1] for row in orders} == {row[1] for row in people}
    assert (len(people), len(orders)) == (40, 80)
    assert len(stored.rows("flights.customers")[0]) == 4


def test_two_kitchens_hash_the_same_person_differently(stored, dee):
    first, second = (make(stored, dee, MASKED.but(name=name)) for name in ("first", "second"))

    emails = [{row[1] for row in stored.rows("flights.customers", kitchen)} for kitchen in (first, second)]
    assert not emails[0] & emails[1]


def test_a_sample_has_the_rows_asked_for_and_an_empty_one_none(stored, dee):
    choices = Choices(
        name="small", sample_rows=7, data={"flights.customers": "sample", "flights.orders": "empty"}
    )

    kitchen = make(stored, dee, choices)

    assert set(stored.rows("flights.customers", kitchen)) < set(stored.rows("flights.customers"))
    assert len(stored.rows("flights.customers", kitchen)) == 7
    assert stored.rows("flights.orders", kitchen) == []
    assert kitchen.data_choices == {"flights.customers": "sample", "flights.orders": "empty"}
    assert list(kitchen.revisions.order_by("number").values_list("cause", flat=True)) == [
        "created",
        "provision",
    ]


def test_a_sample_where_personal_columns_are_masked_is_masked(stored, dee):
    kitchen = make(stored, dee, MASKED.but(data={"flights.customers": "sample"}, sample_rows=5))

    people = stored.rows("flights.customers", kitchen)
    assert len(people) == 5
    assert "@" not in str(people)


def test_a_copy_waits_for_a_worker_and_upkeep_rings_for_one(shop, dee):
    kitchen = provision.create(MASKED, by=dee, now=shop.now)
    before = queue.waiting()

    assert kitchen.state == "provisioning"
    assert "flights.customers" not in resolve(kitchen)  # nothing is seen of it until it is masked
    upkeep.work(shop.now)
    assert queue.waiting() == before + 1
    assert provision.drain("worker", shop.clock) == 1
    assert provision.drain("worker", shop.clock) == 0


def test_a_copy_that_the_store_refuses_is_undone_and_says_why(shop, dee, settings):
    for parts in Snapshot.objects.filter(dataset__name="flights.customers").values_list("parts", flat=True):
        for part in parts:
            (settings.SNAPSHOT_ROOT / part["name"]).unlink()

    kitchen = make(shop, dee, MASKED)

    assert kitchen.state == "failed"
    assert "flights.customers could not be copied:" in kitchen.state_note
    assert str(settings.SNAPSHOT_ROOT) not in kitchen.state_note


def test_retry_uses_the_copies_that_were_made_before(shop, dee, monkeypatch):
    from kitchens.actions.provision.steps import STEPS

    def fail(*_):
        raise OSError

    monkeypatch.setattr(STEPS["place"], "do", fail)
    kitchen = make(shop, dee, MASKED)
    assert kitchen.state == "failed"
    monkeypatch.undo()
    staged = Snapshot.objects.filter(made_by_attempt__startswith=f"k{kitchen.pk}-").count()

    provision.retry(kitchen, by=dee, now=shop.now)
    provision.drain("worker", shop.clock)

    kitchen.refresh_from_db()
    assert (kitchen.state, staged) == ("ready", 2)
    assert Snapshot.objects.filter(made_by_attempt__startswith=f"k{kitchen.pk}-").count() == 2
    assert "@" not in str(shop.rows("flights.customers", kitchen))


def test_what_was_copied_for_a_kitchen_that_failed_is_collected(shop, dee, monkeypatch):
    from kitchens.actions import data
    from kitchens.actions.provision.steps import STEPS

    monkeypatch.setattr(STEPS["place"], "do", lambda *_: 1 / 0)
    kitchen = make(shop, dee, MASKED)
    store = open_kitchen_store(kitchen)

    data.collect(store, now=timezone.now() + timedelta(days=20))

    left = Snapshot.objects.filter(made_by_attempt__startswith=f"k{kitchen.pk}-", collected_at=None)
    assert not left.exists()
    assert not Pointer.objects.filter(kitchen=kitchen).exists()


def test_a_copy_is_stopped_when_making_the_kitchen_is_cancelled(shop, dee, monkeypatch):
    from kitchens.core.provision import copying

    kitchen = provision.create(MASKED, by=dee, now=shop.now)
    monkeypatch.setattr(copying, "LOOK_EVERY", 0.01)
    step = ProvisionStep.objects.filter(kind="copy").first()
    Provision.objects.update(cancel_asked=True)
    monkeypatch.setattr(copying, "PROGRAM", "import time; time.sleep(60)")

    with pytest.raises(copying.StoppedError):
        copying.copy_in_process({}, lambda: False)
    provision.drain("worker", shop.clock)

    kitchen.refresh_from_db()
    step.refresh_from_db()
    assert (kitchen.state, step.state) == ("failed", "skipped")


def test_a_kitchen_reads_the_data_of_its_own_although_the_parent_moves_on(stored, dee):
    kitchen = make(stored, dee, MASKED)
    publish_rows(stored.kitchen, stored.now)

    assert "@" not in str(stored.rows("flights.customers", kitchen))
