"""Two senders at once: an event they both send is stored once, and both are answered the same."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from hub.trials.events import examples
from kitchens.actions.kitchens import create_production
from kitchens.core.roles import THE_HUB
from monitoring.actions.events import take
from monitoring.core.events.envelope import read_item
from monitoring.core.events.reading import Item
from monitoring.models import EventSource, ExternalComponent, ExternalRun, ReceivedEvent
from recipes.models import TestResult

NOW = datetime(2026, 3, 10, 9, tzinfo=UTC)
SENDERS = 4


@pytest.mark.django_db(transaction=True)
def test_the_same_events_from_several_at_once_are_stored_once(hub_home):
    create_production(by=THE_HUB, now=NOW)
    events = [event | {"event_id": name} for name, event in examples.OWN.items()]
    answers, gate = {}, threading.Barrier(SENDERS)

    def send(number: int) -> None:
        reads = [read_item(Item(event), str(place), NOW) for place, event in enumerate(events)]
        gate.wait()
        answers[number] = [one.facts for one in take(reads, by=THE_HUB, now=NOW).answers]
        connection.close()

    threads = [threading.Thread(target=send, args=(number,)) for number in range(SENDERS)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]

    assert len(answers) == SENDERS
    assert all(found == answers[0] for found in answers.values())
    assert {one["status"] for one in answers[0]} == {201}
    source = EventSource.objects.get()
    assert (source.accepted, source.repeated) == (len(events), len(events) * (SENDERS - 1))
    assert (ReceivedEvent.objects.count(), ExternalComponent.objects.count()) == (len(events), 1)
    assert (ExternalRun.objects.count(), TestResult.objects.count()) == (2, 4)


def test_a_file_is_imported_by_command(db, hub_home, tmp_path, capsys):
    create_production(by=THE_HUB, now=NOW)
    file = tmp_path / "junit.xml"
    file.write_text(examples.JUNIT)

    call_command("import_results", "junit", str(file), "--source", "ci")

    assert "5 taken, 0 refused." in capsys.readouterr().out
    assert set(TestResult.objects.values_list("source", flat=True)) == {"ci"}
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("import_results", "junit", str(tmp_path / "none.xml"))


def test_personal_columns_are_hidden_in_rows_that_are_taken(db, hub_home, tmp_path):
    from tests.small_mesh import SmallMesh

    mesh = SmallMesh(tmp_path)
    mesh.commit({"domains/flights/domain.yaml": "title: Flights\npersonal: {passengers: {email: hash}}\n"})
    EventSource.objects.create(name="airflow eu", first_at=NOW, last_at=NOW, takes_rows=True)
    rows = [{"id": 1, "EMAIL": "a@example.org", "note": "x" * 5000}]
    test = {"name": "mails", "status": "FAILED", "evidence": {"rows": rows}}
    event = examples.OWN["test outcomes"] | {"test_outcomes": [test]}

    taken = take([read_item(Item(event), "0", NOW)], by=THE_HUB, now=NOW)

    assert taken.refused == 0
    kept = TestResult.objects.get().evidence[0]
    assert (kept["EMAIL"], len(kept["note"])) == ("•••", 1000)
