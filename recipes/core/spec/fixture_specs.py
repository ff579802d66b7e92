"""The section `fixtures`, and the tables that lie in the folder of that name."""

from __future__ import annotations

from datetime import datetime

from recipes.core.fixtures import FOLDER, FixtureError, read_table
from recipes.core.spec.keys import FIXTURE
from recipes.core.spec.model import FixtureSpec, Place
from recipes.core.spec.reading import DATASET, SLUG, Reading
from recipes.core.spec.section import Section

MOST = 50  # tables of a recipe
WAY = "Tables lie in fixtures/<set>/<dataset>.csv, such as fixtures/small/sales.orders.csv."


def read_fixtures(reading: Reading, top: Section) -> dict[str, FixtureSpec]:
    """Return the sets of tables by name, read once to find what is wrong in them; faults name file and line."""
    tables = _tables(reading)
    told = dict(reading.sections(top, "fixtures", FIXTURE, SLUG, "fixture"))
    for name, section in told.items():
        section.unknown()
        if name not in tables:
            message = f"The set {name} has no table."
            reading.faults.add("missing-file", message, WAY, section.place)
    return {name: _spec(reading, name, tuple(datasets), told.get(name)) for name, datasets in tables.items()}


def _spec(reading: Reading, name: str, datasets: tuple[str, ...], section: Section | None) -> FixtureSpec:
    if section is None:
        return FixtureSpec(name=name, datasets=datasets)
    as_of = section.get("as_of") or ""
    try:
        if as_of:
            datetime.fromisoformat(as_of)
    except ValueError:
        message = f"{as_of[:40]!r} is no date or time."
        reading.faults.add(
            "bad-value", message, "Write it as 2026-03-31 or 2026-03-31T06:00.", section.at("as_of")
        )
    return FixtureSpec(
        name=name,
        datasets=datasets,
        description=section.get("description") or "",
        as_of=as_of,
        line=section.place.line,
    )


def _tables(reading: Reading) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    paths = sorted(path for path in reading.files if path.startswith(f"{FOLDER}/"))
    if len(paths) > MOST:
        reading.faults.add(
            "too-much", f"The folder {FOLDER} holds more than {MOST} files.", "Take some away."
        )
    for path in paths[:MOST]:
        _, name, *rest = path.split("/")
        dataset = rest[0].removesuffix(".csv") if len(rest) == 1 and rest[0].endswith(".csv") else ""
        if not SLUG.fullmatch(name) or not DATASET.fullmatch(dataset):
            reading.faults.add("bad-name", f"{path[:120]!r} is no table of a set.", WAY, Place(file=path))
            continue
        try:
            read_table(reading.files[path].decode())
        except UnicodeDecodeError:
            reading.faults.add(
                "bad-file", f"{path} is no text in UTF-8.", "Save it as UTF-8.", Place(file=path)
            )
        except FixtureError as fault:
            reading.faults.add("bad-file", str(fault), WAY, Place(file=path, line=fault.line))
        found.setdefault(name, []).append(dataset)
    return found
