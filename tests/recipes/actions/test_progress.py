"""Long work says how far it has come, and that it is over."""

from __future__ import annotations

from datetime import timedelta

import pytest

from recipes.actions import progress
from recipes.models import Progress
from recipes.queries.progress import STILL_SHOWN, under_way
from tests.factories import NOW

pytestmark = pytest.mark.django_db


def begin(done: int = 0, now=NOW) -> Progress:
    return progress.begin("history", title="Days are being run", unit="runs", total=4, done=done, now=now)


def test_work_under_way_is_shown_until_shortly_after_its_end():
    record = begin()
    progress.reach(record, 3, now=NOW)
    assert [str(row) for row in under_way(NOW)] == ["Days are being run: 3 of 4 runs"]

    progress.reach(record, 4, now=NOW)
    assert under_way(NOW + STILL_SHOWN / 2)
    assert not under_way(NOW + STILL_SHOWN)


def test_work_taken_up_again_keeps_its_beginning():
    begin()

    later = NOW + timedelta(hours=1)
    begin(done=2, now=later)

    record = Progress.objects.get()
    assert (record.done, record.started_at, record.updated_at) == (2, NOW, later)


def test_nothing_is_written_where_nothing_changed(django_assert_num_queries):
    record = begin(done=1)

    with django_assert_num_queries(0):
        progress.reach(record, 1, now=NOW + timedelta(seconds=1))


def test_more_than_all_is_all():
    record = begin()
    progress.reach(record, 9, now=NOW)

    assert Progress.objects.get().done == 4
