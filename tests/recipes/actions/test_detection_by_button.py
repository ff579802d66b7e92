"""What tests catch is tried by a button: asked for on the page of a dataset, done by a worker, looked at while it goes on."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from hub.common.errors import MissingError, NotAllowedError
from kitchens.core.roles import THE_HUB
from kitchens.models import AuditEntry, Kitchen
from recipes.actions import detection_queue
from recipes.models import DetectionPower, Worker
from tests import crash_points
from tests.recipes.actions.test_crashes import die_at
from tests.recipes.actions.test_detection import DAILY, IDS
from tests.small_mesh import SmallMesh

DRAIN = """
from recipes.actions import detection_queue
detection_queue.drain("the one that dies", lambda: now)
"""
NAME = "flights.raw"


@pytest.fixture
def kitchen(mesh: SmallMesh) -> Kitchen:
    mesh.write("ids", IDS)
    mesh.write("daily", DAILY)
    mesh.run("ids")
    assert mesh.run().status == "succeeded"
    return mesh.child()


@pytest.fixture
def browser(mesh: SmallMesh, kitchen: Kitchen, client: Client) -> Client:
    mesh.person("mira", role="developer")
    client.login(username="mira", password="calm control room")
    return client


def ask(client: Client, name: str = NAME):
    return client.post(reverse("dataset-try-detection", args=[name]), {"kitchen": "sandbox"}, follow=True)


def part(client: Client, **headers: str):
    return client.get(reverse("dataset-detection", args=[NAME]), {"kitchen": "sandbox"}, headers=headers)


def test_a_button_asks_a_worker_tries_and_the_page_shows_it(
    mesh: SmallMesh, kitchen: Kitchen, browser: Client
):
    asked = ask(browser).content.decode()
    busy = part(browser)
    done = detection_queue.drain("worker-1", mesh.clock)
    shown = part(browser).content.decode()

    assert "being tried" in asked
    assert 'hx-trigger="every 2s, wake"' in busy.content.decode()
    assert done == 1
    assert "3 tests caught" in shown
    assert "missed" in shown
    assert "hx-trigger" not in shown
    assert reverse("proposals-of", args=["sandbox", "flights", "daily", NAME]) in shown
    assert [
        AuditEntry.objects.filter(what=what).count() for what in ("detection.asked", "detection.tried")
    ] == [1, 1]


def test_what_has_not_changed_is_answered_with_nothing(kitchen: Kitchen, browser: Client):
    ask(browser)
    tag = part(browser).context["etag"]

    assert part(browser, if_none_match=f'"{tag}"').status_code == 304


def test_asking_twice_is_asking_once(mesh: SmallMesh, kitchen: Kitchen, browser: Client):
    ask(browser)
    ask(browser)

    assert detection_queue.drain("worker-1", mesh.clock) == 1
    assert detection_queue.drain("worker-1", mesh.clock) == 0


def test_the_worker_says_what_it_is_busy_with_and_rests_afterwards(
    mesh: SmallMesh, kitchen: Kitchen, browser, monkeypatch
):
    seen = []
    trial = detection_queue.try_detection
    monkeypatch.setattr(
        detection_queue,
        "try_detection",
        lambda *given, **named: seen.append(Worker.objects.get().busy_with) or trial(*given, **named),
    )
    ask(browser)
    Worker.objects.all().delete()

    detection_queue.drain("worker-1", mesh.clock)

    assert seen == ["trying the tests of flights.raw"]
    assert Worker.objects.get().busy_with == ""


def test_why_nothing_came_of_it_is_told(mesh: SmallMesh, kitchen: Kitchen, browser: Client):
    ask(browser)
    mesh.write(
        "daily", {"recipe.yaml": DAILY["recipe.yaml"].replace("flights.raw", "flights.other")}, kitchen
    )

    detection_queue.drain("worker-1", mesh.clock)

    assert "No recipe here writes flights.raw." in part(browser).content.decode()
    assert DetectionPower.objects.get().asked_at is None


def test_a_trial_whose_worker_dies_is_done_by_the_next_once_the_lease_is_over(
    mesh: SmallMesh, kitchen: Kitchen, browser: Client
):
    ask(browser)
    die_at(crash_points.DETECTION, mesh, DRAIN)

    assert detection_queue.drain("worker-2", mesh.clock) == 0
    mesh.forward(detection_queue.LEASE.total_seconds() + 1)
    assert detection_queue.drain("worker-2", mesh.clock) == 1
    assert "3 tests caught" in part(browser).content.decode()


def test_a_lost_bell_is_rung_again_while_a_trial_waits(
    mesh: SmallMesh, kitchen: Kitchen, browser: Client, monkeypatch
):
    rung = []
    monkeypatch.setattr(detection_queue, "ring", lambda: rung.append(1))
    detection_queue.look(mesh.now)
    ask(browser)
    rung.clear()

    detection_queue.look(mesh.now + timedelta(seconds=1))

    assert rung == [1]


def test_nothing_waiting_costs_one_query(mesh: SmallMesh, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert detection_queue.drain("worker-1", mesh.clock) == 0


def test_who_may_not_change_recipes_is_refused_and_sees_no_button(
    mesh: SmallMesh, kitchen: Kitchen, client: Client
):
    viewer = mesh.person("vic", role="viewer")
    client.login(username="vic", password="calm control room")

    with pytest.raises(NotAllowedError):
        detection_queue.ask_detection(kitchen, NAME, by=viewer, now=mesh.now)
    page = client.get(reverse("dataset-detail", args=[NAME]), {"kitchen": "sandbox"}).content.decode()

    assert "What its tests catch" in page
    assert reverse("dataset-try-detection", args=[NAME]) not in page


def test_what_was_never_written_has_nothing_to_try(mesh: SmallMesh, kitchen: Kitchen):
    with pytest.raises(MissingError, match="has no version in sandbox yet"):
        detection_queue.ask_detection(kitchen, "flights.nothing", by=THE_HUB, now=mesh.now)
