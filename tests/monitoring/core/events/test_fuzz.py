"""Ten thousand spoiled events and files: each is read or refused in words, and none does more than that."""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.common.errors import HubError
from hub.trials.events import examples
from hub.trials.events.mutate import broken, spoiled, spoiled_xml, written
from monitoring.core.events.envelope import read_item
from monitoring.core.events.files import FileKind, read_file
from monitoring.core.events.importing import Given
from monitoring.core.events.model import Event, Kind
from monitoring.core.events.reading import read_batch
from recipes.core.verdict import Verdict

NOW = datetime(2026, 3, 10, tzinfo=UTC)


def storable(event: Event) -> bool:
    """Say whether both databases can keep the event: no null character or half a character in any text of it."""
    told = repr(event)
    return "\\x00" not in told and "\\ud8" not in told and "\\udf" not in told


def look(reads) -> int:
    count = 0
    for read in reads:
        count += 1
        assert (read.event is None) != (read.fault is None)
        if read.event:
            assert storable(read.event)
            assert read.event.event_time.tzinfo is UTC
            assert len(read.event.event_id) <= 200
            assert len(read.event.component.key) <= 255
            assert all(isinstance(one.verdict, Verdict) for one in read.event.outcomes)
            json.dumps([read.raw, read.event.extra])
        else:
            assert read.fault.message.endswith((".", "?"))
            assert len(read.fault.message) < 600
    return count


def refused_whole(refused: HubError) -> int:
    assert refused.status in {400, 422}
    assert len(refused.message) < 600
    return 0


def take(body: bytes, kind: Kind | None = None, lines: bool = False) -> int:
    try:
        batch = read_batch(body, lines=lines)
    except HubError as refused:
        return refused_whole(refused)
    return look(read_item(item, str(place), NOW, kind) for place, item in enumerate(batch.items))


def take_file(kind: FileKind, body: bytes) -> int:
    try:
        return look(read_file(kind, body, Given(NOW)))
    except HubError as refused:
        return refused_whole(refused)


@pytest.mark.parametrize("seed", range(4))
def test_spoiled_events_are_read_or_refused(seed):
    dice = random.Random(seed)
    for _ in range(700):
        take(written(spoiled(dice.choice(list(examples.OWN.values())), dice)).encode())
        kind = dice.choice(list(examples.DATAKITCHEN))
        take(written(spoiled(dice.choice(examples.DATAKITCHEN[kind]), dice)).encode(), Kind(kind))


@pytest.mark.parametrize("kind", [kind for kind in FileKind if kind is not FileKind.JUNIT])
def test_spoiled_files_are_read_or_refused(kind):
    dice = random.Random(str(kind))
    for _ in range(400):
        take_file(kind, written(spoiled(examples.FILES[kind], dice)).encode())
        take_file(kind, broken(written(spoiled(examples.FILES[kind], dice)), dice))


def test_spoiled_xml_is_read_or_refused():
    dice = random.Random(5)
    for _ in range(300):
        take_file(FileKind.JUNIT, spoiled_xml(examples.JUNIT, dice))
        take_file(FileKind.JUNIT, broken(examples.JUNIT, dice))


def test_broken_bodies_are_read_or_refused():
    dice = random.Random(6)
    for _ in range(300):
        body = broken(written(list(examples.OWN.values())), dice)
        take(body)
        take(body, lines=True)


anything = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
    lambda one: st.lists(one) | st.dictionaries(st.text(), one),
)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(list(examples.OWN.values())), st.data())
def test_a_field_that_holds_anything_spoils_its_own_event_only(event, data):
    field = data.draw(st.sampled_from([*event, "stage", "code", "labels", "evidence", "unknown"]))
    spoilt = event | {field: data.draw(anything)}
    body = json.dumps([event, spoilt, event | {"event_id": "last"}]).encode()

    batch = read_batch(body)
    reads = [read_item(item, str(place), NOW) for place, item in enumerate(batch.items)]

    assert len(reads) == 3
    assert reads[0].event
    assert reads[2].event
    look(reads)


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=200))
def test_bytes_of_any_kind_are_read_or_refused(body):
    take(body)
    take(body, lines=True)
    for kind in FileKind:
        take_file(kind, body)
