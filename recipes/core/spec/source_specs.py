"""The section `sources`."""

from __future__ import annotations

import re

from recipes.core.spec.keys import FORMATS, SOURCE
from recipes.core.spec.model import Place, SourceSpec
from recipes.core.spec.reading import IDENTIFIER, Reading
from recipes.core.spec.section import Section
from recipes.core.sql import check_source_query, source_query_values

TABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_$]{0,62}(\.[A-Za-z_][A-Za-z0-9_$]{0,62})?")
ENDINGS = {"feather": "arrow", "pq": "parquet", "jsonl": "json", "ndjson": "json", "txt": "csv", "tsv": "csv"}


def read_sources(reading: Reading, top: Section) -> dict[str, SourceSpec]:
    """Return the sources of the recipe by name."""
    found: dict[str, SourceSpec] = {}
    for name, section in reading.sections(top, "sources", SOURCE, IDENTIFIER, "source"):
        section.unknown()
        for key in ("location", "connection"):
            if key in section.found:
                reading.check_templates(section.entries[key], section.what)
        _check_kind(reading, section)
        found[name] = SourceSpec(
            name=name,
            location=section.get("location") or "",
            format=section.get("format") or format_of(section.get("location") or ""),
            options=section.get("options") or {},
            connection=section.get("connection") or "",
            table=section.get("table") or "",
            query=section.get("query") or "",
            line=section.place.line,
        )
    return found


def format_of(location: str) -> str:
    """Return the format that the ending of a file name says, or an empty text."""
    path = location.split("?")[0].lower().removesuffix(".gz")
    ending = path.rsplit(".", 1)[-1] if "." in path else ""
    return ending if ending in FORMATS else ENDINGS.get(ending, "")


def _check_kind(reading: Reading, section: Section) -> None:
    location, connection = section.get("location"), section.get("connection")
    if bool(location) == bool(connection):
        message = f"{section.what} needs either a location or a connection."
        reading.faults.add(
            "bad-source", message, "A file or URL has a location, a table has a connection.", section.place
        )
    elif location:
        _check_file(reading, section, location)
    else:
        _check_table(reading, section)


def _check_file(reading: Reading, section: Section, location: str) -> None:
    for key in ("table", "query"):
        if key in section.found:
            message = f"{section.what} is a file and has no {key}."
            reading.faults.add("bad-source", message, f"Remove {key}.", section.at(key))
    if not section.get("format") and not format_of(location):
        message = f"{section.what}: the format cannot be told from {location[-60:]!r}."
        reading.faults.add(
            "bad-source", message, f"Add format: {', '.join(FORMATS)}.", section.at("location")
        )
    if "://" in location and not location.startswith(("http://", "https://")):
        message = f"{section.what}: only http and https URLs are read."
        reading.faults.add("bad-source", message, "Use a path or an http(s) URL.", section.at("location"))


def _check_table(reading: Reading, section: Section) -> None:
    table, query = section.get("table"), section.get("query")
    if bool(table) == bool(query):
        message = f"{section.what} needs either a table or a query."
        reading.faults.add("bad-source", message, "Name a table, or write a SELECT.", section.place)
    elif table and not TABLE.fullmatch(table):
        message = f"{section.what}: {table[:60]!r} is not the name of a table."
        reading.faults.add(
            "bad-source", message, "Write schema.table; for more use a query.", section.at("table")
        )
    elif query:
        place = section.entries["query"].place
        reading.take_sql(check_source_query(query), lambda _: place, section.what)
        _check_query_values(reading, section, query, place)


def _check_query_values(reading: Reading, section: Section, query: str, place: Place) -> None:
    reading.defined(source_query_values(query), section.what, place)
