"""What watches datasets without a test: learnt in runs, quiet on noise and weekly patterns, heard when data breaks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from recipes.models import Baseline, TestResult, TestSeries
from tests.small_mesh import SmallMesh

FIRST = datetime(2026, 3, 2, 5, tzinfo=UTC)  # a Monday
DAYS = 22
LOAD = """
    from datetime import timedelta
    from random import Random

    def run(context):
        values, dice = context.values, Random(context.values["day"].toordinal())
        at = values["slot"].replace(tzinfo=None) - timedelta(hours=2 + 24 * values["stale"], minutes=dice.random() * 10)
        rows = []
        for n in range(values["rows"]):
            row = {
                "id": values["day"].toordinal() * 1000 + n,
                "origin": None if dice.random() < values["gaps"] else "JFK",
                "delay": dice.gauss(values["mean"], 15),
                "paid": dice.random() < 0.7,
                "name": "Ann",
                "landed_at": at - timedelta(minutes=n),
            }
            if values["shape"] == "lost":
                del row["delay"]
            if values["shape"] == "text":
                row["delay"] = str(row["delay"])
            rows.append(row)
        context.write("flights.raw", rows)
"""
RECIPE = """
    description: One load a day
    {monitors}
    values:
      day: {type: date, default: "{{ today }}"}
      rows: {type: integer, default: 400}
      stale: {type: integer, default: 0}
      gaps: {type: number, default: 0.05}
      mean: {type: number, default: 40}
      shape: {type: text, default: ""}
    nodes:
      load: {kind: python, file: load.py, writes: {flights.raw: MODE}}
    variations:
      production: {schedule: "0 5 * * *"}
"""
KINDS = {"volume", "freshness", "schema", "distribution"}
RED = ("fail", "error", "not_evaluated")


class Days:
    """A recipe that runs once a day, at five: fewer rows on weekends, and noise."""

    def __init__(self, mesh: SmallMesh, monitors: str = "", mode: str = "replace") -> None:
        self.mesh, self.dice, self.day = mesh, Random(7), 0
        text = RECIPE.replace("{monitors}", monitors).replace("MODE", mode)
        mesh.write("daily", {"recipe.yaml": text, "load.py": LOAD})

    def run(self, kitchen=None, **values):
        slot = FIRST + timedelta(days=self.day)
        self.mesh.now = max(self.mesh.now, slot + timedelta(minutes=3))
        usual = 150 if slot.weekday() >= 5 else 400
        given = {"rows": round(usual * self.dice.gauss(1, 0.04))} | values
        self.day += 1
        return self.mesh.run(slot=slot, values=given, kitchen=kitchen or self.mesh.kitchen)

    def pass_by(self, days: int) -> None:
        for _ in range(days):
            assert self.run().status == "succeeded"


@pytest.fixture(params=["embedded", pytest.param("postgresql", marks=pytest.mark.postgres)])
def watched(request: pytest.FixtureRequest, settings) -> None:
    """Monitors are on, with each kind of data store."""
    settings.MONITORS, settings.DEFAULT_STORE = True, request.param
    if request.param == "postgresql":
        settings.STORE_URL = request.getfixturevalue("postgres_url")


@pytest.fixture
def days(watched, mesh: SmallMesh) -> Days:
    return Days(mesh)


def verdicts(run) -> dict[str, str]:
    found = TestResult.objects.filter(run=run).values_list("test", "verdict")
    return {test.split(".")[1]: verdict for test, verdict in found}


def alarms(run) -> dict[str, str]:
    found = TestResult.objects.filter(run=run, verdict__in=RED).values_list("test", "sentence")
    return {test.split(".")[1]: sentence for test, sentence in found}


def test_monitors_are_quiet_on_noise_and_weekends_and_hear_what_breaks(days: Days) -> None:
    days.pass_by(DAYS)
    assert not TestResult.objects.filter(verdict__in=RED).exists()
    kitchen = days.mesh.child()
    assert verdicts(days.run()) == dict.fromkeys(KINDS, "pass")

    dropped, stale, empty = days.run(rows=120), days.run(stale=1), days.run(gaps=0.6)
    shifted, text, lost = days.run(mean=80), days.run(shape="text"), days.run(shape="lost")

    assert alarms(dropped).keys() == {"volume"}
    assert alarms(dropped)["volume"].startswith("120 rows were written to flights.raw (expected between ")
    assert alarms(stale).keys() == {"freshness"}
    assert alarms(empty).keys() == {"distribution"}
    assert "origin is empty in 60.6 % (expected between " in alarms(empty)["distribution"]
    assert alarms(shifted).keys() == {"distribution"}
    assert "the average of delay is 79.6 (expected between " in alarms(shifted)["distribution"]
    assert "delay was DOUBLE and is VARCHAR" in alarms(text)["schema"]
    assert "delay (VARCHAR) is gone" in alarms(lost)["schema"]
    assert {run.status for run in (dropped, stale, empty, shifted, text, lost)} == {"succeeded"}
    assert set(TestSeries.objects.values_list("severity", flat=True)) == {"warn"}

    tried = days.run(kitchen=kitchen, rows=120)

    assert (tried.status, alarms(tried).keys()) == ("succeeded", {"volume"})
    assert TestResult.objects.get(run=tried, test="monitor.volume.raw").details["judged_by"] == "production"
    assert Baseline.objects.filter(test="monitor.distribution.raw").count() > 3
