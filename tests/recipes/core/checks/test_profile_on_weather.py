"""profile_drift on a year of real weather, a load a day: quiet on seasons and on bursts of gaps, heard when data breaks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb

from kitchens.core.stores import open_store
from kitchens.core.stores.base import Column, StoreAddress, WriteMode
from recipes.core.checks import CheckContext, evaluate
from recipes.core.checks.history import Past, Point
from recipes.core.nodes.base import Measured
from recipes.core.spec.model import TestSpec
from recipes.core.statistics.baseline import Baseline

DAYS = 120
SPEC = TestSpec(name="it", node="n", check="profile_drift", dataset="weather.hours")
FEW = ("temp", "humid", "wind_speed", "wind_gust", "precip", "pressure", "visib")


def test_a_season_of_weather_is_quiet_and_what_breaks_is_heard(aviation_data: Path, tmp_path: Path) -> None:
    shown = ", ".join(f"CAST({name} AS DOUBLE) AS {name}" for name in FEW)
    source = aviation_data / "nyc_weather.csv"
    db = duckdb.connect()
    db.execute(
        f"CREATE TABLE w AS SELECT CAST(time_hour AS DATE) AS day, {shown} FROM read_csv('{source}', nullstr='NA')"
    )
    store = open_store(StoreAddress("embedded", str(tmp_path / "store")))
    columns = [Column(name, "DOUBLE") for name in FEW]
    past, alarms = Past(), []

    def judge(place: int, rows: Sequence[Sequence[Any]], day: datetime) -> Measured:
        with store.session({}, f"weather-{place}") as session:
            named = [dict(zip(FEW, row, strict=True)) for row in rows]
            staged = session.stage_rows(SPEC.dataset, named, WriteMode(), columns)
            context = CheckContext(
                day,
                datasets=(SPEC.dataset,),
                slot=day,
                written={SPEC.dataset: staged.added},
                past={"it": past},
            )
            return evaluate([SPEC], session, context)[0]

    days = [day for (day,) in db.execute("SELECT DISTINCT day FROM w ORDER BY day").fetchall()][:DAYS]
    for place, date in enumerate(days):
        day = datetime(date.year, date.month, date.day, 6, tzinfo=UTC)
        rows = db.execute(f"SELECT {', '.join(FEW)} FROM w WHERE day = ?", [date]).fetchall()
        found = judge(place, rows, day)
        alarms += [found.sentence] if found.verdict == "fail" else []
        point = Point(day, found.measure, found.verdict, place, len(rows), profile=found.details["profile"])
        learnt = tuple(Baseline.from_dict(one) for one in found.baselines)
        past = replace(past, points=(*past.points, point), baselines=(*learnt, *past.baselines))
    assert found.details["profile"]["judged"] == 2 * len(FEW)
    assert len(alarms) <= 1  # in a hundred days that were judged

    day += timedelta(days=1)
    emptied = judge(DAYS, [(None if n % 2 else row[0], *row[1:]) for n, row in enumerate(rows)], day)
    kelvin = judge(DAYS + 1, [((row[0] - 32) / 1.8 + 273, *row[1:]) for row in rows], day)
    assert "temp is empty in 50 % (expected at most " in emptied.sentence
    assert "the average of temp is 2" in kelvin.sentence
