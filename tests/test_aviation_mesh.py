"""A mesh on real, messy files: run by real workers, tested at every node, and held against the raw files."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from kitchens.actions.kitchens import create_production
from kitchens.actions.revisions import append
from kitchens.core.roles import THE_HUB
from kitchens.models import Revision
from kitchens.queries.data import newest, open_kitchen_store, resolve
from recipes.actions.files import save_files
from recipes.actions.runs import resume
from recipes.actions.schedules import fire_due
from recipes.core.checks import CHECKS
from recipes.core.status import Status
from recipes.models import NodeRun, OrderRun, TestResult
from tests.conftest import fresh_database
from tests.meshes import events, raw
from tests.meshes.judging import MESH, Oracle, differences, judge_of, results, specs
from tests.meshes.planting import Fault, Judge, faults, plant
from tests.meshes.tables import tables
from tests.real_hub import RealHub, real_hub

# It judges what a node has just written by its past, and is held against a year of weather: test_profile_on_weather.py.
OF_MONITORS = {"profile_drift"}
LISTS = ("reference/airports", "reference/airlines", "reference/fleet")
PLANTED = faults(MESH.with_name("aviation_faults.yaml"))
BOTH = [
    pytest.param("embedded", id="files and SQLite"),
    pytest.param("postgresql", id="PostgreSQL", marks=[pytest.mark.postgres, pytest.mark.trial]),
]
pytestmark = [pytest.mark.mesh, pytest.mark.one_database]


@dataclass
class Flown:
    """The hub after the mesh has been run: lists loaded, ninety days of flights, everything looked through."""

    hub: RealHub
    files: Path
    loads: dict[str, OrderRun]
    days: list[OrderRun]
    audits: dict[str, OrderRun]

    @property
    def runs(self) -> list[OrderRun]:
        """The runs whose tests say all that there is to say: each recipe once, the daily one once a day."""
        return [*self.loads.values(), *self.audits.values(), *self.days]

    def failing(self, recipe: str) -> dict[str, int | None]:
        """Return the failing rows that every test of a load found."""
        results = TestResult.objects.filter(run=self.loads[recipe])
        return dict(results.values_list("test", "n_fail"))


@pytest.fixture(scope="module")
def oracle(aviation_data: Path) -> Oracle:
    """What plain Python makes of the raw files, once for both stores."""
    return Oracle(tables(aviation_data))


@pytest.fixture(scope="module", params=BOTH)
def flown(
    request, aviation_data: Path, oracle: Oracle, tmp_path_factory, django_db_blocker
) -> Iterator[Flown]:
    """Run the mesh once for each kind of data store."""
    home = tmp_path_factory.mktemp(f"hub{secrets.token_hex(3)}")
    if request.param == "embedded":
        with real_hub(
            home, f"sqlite:///{home}/hub.sqlite3", django_db_blocker, **roots(aviation_data)
        ) as hub:
            yield fly(hub, aviation_data, oracle)
        return
    server = request.getfixturevalue("postgres_server")
    with fresh_database(server) as database, fresh_database(server) as store:
        told = {"HUB_STORE": "postgresql", "HUB_STORE_URL": store, **roots(aviation_data)}
        with real_hub(home, database, django_db_blocker, **told) as hub:
            yield fly(hub, aviation_data, oracle)


@pytest.fixture(scope="module")
def judges(flown: Flown, tmp_path_factory) -> list[Judge]:
    """The tests of all recipes as their runs knew them, the daily one as on its last day."""
    runs = [*flown.loads.values(), *flown.audits.values(), flown.days[-1]]
    return [judge_of(run, tmp_path_factory.mktemp("recipe")) for run in runs]


def roots(files: Path) -> dict[str, str]:
    return {"HUB_SOURCE_ROOTS": str(files), "HUB_WORKERS": "2"}


def fly(hub: RealHub, files: Path, oracle: Oracle) -> Flown:
    """Commit the lists, load them, then commit the daily recipe, whose ninety slots have all passed.

    While the workers work the oracle counts.
    """
    now = datetime.now(UTC)
    production = create_production(by=THE_HUB, now=now)
    append(production, cause="override", by=THE_HUB, at=now, overrides={"files": str(files)})
    events.send(now)
    hub.start_worker()
    commit(hub, "reference", "network", "weather")
    loads = together(hub, *LISTS) | together(hub, "network/routes", "weather/hourly")
    loads |= together(hub, "network/traffic")
    commit(hub, "operations", at=datetime(2001, 1, 1, tzinfo=UTC))
    fire_due(datetime.now(UTC))
    ordered = {name: hub.order(name, "load") for name in ("reference/audit", "network/audit")}
    ordered["weather/audit"] = hub.order("weather/audit", "load", {"days_since_july": days_since(2013, 7, 1)})
    for run in OrderRun.objects.order_by("pk"):
        oracle.of(run)
    days = hub.wait(list(OrderRun.objects.filter(recipe="daily")))
    audits = {name: hub.wait([run])[0] for name, run in ordered.items()}
    for _ in range(2):
        since = {"days_since_february": days_since(2001, 2, 15)}
        audits["operations/audit"] = hub.run("operations/audit", "load", since)
    return Flown(hub, files, loads, days, audits)


def days_since(*day: int) -> int:
    return (datetime.now(UTC).date() - date(*day)).days


def together(hub: RealHub, *recipes: str) -> dict[str, OrderRun]:
    """Load recipes that do not wait for each other."""
    ordered = {name: hub.order(name, "load") for name in recipes}
    return {name: hub.wait([run])[0] for name, run in ordered.items()}


def commit(hub: RealHub, *domains: str, at: datetime | None = None) -> None:
    """Commit domains; schedules count from that moment."""
    changes = {
        path.relative_to(MESH).as_posix(): path.read_bytes()
        for domain in domains
        for path in (MESH / "domains" / domain).rglob("*")
        if path.is_file()
    }
    save(hub, changes, f"Add {', '.join(domains)}", at)


def save(hub: RealHub, changes: dict[str, bytes], message: str, now: datetime | None = None) -> None:
    """Commit files to production."""
    kitchen, now = hub.production, now or datetime.now(UTC)
    save_files(kitchen, changes, message=message, by=THE_HUB, now=now, expected_commit=newest(kitchen).commit)


def test_every_load_publishes_what_the_raw_file_holds(flown: Flown):
    assert {run.status for run in flown.loads.values()} == {Status.SUCCEEDED}
    heads = resolve(flown.hub.production)
    audited = {
        write.dataset
        for name in flown.audits
        for node in specs()[name].nodes.values()
        for write in node.writes
    }
    loaded = {name for name in heads if not name.startswith("operations.")} - audited
    assert {name: heads[name].rows for name in loaded} == {
        "reference.airports": len(raw.dat(flown.files, "airports.dat")),
        "reference.airlines": len(raw.dat(flown.files, "airlines.dat")),
        "reference.countries": len(raw.dat(flown.files, "countries.dat")),
        "reference.aircraft_types": len(raw.dat(flown.files, "planes.dat")),
        "reference.us_airports": len(raw.table(flown.files, "faa_airports.csv")),
        "reference.planes": len(raw.table(flown.files, "nyc_planes.csv")),
        "reference.airport_disagreements": heads["reference.airport_disagreements"].rows,
        "network.routes": len(raw.dat(flown.files, "routes.dat")),
        "network.hubs": len({row[2] for row in raw.dat(flown.files, "routes.dat")}),
        "network.traffic_2008": len(raw.table(flown.files, "bts_flights_airport_2008.csv")),
        "network.unlisted_pairs": unlisted_pairs(flown.files),
        "weather.hours": len(raw.table(flown.files, "nyc_weather.csv")),
        "weather.days": len(
            {(r["origin"], r["month"], r["day"]) for r in raw.table(flown.files, "nyc_weather.csv")}
        ),
    }


def unlisted_pairs(files: Path) -> int:
    listed = {(row[2], row[4]) for row in raw.dat(files, "routes.dat")}
    flown = raw.table(files, "bts_flights_airport_2008.csv")
    return sum((row["origin"], row["destination"]) not in listed for row in flown)


def test_foreign_keys_find_the_orphans_of_the_routes(flown: Flown):
    wanted = raw.orphans_of_routes(flown.files)
    assert wanted["origins exist"] > 200

    found = flown.failing("network/routes")

    assert {test: found[test] for test in wanted} == wanted


def test_the_weather_has_as_many_faults_as_the_file(flown: Flown):
    wanted = raw.faults_of_weather(flown.files)

    found = flown.failing("weather/hourly")

    assert {test: found[test] for test in wanted} == wanted


def test_missing_codes_and_doubled_names_are_counted(flown: Flown):
    airports = raw.dat(flown.files, "airports.dat")
    planes = raw.table(flown.files, "nyc_planes.csv")

    assert flown.failing("reference/airports")["some airports have no IATA code"] == sum(
        r[4] == raw.NULL for r in airports
    )
    assert flown.failing("reference/fleet")["speeds are mostly unknown"] == sum(
        r["speed"] == "NA" for r in planes
    )
    assert flown.failing("reference/airlines")["country names are unique"] == 2


def test_each_of_ninety_slots_ran_once_and_published_once(flown: Flown):
    assert [run.status for run in flown.days] == [Status.SUCCEEDED] * 90
    assert len({run.slot for run in flown.days}) == 90
    assert NodeRun.objects.filter(run__in=flown.days, status=Status.SUCCEEDED, attempt=1).count() == 270
    published = Revision.objects.filter(cause="publish", made_by_run__in=[run.pk for run in flown.days])
    assert published.count() == 90


def test_every_day_has_exactly_its_flights(flown: Flown):
    wanted = raw.flights_by_day(flown.files)
    rows = flown.hub.rows(
        "SELECT CAST(day AS VARCHAR), COUNT(*), SUM(delay), SUM(distance) FROM operations.flights GROUP BY day"
    )

    assert {day: (int(n), int(delay), int(distance)) for day, n, delay, distance in rows} == {
        day: (len(its), sum(f["delay"] for f in its), sum(f["distance"] for f in its))
        for day, its in wanted.items()
    }
    assert sum(int(row[1]) for row in rows) == 20_000


def test_summaries_of_the_days_agree_with_the_raw_file(flown: Flown):
    wanted = raw.flights_by_day(flown.files)
    delays = flown.hub.rows("SELECT CAST(day AS VARCHAR), flights, late FROM operations.delays")
    busiest = flown.hub.rows("SELECT SUM(departures) FROM operations.airport_days WHERE airport = 'ORD'")

    assert {day: (int(n), int(late)) for day, n, late in delays} == {
        day: (len(its), sum(f["delay"] > 15 for f in its)) for day, its in wanted.items()
    }
    assert int(busiest[0][0]) == sum(f["origin"] == "ORD" for its in wanted.values() for f in its)


def test_the_mesh_has_hundreds_of_tests_of_every_kind():
    asked = [test.check for spec in specs().values() for test in spec.tests.values()]

    assert len(asked) >= 300
    assert set(asked) == set(CHECKS) - OF_MONITORS


def test_everything_is_looked_through_and_what_is_known_to_be_wrong_stops_nothing(flown: Flown):
    assert {run.status for run in flown.audits.values()} == {Status.SUCCEEDED}
    said = {row[0] for run in flown.audits.values() for row in results(run).values()}
    assert said == {"pass", "warn", "fail"}


def test_every_result_is_what_plain_python_counts(flown: Flown, oracle: Oracle):
    wrong, compared = {}, 0
    for run in flown.runs:
        wanted = oracle.of(run)
        compared += len(wanted)
        if off := differences(results(run), wanted):
            wrong[run.domain, run.recipe, str(run.slot)] = off

    assert wrong == {}
    assert compared > 290 + 90 * 6


OF_THE_CLOCK = ("freshness", "freshness_anomaly", "run_duration", "arrival_window")
FOUND: dict[str, object] = {}


def test_both_stores_find_the_same(flown: Flown):
    found, known = {}, specs()
    for run in flown.runs:
        timed = {
            test.name
            for test in known[f"{run.domain}/{run.recipe}"].tests.values()
            if test.check in OF_THE_CLOCK
        }
        for name, row in results(run).items():
            measure = None if row[3] is None or name in timed else float(f"{row[3]:.9g}")
            found[f"{run.domain}/{run.recipe} {run.slot}: {name}"] = (*row[:3], measure)
    once = sum(len(known[name].tests) for name in (*flown.loads, *flown.audits))
    assert len(found) == once + 90 * len(known["operations/daily"].tests)
    assert found == FOUND.setdefault("first", found)


def test_days_are_judged_by_the_days_before_them(flown: Flown):
    said = [{name: row[0] for name, row in results(run).items()} for run in flown.days]
    charts = (
        "flights are as many as usual",
        "as many are late as usual",
        "the newest flight is as new as usual",
    )
    for name in charts:
        learning = [day for day, verdicts in enumerate(said) if verdicts[name] == "learning"]
        assert learning[0] == 0
        assert len(learning) < 30
    assert {verdicts["columns are those of the day before"] for verdicts in said[1:]} == {"pass"}
    assert {verdicts["a day brings something new"] for verdicts in said[1:]} == {"pass"}


FIRST = {fault.dataset: fault for fault in reversed(PLANTED)}


@pytest.mark.parametrize("fault", PLANTED, ids=[fault.fault for fault in PLANTED])
def test_a_planted_fault_is_found_by_the_right_tests_and_by_no_others(
    flown: Flown, judges: list[Judge], fault: Fault
):
    """For the first fault of each dataset all tests about it are asked, for the others those that must find it.

    HUB_ASK_ALL_TESTS=1 asks all tests for every fault: some minutes more.
    """
    store = open_kitchen_store(flown.hub.production)
    thorough = store.kind == "embedded" and FIRST[fault.dataset] is fault
    only = None if thorough or os.environ.get("HUB_ASK_ALL_TESTS") else fault.red
    with store.session(resolve(flown.hub.production), f"fault-{PLANTED.index(fault)}") as session:
        plant(fault, session)
        red = [name for judge in judges for name in judge.turned_red(fault, session, only)]

    assert sorted(red) == list(fault.red)


def test_faults_of_every_kind_are_planted_and_found_by_a_test_of_that_kind():
    kinds = {
        f"{recipe}: {test.name}": test.check
        for recipe, spec in specs().items()
        for test in spec.tests.values()
    }

    assert [fault.fault for fault in PLANTED if fault.kind not in {kinds[name] for name in fault.red}] == []
    assert {fault.kind for fault in PLANTED} == set(CHECKS) - OF_MONITORS


def test_a_failed_stop_test_publishes_nothing(flown: Flown):
    before, revisions = resolve(flown.hub.production), Revision.objects.count()

    run = flown.hub.run("network/routes", "strict")

    assert run.status == Status.FAILED
    assert dict(run.node_runs.values_list("node", "status")) == {
        "routes": Status.FAILED,
        "hubs": Status.SKIPPED,
    }
    failed = TestResult.objects.filter(run=run, verdict="fail", severity="stop")
    assert dict(failed.values_list("test", "n_fail")).items() <= raw.orphans_of_routes(flown.files).items()
    assert all(result.evidence for result in failed)
    assert resolve(flown.hub.production) == before
    assert Revision.objects.count() == revisions


def test_a_resumed_run_does_not_repeat_finished_nodes(flown: Flown, tmp_path: Path):
    counter = tmp_path / "counter"
    file = "domains/operations/recipes/quarter/quarter.sql"
    right = (MESH / file).read_bytes()
    save(flown.hub, {file: right.replace(b"COUNT(*)", b"COUNT(*) - 1")}, "Lose a day")

    failed = flown.hub.run("operations/quarter", "once", {"counter": str(counter)})
    assert failed.status == Status.FAILED
    assert "operations.quarter" not in resolve(flown.hub.production)

    save(flown.hub, {file: right}, "Find it again")
    resumed = flown.hub.wait([resume(failed, by=THE_HUB, now=datetime.now(UTC), recipe="new")])[0]

    assert resumed.status == Status.SUCCEEDED
    assert counter.read_text() == "ran\n"
    assert resumed.node_runs.get(node="carriage").reused_from == failed.node_runs.get(node="carriage")
    assert flown.hub.rows("SELECT days, flights FROM operations.quarter") == [(90, 20_000)]
