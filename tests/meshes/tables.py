"""The datasets of the aviation mesh made once more by plain Python from the raw files: what its tests must have seen."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.meshes import raw

Rows = list[dict[str, Any]]


def tables(folder: Path) -> dict[str, Rows]:
    """Return the rows of every dataset that the recipes publish once all days are there."""
    found = _reference(folder) | _network(folder) | _weather(folder) | _operations(folder)
    listed = {(row["origin"], row["destination"]) for row in found["network.routes"]}
    found["network.unlisted_pairs"] = [
        row for row in found["network.traffic_2008"] if (row["origin"], row["destination"]) not in listed
    ]
    return found


def _listed(folder: Path, name: str, columns: str, **made: Any) -> Rows:
    """Return the rows of a .dat file; `made` says how a text becomes a value."""
    return [
        {
            column: None if text == raw.NULL else made.get(column, str)(text)
            for column, text in zip(columns.split(), row, strict=True)
        }
        for row in raw.dat(folder, name)
    ]


def _only(rows: Rows, columns: str, **renamed: str) -> Rows:
    """Return some columns of rows: `_only(rows, "a b", b="c")` calls c b."""
    return [{name: row[renamed.get(name, name)] for name in columns.split()} for row in rows]


def _without(rows: Rows, **nothing: tuple[str, ...]) -> Rows:
    """Return rows in which texts that stand for nothing are None."""
    return [
        {name: None if value in nothing.get(name, ()) else value for name, value in row.items()}
        for row in rows
    ]


def _number(text: str, kind: type = float, none: str = "NA") -> Any:
    return None if text == none else kind(text)


def _reference(folder: Path) -> dict[str, Rows]:
    columns = "id name city country iata icao latitude longitude altitude utc_offset dst timezone type origin"
    numbers = {"id": int, "latitude": float, "longitude": float, "altitude": int}
    world = _listed(folder, "airports.dat", columns, **numbers)
    airports = _only(
        world,
        "airport_id name city country iata icao latitude longitude altitude dst timezone",
        airport_id="id",
    )
    carriers = _only(
        _listed(folder, "airlines.dat", "id name alias iata icao callsign country active", id=int),
        "airline_id name alias iata icao callsign country active",
        airline_id="id",
    )
    airlines = _without(carriers, iata=("", "-"), icao=("", "N/A"), country=("",))
    planes = [
        {
            "tailnum": row["tailnum"],
            "built": _number(row["year"], int),
            "type": row["type"],
            "manufacturer": row["manufacturer"],
            "model": row["model"],
            "engines": int(row["engines"]),
            "seats": int(row["seats"]),
            "speed": _number(row["speed"], int),
        }
        for row in raw.table(folder, "nyc_planes.csv")
    ]
    new_york = [
        {
            "iata": row["faa"],
            "name": row["name"],
            "latitude": float(row["lat"]),
            "longitude": float(row["lon"]),
            "altitude": int(row["alt"]),
        }
        for row in raw.table(folder, "nyc_airports.csv")
    ]
    states = [
        row | {"latitude": float(row["latitude"]), "longitude": float(row["longitude"])}
        for row in raw.table(folder, "faa_airports.csv")
    ]
    return {
        "reference.airports": airports,
        "reference.raw_airports": _only(
            world, "airport_id name city country iata icao altitude dst timezone type origin", airport_id="id"
        ),
        "reference.airport_labels": [
            {"label": f'{{"name": "{row["name"]}", "altitude": {row["altitude"]}}}'} for row in airports
        ],
        "reference.airport_disagreements": _disagreements(airports, states),
        "reference.us_airports": states,
        "reference.airlines": _only(airlines, "airline_id name iata icao country active"),
        "reference.raw_airlines": carriers,
        "reference.countries": _without(_listed(folder, "countries.dat", "name iso dafif"), dafif=("",)),
        "reference.aircraft_types": _listed(folder, "planes.dat", "name iata icao"),
        "reference.planes": planes,
        "reference.new_york_airports": new_york,
        "reference.new_york_airlines": list(raw.table(folder, "nyc_airlines.csv")),
    }


def _disagreements(airports: Rows, states: Rows) -> Rows:
    here = {row["iata"]: row for row in airports if row["iata"]}
    apart = [
        max(abs(here[row["iata"]][axis] - row[axis]) for axis in ("latitude", "longitude"))
        for row in states
        if row["iata"] in here
    ]
    return [{"degrees_apart": degrees} for degrees in apart if degrees > 0.1]


def _network(folder: Path) -> dict[str, Rows]:
    columns = "airline airline_id origin origin_id destination destination_id codeshare stops equipment"
    numbers = {"airline_id": int, "origin_id": int, "destination_id": int, "stops": int}
    file = _listed(folder, "routes.dat", columns, **numbers)
    routes = [row | {"codeshare": row["codeshare"] == "Y"} for row in file]
    airlines_at: dict[str, set[str]] = defaultdict(set)
    for row in routes:
        airlines_at[row["origin"]].add(row["airline"])
    departures = Counter(row["origin"] for row in routes)
    flown = Counter(row["airline"] for row in routes)
    shared = Counter(row["airline"] for row in routes if row["codeshare"])
    return {
        "network.raw_routes": file,
        "network.routes": _only(routes, columns.removesuffix(" equipment")),
        "network.hubs": [
            {"airport": airport, "departures": number, "airlines": len(airlines_at[airport])}
            for airport, number in departures.items()
        ],
        "network.carriers": [
            {"airline": airline, "routes": number, "own": number - shared[airline], "shared": shared[airline]}
            for airline, number in flown.items()
        ],
        "network.traffic_2008": [
            {"origin": row["origin"], "destination": row["destination"], "flights": int(row["count"])}
            for row in raw.table(folder, "bts_flights_airport_2008.csv")
        ],
    }


def _weather(folder: Path) -> dict[str, Rows]:
    hours = [
        {
            "station": row["origin"],
            "local_day": date(int(row["year"]), int(row["month"]), int(row["day"])),
            "local_hour": int(row["hour"]),
            "measured_at": datetime.strptime(row["time_hour"], "%Y-%m-%dT%H:%M:%SZ"),
            "temperature": _number(row["temp"]),
            "dew_point": _number(row["dewp"]),
            "humidity": _number(row["humid"]),
            "wind_direction": _number(row["wind_dir"], int),
            "wind_speed": _number(row["wind_speed"]),
            "wind_gust": _number(row["wind_gust"]),
            "rain": _number(row["precip"]),
            "visibility": _number(row["visib"]),
            "pressure": _number(row["pressure"]),
        }
        for row in raw.table(folder, "nyc_weather.csv")
    ]
    days: dict[tuple[str, date], Rows] = defaultdict(list)
    for row in hours:
        days[row["station"], row["local_day"]].append(row)
    columns = "station local_day local_hour measured_at temperature wind_speed wind_gust rain pressure"
    return {
        "weather.measurements": [row | {"ends_at": row["measured_at"] + timedelta(hours=1)} for row in hours],
        "weather.hours": _only(hours, columns),
        "weather.days": [_day(*key, its) for key, its in days.items()],
    }


def _day(station: str, day: date, hours: Rows) -> dict[str, Any]:
    warmth = [row["temperature"] for row in hours if row["temperature"] is not None]
    return {
        "station": station,
        "local_day": day,
        "hours": len(hours),
        "mean_temperature": sum(warmth) / len(warmth),
        "rain": sum(row["rain"] for row in hours),
    }


def _operations(folder: Path) -> dict[str, Rows]:
    by_day = {date.fromisoformat(day): its for day, its in raw.flights_by_day(folder).items()}
    flights = [
        {
            "day": day,
            "departed_at": datetime.strptime(str(flight["date"]), "%Y/%m/%d %H:%M"),
            **{name: flight[name] for name in ("origin", "destination", "delay", "distance")},
        }
        for day, its in by_day.items()
        for flight in its
    ]
    departures = Counter((row["day"], row["origin"]) for row in flights)
    late = Counter(row["day"] for row in flights if row["delay"] > 15)
    days = [
        {
            "day": day,
            "day_in_words": day.isoformat(),
            "flights": len(its),
            "late": late[day],
            "in_time": len(its) - late[day],
            "mean_delay": sum(int(str(flight["delay"])) for flight in its) / len(its),
        }
        for day, its in by_day.items()
    ]
    return {
        "operations.flights": flights,
        "operations.airport_days": [
            {"day": day, "airport": airport, "departures": number}
            for (day, airport), number in departures.items()
        ],
        "operations.delays": _only(days, "day flights mean_delay late"),
        "operations.days": _only(days, "day_in_words day flights late in_time"),
    }
