"""Gates: open only where all is known and green."""

from __future__ import annotations

import pytest

from tests.monitoring.api.conftest import outcome, status
from tests.small_mesh import SmallMesh, joins

RUN = {"key": "r1"}


@pytest.fixture
def ask(sender, token):
    reader = token("viewer", ("read",))

    def ask_it(run="r1", **asked):
        return reader.get(f"/api/v1/gates/{run}", asked)

    return ask_it


def test_a_run_that_nobody_told_of_has_no_gate(ask):
    assert ask().status_code == 404


def test_a_run_that_goes_on_is_too_early_to_judge(send, ask):
    send(status("RUNNING"))

    answer = ask()

    assert (answer.status_code, answer.json()["state"], answer["Retry-After"]) == (425, "waiting", "5")


def test_a_green_run_opens_its_gate(send, ask):
    send(
        [
            status("COMPLETED"),
            outcome("PASSED", run=RUN),
            outcome("WARNING", run=RUN, key="b") | {"event_id": "w"},
        ]
    )

    answer = ask()

    assert (answer.status_code, answer.json()["state"], answer.json()["reasons"]) == (200, "open", [])


@pytest.mark.parametrize("verdict", ["FAILED", "ERROR", "NOT_EVALUATED"])
def test_a_stop_test_that_is_not_green_closes_it(send, ask, verdict):
    send([status("COMPLETED"), outcome(verdict, run=RUN, message="3 ids came twice.")])

    answer = ask(source="airflow", component="orders")

    assert answer.status_code == 409
    assert answer.json()["reasons"][0]["sentence"] == "ids are unique: 3 ids came twice."


def test_a_test_that_only_warns_leaves_it_open(send, ask):
    send([status("COMPLETED"), outcome("FAILED", run=RUN, severity="warn")])

    assert ask().status_code == 200


def test_a_failed_run_closes_it_with_its_own_words(send, ask):
    send(status("FAILED", message="The disk is full"))

    assert ask().json()["reasons"][0]["sentence"] == "The disk is full."


def test_the_newest_attempt_counts(send, ask):
    send([status("FAILED"), status("COMPLETED", attempt=2)])

    assert ask().status_code == 200


def test_a_key_of_several_components_has_to_be_told_apart(send, ask):
    send(
        [
            status("COMPLETED"),
            status("COMPLETED", component={"kind": "pipeline", "key": "other"}) | {"event_id": "x"},
        ]
    )

    assert ask().status_code == 409
    assert "Several components" in ask().json()["detail"]
    assert ask(component="other").status_code == 200


def test_the_address_of_the_gate_comes_with_the_answer(send, token):
    gate = send([status("COMPLETED", run={"key": "a/b ?#1"})]).json()["results"][0]["gate"]

    assert token("viewer", ("read",)).get(gate).json()["run"] == "a/b ?#1"


def test_our_own_runs_have_gates_by_number_and_by_chain(hub_home, db, tmp_path, token):
    mesh = SmallMesh(tmp_path)
    mesh.write("daily", joins({"a": []}))
    reader = token("viewer", ("read",))
    run = mesh.order()
    assert reader.get(f"/api/v1/gates/{run.pk}").status_code == 425

    mesh.work()
    run.refresh_from_db()

    assert reader.get(f"/api/v1/gates/{run.pk}").json()["state"] == "open"
    assert reader.get(f"/api/v1/gates/{run.chain}", {"chain": "true"}).json()["run"] == str(run.pk)
