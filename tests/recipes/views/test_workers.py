"""Settings, workers: who is there, what waits, and that asking again is cheap."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from recipes.models import Worker
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser(client: Client) -> Client:
    factories.make_production()
    client.force_login(factories.make_person(role="viewer"))
    return client


def make_worker(number: int, silent: float = 0, **facts) -> Worker:
    now = timezone.now()
    named = {"name": f"host:{number}:1", "host": "host", "pid": number, "role": "worker"}
    beat = {"started_at": now - timedelta(hours=2), "heartbeat_at": now - timedelta(seconds=silent)}
    return Worker.objects.create(**named | beat | facts)


def test_a_hub_without_workers_says_how_to_start_one(browser: Client):
    said = browser.get(reverse("settings-workers")).content.decode()

    assert "No worker is there: orders are kept and wait." in said


@pytest.mark.parametrize("count", [1, 3])
def test_workers_cost_the_same_however_many(browser: Client, django_assert_num_queries, count: int):
    for number in range(count):
        make_worker(number, busy_with="run 12, clean")

    with django_assert_num_queries(6):  # session, person, frame; workers, waiting, at work
        said = browser.get(reverse("settings-workers")).content.decode()

    assert f"{count} process" in said
    assert said.count("run 12, clean") == count


def test_a_silent_worker_is_marked_and_one_that_is_gone_is_not_listed(browser: Client):
    make_worker(1, silent=60)
    make_worker(2, silent=3600)
    make_worker(3, stopped_at=timezone.now())

    said = browser.get(reverse("settings-workers")).content.decode()

    assert "1 process" in said
    assert "text-warn" in said


def test_the_queue_is_counted(browser: Client):
    run = factories.make_running_run()
    run.node_runs.filter(node="clean").update(status="queued")

    assert "1 node waiting, 1 at work" in browser.get(reverse("settings-workers")).content.decode()


def test_unchanged_workers_are_answered_304(browser: Client, django_assert_num_queries):
    worker = make_worker(1)
    live = reverse("settings-workers-live")
    etag = re.search(r'data-etag="(\w+)"', browser.get(live).content.decode())[1]

    with django_assert_num_queries(5):  # session, person; workers, waiting, at work
        assert browser.get(live, headers={"If-None-Match": f'"{etag}"'}).status_code == 304

    Worker.objects.filter(pk=worker.pk).update(busy_with="run 13, load")
    answer = browser.get(live, headers={"If-None-Match": f'"{etag}"'})
    assert answer.status_code == 200
    assert b"run 13, load" in answer.content
    assert b"<html" not in answer.content


@pytest.mark.parametrize(
    ("setting", "sentence"),
    [
        ("", "guarded against accidents only"),
        ("64999", "Nodes run as user 64999: what they do is confined."),
        ("64000-64063", "Nodes run as users 64000 to 64063, each process as one of its own"),
        ("no-such-user", "There is no user"),
    ],
)
def test_the_page_says_what_holds_for_the_code_of_nodes(browser: Client, monkeypatch, setting, sentence):
    monkeypatch.setenv("HUB_NODE_USER", setting)
    monkeypatch.setattr("os.geteuid", lambda: 0)

    assert sentence in browser.get(reverse("settings-workers")).content.decode()
