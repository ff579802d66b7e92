"""What OpenLineage says of datasets: read or written, with how many rows, and in which columns."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from monitoring.core.events.fields import Fields
from monitoring.core.events.importing import Place, said
from monitoring.core.events.model import DatasetOperation, Event, Kind
from monitoring.core.events.outcomes import measured

TOOLS = (
    "airflow",
    "dbt",
    "spark",
    "flink",
    "dagster",
    "prefect",
    "great_expectations",
    "soda",
    "trino",
    "snowflake",
)
MOST_DATASETS = 500


def operations(event: Fields, place: Place) -> list[Event]:
    """Return the reads and writes of a run that has ended, with the rows and columns their facets tell of."""
    found = []
    for side, operation, inner in (("inputs", "READ", "inputFacets"), ("outputs", "WRITE", "outputFacets")):
        for dataset in event.objects_or_none(side, MOST_DATASETS):
            name = said(dataset.free("name"), 160)
            if not name:
                continue
            rows, facts = _measures(dataset, inner)
            said_as = f"rows {'read from' if operation == 'READ' else 'written to'} {name}"
            counted = (measured(said_as, float(rows), unit="rows", dataset=name),) if rows is not None else ()
            told = DatasetOperation(operation, name, rows, facts)
            found.append(
                place.event(Kind.DATASET_OPERATION, f"{operation} {name}", operation=told, outcomes=counted)
            )
    return found


def _measures(dataset: Fields, inner: str) -> tuple[int | None, Mapping[str, Any]]:
    facets, more = dataset.object_or_none("facets") or Fields({}), dataset.object_or_none(inner) or Fields({})
    rows, facts = None, {}
    for facet in ("outputStatistics", "inputStatistics", "dataQualityMetrics"):
        counted = more.object_or_none(facet) or facets.object_or_none(facet) or Fields({})
        rows = counted.whole("rowCount") if rows is None else rows
        if (size := counted.whole("size", "bytes")) is not None:
            facts["bytes"] = size
    schema = facets.object_or_none("schema") or Fields({})
    columns = [
        {"name": said(one.free("name"), 255), "type": said(one.free("type"), 255)}
        for one in schema.objects_or_none("fields", 1000)
    ]
    return rows, {**facts, "columns": columns} if columns else facts


def source_of_producer(producer: str) -> str:
    """Return the tool that a producer (a URI with a version) belongs to."""
    words = set(re.findall(r"[a-z_]+", producer.lower()))
    return next((tool for tool in TOOLS if tool in words), "openlineage")
