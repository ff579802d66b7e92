"""The kinds of files that can be imported, and who reads each."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

from monitoring.core.events.dbt import read_dbt
from monitoring.core.events.gx import read_gx
from monitoring.core.events.importing import MOST_PARTS, Given
from monitoring.core.events.junit import read_junit
from monitoring.core.events.model import Read
from monitoring.core.events.openlineage import read_openlineage
from monitoring.core.events.reading import Item, UnreadableError, read_batch, read_document
from monitoring.core.events.soda import read_soda


class FileKind(StrEnum):
    """What `POST /api/v1/import/{kind}` and `manage.py import_results KIND` take."""

    DBT = "dbt"
    GX = "gx"
    SODA = "soda"
    JUNIT = "junit"
    OPENLINEAGE = "openlineage"


def read_file(kind: FileKind, body: bytes, given: Given) -> Iterator[Read]:
    """Yield the events of a file, and the parts of it that are none. UnreadableError, InvalidError for the whole."""
    given = given.checked()
    if kind is FileKind.JUNIT:
        return read_junit(body, given)
    if kind is FileKind.OPENLINEAGE:
        return read_openlineage(_events(body), given)
    readers = {FileKind.DBT: read_dbt, FileKind.GX: read_gx, FileKind.SODA: read_soda}
    return readers[kind](read_document(body), given)


def _events(body: bytes) -> tuple[Item, ...]:
    """Return the events of a body of JSON, or of a file with one event a line."""
    try:
        return read_batch(body, most=MOST_PARTS).items
    except UnreadableError:
        return read_batch(body, lines=True, most=MOST_PARTS).items


def with_manifest(results: bytes, manifest: bytes) -> bytes:
    """Return run_results.json of dbt and its manifest.json as the one document that is imported."""
    return b'{"run_results": ' + results + b', "manifest": ' + manifest + b"}"
