"""What the SQL and the Python of the mesh's tests say, said once more in plain Python: an oracle parses no SQL.

Conditions are told by their text: one that was changed in a recipe and not here is a KeyError, never a silent pass.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from math import asin, cos, exp, radians, sin, sqrt
from typing import Any

Row = dict[str, Any]
HOME = ("United States", "Puerto Rico", "Virgin Islands", "Guam")
JULY, FEBRUARY, MARCH = date(2013, 7, 1), date(2001, 2, 1), date(2001, 3, 1)

CONDITIONS: dict[str, Callable[[Row], bool | None]] = {
    "": lambda row: True,
    "day = {{ day }}": lambda row: True,  # the rows handed in are those of the day
    "dst IS NULL": lambda row: row["dst"] is None,
    "active = 'Y'": lambda row: row["active"] == "Y",
    "airline_id < 1": lambda row: row["airline_id"] < 1,
    "airline_id IS NULL": lambda row: row["airline_id"] is None,
    "type = 'Fixed wing multi engine'": lambda row: row["type"] == "Fixed wing multi engine",
    "built >= 2005": lambda row: row["built"] is not None and row["built"] >= 2005,
    "built < 2005": lambda row: row["built"] is not None and row["built"] < 2005,
    "iata IS NOT NULL": lambda row: row["iata"] is not None,
    "station = 'JFK'": lambda row: row["station"] == "JFK",
    "station = 'EWR'": lambda row: row["station"] == "EWR",
    "station = 'LGA'": lambda row: row["station"] == "LGA",
    "station = 'JFK' AND wind_speed < 100": lambda row: row["station"] == "JFK" and _calm(row),
    "station = 'EWR' AND wind_speed < 100": lambda row: row["station"] == "EWR" and _calm(row),
    "local_day >= '2013-07-01'": lambda row: row["local_day"] >= JULY,
    "local_day < '2013-07-01'": lambda row: row["local_day"] < JULY,
    "wind_speed IS NULL": lambda row: row["wind_speed"] is None,
    "day >= '2001-03-01'": lambda row: row["day"] >= MARCH,
    "day < '2001-02-01'": lambda row: row["day"] < FEBRUARY,
    " AND ".join(f"country <> '{name}'" for name in HOME): lambda row: row["country"] not in HOME,
    # Rules of single rows; None where something is not known
    "origin <> destination": lambda row: row["origin"] != row["destination"],
    "latitude <> 0 OR longitude <> 0": lambda row: row["latitude"] != 0 or row["longitude"] != 0,
    "engines > 1": lambda row: row["engines"] > 1,
    "flights > 1": lambda row: row["flights"] > 1,
    "rain >= 0 AND rain < 2": lambda row: 0 <= row["rain"] < 2,
    "wind_direction % 10 = 0": lambda row: (
        None if row["wind_direction"] is None else row["wind_direction"] % 10 == 0
    ),
    "CAST(departed_at AS DATE) = day": lambda row: row["departed_at"].date() == row["day"],
}


def _calm(row: Row) -> bool:
    return row["wind_speed"] is not None and row["wind_speed"] < 100


def apart(one: Row, two: Row, radius: float) -> float:
    """Return the great-circle distance of two places by the haversine formula."""
    high, low = radians(one["latitude"]), radians(two["latitude"])
    wide = radians(two["longitude"] - one["longitude"])
    half = sin((high - low) / 2) ** 2 + cos(high) * cos(low) * sin(wide / 2) ** 2
    return radius * 2 * asin(sqrt(half))


def is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def is_label(text: str) -> bool:
    """Say whether a label keeps the schema of its test."""
    if not is_json(text):
        return False
    label = json.loads(text)
    return (
        isinstance(label, dict)
        and isinstance(label.get("name"), str)
        and len(label["name"]) >= 4
        and isinstance(label.get("altitude"), int)
        and label["altitude"] >= -1300
    )


Tables = dict[str, list[Row]]


def _far_apart(tables: Tables) -> tuple[int, int]:
    listed = {row["iata"]: row for row in tables["reference.airports"] if row["iata"]}
    pairs = [
        (row, listed[row["iata"]]) for row in tables["reference.new_york_airports"] if row["iata"] in listed
    ]
    return len(pairs), sum(apart(*pair, 6371) > 5 for pair in pairs)


def _too_far(tables: Tables) -> tuple[int, int]:
    places = {row["airport_id"]: row for row in tables["reference.airports"]}
    ends = [
        (places[row["origin_id"]], places[row["destination_id"]])
        for row in tables["network.routes"]
        if row["stops"] == 0 and row["origin_id"] in places and row["destination_id"] in places
    ]
    return len(ends), sum(apart(*pair, 6371) > 15_500 for pair in ends)


def _damp(tables: Tables) -> tuple[int, int]:
    def vapour(fahrenheit: float) -> float:
        celsius = (fahrenheit - 32) * 5 / 9
        return exp(17.625 * celsius / (celsius + 243.04))

    told = [(row["temperature"], row["dew_point"], row["humidity"]) for row in tables["weather.measurements"]]
    known = [one for one in told if None not in one]
    return len(known), sum(abs(100 * vapour(dew) / vapour(warm) - damp) > 1 for warm, dew, damp in known)


def _distances(tables: Tables) -> tuple[int, int]:
    places = {row["iata"]: row for row in tables["reference.us_airports"]}
    flights = [
        row
        for row in tables["operations.flights"]
        if row["origin"] in places and row["destination"] in places
    ]
    wrong = sum(
        abs(apart(places[row["origin"]], places[row["destination"]], 3959) - row["distance"]) > 25
        for row in flights
    )
    return len(flights), wrong


# Tests in Python: the rows they judge, and how many are wrong.
PROGRAMS = {
    "their airports lie where ours do": _far_apart,
    "no route is too long": _too_far,
    "humidity follows from the dew point": _damp,
    "distances are those of the map": _distances,
}


def _one_way(tables: Tables) -> int:
    there = {(row["airline"], row["origin"], row["destination"]) for row in tables["network.routes"]}
    return sum(
        (row["airline"], row["destination"], row["origin"]) not in there for row in tables["network.routes"]
    )


def _odd_distances(tables: Tables) -> int:
    found: dict[tuple[str, str], set[int]] = {}
    for row in tables["operations.flights"]:
        found.setdefault((row["origin"], row["destination"]), set()).add(row["distance"])
    return sum(len(distances) > 1 for distances in found.values())


# Statements that look for wrong rows: how many they find.
STATEMENTS: dict[str, Callable[[Tables], int]] = {
    "who flies there flies back": _one_way,
    "a pair has one distance": _odd_distances,
    "nothing freezes in July": lambda tables: sum(
        row["local_day"].month == 7 and row["mean_temperature"] < 50 for row in tables["weather.days"]
    ),
    "every route counts at its airport": lambda tables: int(
        sum(row["departures"] for row in tables["network.hubs"]) != len(tables["network.routes"])
    ),
    "no hour is lost": lambda tables: int(
        sum(row["hours"] for row in tables["weather.days"]) != len(tables["weather.hours"])
    ),
    "no departure is lost": lambda tables: int(
        sum(row["departures"] for row in tables["operations.airport_days"])
        != len(tables["operations.flights"])
    ),
}


def _sum(tables: Tables, dataset: str, column: str) -> float:
    return sum(row[column] for row in tables[dataset])


# Statements that give a number.
METRICS: dict[str, Callable[[Tables], float]] = {
    "most airports are northern": lambda tables: (
        100.0
        * sum(row["latitude"] > 0 for row in tables["reference.airports"])
        / len(tables["reference.airports"])
    ),
    "unlisted pairs carry little": lambda tables: (
        100.0
        * _sum(tables, "network.unlisted_pairs", "flights")
        / _sum(tables, "network.traffic_2008", "flights")
    ),
    "the year is wet": lambda tables: _sum(tables, "weather.hours", "rain") / 3,
    "late flights do not add up to half": lambda tables: (
        100.0 * _sum(tables, "operations.delays", "late") / _sum(tables, "operations.delays", "flights")
    ),
}
