"""The raw aviation files read by plain Python, without the hub: what the mesh is held against."""

from __future__ import annotations

import csv
import json
from collections import Counter
from pathlib import Path

NULL = r"\N"
Row = list[str]


def dat(folder: Path, name: str) -> list[Row]:
    with (folder / name).open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def table(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def flights_by_day(folder: Path) -> dict[str, list[dict[str, object]]]:
    """Return the flights of every day: "2001-01-01" -> flights."""
    days: dict[str, list[dict[str, object]]] = {}
    for flight in json.loads((folder / "bts_flights_20k.json").read_text()):
        days.setdefault(str(flight["date"])[:10].replace("/", "-"), []).append(flight)
    return days


def orphans_of_routes(folder: Path) -> dict[str, int]:
    """Count the routes that name an airport or airline no table has: test -> routes; unknown (null) ones not counted."""
    airports, airlines, routes = (dat(folder, f"{name}.dat") for name in ("airports", "airlines", "routes"))
    numbers, codes = {row[0] for row in airports}, {row[4] for row in airports} - {NULL}
    known = {row[0] for row in airlines}

    def missing(place: int, those: set[str]) -> int:
        return sum(row[place] not in those for row in routes if row[place] != NULL)

    return {
        "origins exist": missing(3, numbers),
        "destinations exist": missing(5, numbers),
        "origin codes exist": missing(2, codes),
        "destination codes exist": missing(4, codes),
        "airlines exist": missing(1, known),
        "airline numbers are known": sum(row[1] == NULL for row in routes),
    }


def faults_of_weather(folder: Path) -> dict[str, int]:
    """Count what is wrong with the hours of weather: test -> rows."""
    rows = table(folder, "nyc_weather.csv")
    local = Counter((row["origin"], row["year"], row["month"], row["day"], row["hour"]) for row in rows)
    return {
        "local hours come once": sum(local.values()) - len(local),
        "wind blows below a hundred": sum(
            float(row["wind_speed"]) > 100 for row in rows if row["wind_speed"] != "NA"
        ),
        "gusts are mostly not recorded": sum(row["wind_gust"] == "NA" for row in rows),
        "moments come once": 0,
    }
