"""Real files: what the checks find is what plain Python counts in them with the csv module, apart from the engine."""

import csv
import re
import statistics
from collections import Counter

import pytest

AIRPORTS = {
    "airport_id": "BIGINT", "name": "VARCHAR", "city": "VARCHAR", "country": "VARCHAR", "iata": "VARCHAR",
    "icao": "VARCHAR", "latitude": "DOUBLE", "longitude": "DOUBLE", "altitude": "BIGINT",
}  # fmt: skip
AIRLINES = {
    "airline_id": "BIGINT", "name": "VARCHAR", "alias": "VARCHAR", "iata": "VARCHAR", "icao": "VARCHAR",
    "callsign": "VARCHAR", "country": "VARCHAR", "active": "VARCHAR",
}  # fmt: skip
ROUTES = {
    "airline": "VARCHAR", "airline_id": "BIGINT", "origin": "VARCHAR", "origin_id": "BIGINT", "destination": "VARCHAR",
    "destination_id": "BIGINT", "codeshare": "VARCHAR", "stops": "BIGINT", "equipment": "VARCHAR",
}  # fmt: skip
CONVERT = {"BIGINT": int, "DOUBLE": float, "VARCHAR": str}


def read(path, types):
    """Return the rows of a .dat file; an empty text and \\N are no value."""
    with path.open(encoding="utf-8", newline="") as file:
        return [
            [
                None if raw in ("", "\\N") else CONVERT[kind](raw)
                for raw, kind in zip(row, types.values(), strict=False)
            ]
            for row in csv.reader(file)
        ]


@pytest.fixture(scope="module")
def files(aviation_data):
    named = {"airports": AIRPORTS, "airlines": AIRLINES, "routes": ROUTES}
    return {name: read(aviation_data / f"{name}.dat", types) for name, types in named.items()}


@pytest.fixture(scope="module")
def mesh(lay, files):
    return lay(
        {
            "network.routes": (ROUTES, files["routes"]),
            "reference.airports": (AIRPORTS, files["airports"]),
            "reference.airlines": (AIRLINES, files["airlines"]),
        }
    )


@pytest.fixture(scope="module")
def column(files):
    """Return the values of a column: `column("routes", "origin")`."""
    types = {"airports": AIRPORTS, "airlines": AIRLINES, "routes": ROUTES}
    return lambda table, name: [row[list(types[table]).index(name)] for row in files[table]]


@pytest.mark.parametrize(
    ("child", "parent"),
    [
        ("origin_id", "airports.airport_id"),
        ("destination_id", "airports.airport_id"),
        ("airline_id", "airlines.airline_id"),
        ("origin", "airports.iata"),
        ("destination", "airports.iata"),
        ("airline", "airlines.iata"),
    ],
)
def test_orphans_of_routes_are_those_plain_python_finds(mesh, column, child, parent):
    known = set(column(*parent.split(".")))
    present = [key for key in column("routes", child) if key is not None]
    orphans = Counter(key for key in present if key not in known)

    found = mesh.check("foreign_key", column=child, to=f"reference.{parent}")

    assert (found.n_applicable, found.n_fail) == (len(present), orphans.total())
    assert found.details["missing_keys"] == len(orphans)
    assert found.verdict == ("fail" if orphans else "pass")
    if orphans:
        most = found.details["offending"][0]
        assert most["rows"] == max(orphans.values()) == orphans[most["values"][child]]
        assert {row[child] for row in found.evidence} <= orphans.keys()


@pytest.mark.parametrize(
    ("table", "key"),
    [
        ("airports", ["iata"]),
        ("airports", ["icao"]),
        ("airports", ["airport_id"]),
        ("airports", ["name"]),
        ("airlines", ["iata"]),
        ("airlines", ["airline_id"]),
        ("routes", ["airline", "origin", "destination"]),
        ("routes", ["airline_id", "origin_id", "destination_id"]),
    ],
)
def test_repeated_keys_are_those_plain_python_finds(mesh, column, table, key):
    keys = list(zip(*(column(table, name) for name in key), strict=True))
    copies = Counter(one for one in keys if None not in one)
    repeated = {one: n for one, n in copies.items() if n > 1}

    found = mesh.check("unique", columns=key, dataset=dataset(table))

    assert found.n_applicable == copies.total()
    assert found.details["excess"] == found.n_fail == sum(n - 1 for n in repeated.values())
    assert found.details["values"] == len(repeated)
    assert found.details["rows_involved"] == sum(repeated.values())


@pytest.mark.parametrize("table", ["airports", "airlines", "routes"])
def test_missing_values_are_those_plain_python_finds(mesh, files, column, table):
    types = {"airports": AIRPORTS, "airlines": AIRLINES, "routes": ROUTES}[table]
    tests = [mesh.spec("not_null", dataset=dataset(table), column=name) for name in types]
    before = len(mesh.session.executed())

    results = mesh.checks(*tests, mesh.spec("row_count", dataset=dataset(table)))

    for name, found in zip(types, results, strict=False):
        assert found.n_fail == sum(value is None for value in column(table, name)), name
    assert results[-1].measure == len(files[table])
    red = sum(found.verdict == "fail" for found in results)
    # one scan, and for each red one its rows and at most two counts of where they lie
    assert 1 + red <= len(mesh.session.executed()) - before <= 1 + 3 * red


@pytest.mark.parametrize(
    ("name", "least", "most"),
    [("latitude", -60, 60), ("longitude", -180, 180), ("altitude", 0, 8000), ("altitude", -1266, 14472)],
)
def test_values_outside_of_a_range_are_those_plain_python_finds(mesh, column, name, least, most):
    outside = sum(not least <= value <= most for value in column("airports", name) if value is not None)

    found = mesh.check("range", dataset="reference.airports", column=name, min=least, max=most)

    assert found.n_fail == outside


@pytest.mark.parametrize(
    ("table", "name", "pattern"),
    [
        ("airports", "icao", "[A-Z]{4}"),
        ("airports", "iata", "[A-Z]{3}"),
        ("airlines", "iata", "[A-Z0-9]{2}"),
        ("airlines", "icao", "[A-Z]{3}"),
        ("airlines", "callsign", r"[A-Z -]+"),
        ("routes", "equipment", r"[0-9A-Z]{3}( [0-9A-Z]{3})*"),
    ],
)
def test_texts_of_another_form_are_those_plain_python_finds(mesh, column, table, name, pattern):
    wrong = [text for text in column(table, name) if text is not None and not re.fullmatch(pattern, text)]

    found = mesh.check("matches", dataset=dataset(table), column=name, pattern=pattern)

    assert found.n_fail == len(wrong)
    assert {row[name] for row in found.evidence} <= set(wrong)


def test_numbers_over_columns_are_those_of_plain_python(mesh, column):
    heights = column("airports", "altitude")
    expected = {
        "min": min(heights),
        "max": max(heights),
        "sum": sum(heights),
        "avg": statistics.fmean(heights),
        "median": statistics.median(heights),
        "stddev": statistics.stdev(heights),
        "count_distinct": len(set(heights)),
    }

    for function, value in expected.items():
        found = mesh.check(
            "aggregate", dataset="reference.airports", column="altitude", function=function, min=-1e9
        )
        assert found.measure == pytest.approx(value, rel=1e-9), function


def test_stops_codeshares_and_circles_are_those_plain_python_finds(mesh, column):
    stops, codeshare = column("routes", "stops"), column("routes", "codeshare")
    circles = sum(
        a == b for a, b in zip(column("routes", "origin"), column("routes", "destination"), strict=True)
    )

    assert mesh.check("in_set", column="stops", values=[0]).n_fail == sum(value != 0 for value in stops)
    assert mesh.check("in_set", column="codeshare", values=["Y"], nulls="fail").n_fail == codeshare.count(
        None
    )
    assert mesh.check("row_expression", expression="origin <> destination").n_fail == circles
    assert mesh.check("sql_failing_rows", sql="SELECT * FROM network.routes WHERE stops > 0").n_fail == sum(
        map(bool, stops)
    )


def test_routes_by_airline_balance_with_themselves_and_not_with_fewer(mesh, column):
    unsure = {
        key for key, stop in zip(column("routes", "airline"), column("routes", "stops"), strict=True) if stop
    }

    same = mesh.check("aggregate_balance", of="network.routes", by=["airline"])
    fewer = mesh.check("aggregate_balance", of="network.routes", by=["airline"], of_where="stops = 0")

    assert (same.verdict, same.n_fail) == ("pass", 0)
    assert same.n_applicable == len(set(column("routes", "airline")))
    assert fewer.n_fail == len(unsure)


def dataset(table):
    return "network.routes" if table == "routes" else f"reference.{table}"
