"""Reads `domains/<slug>/domain.yaml`: who owns a domain and what it is for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from hub.common.errors import InvalidError

SLUG = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
RESERVED = frozenset({"source"})  # `source.<name>` means something outside the mesh
KEYS = ("title", "description", "owner", "personal")
MASKS = ("hash", "drop", "null", "first_letter")  # how a personal column is hidden in a masked copy
TABLE = re.compile(r"[a-z][a-z0-9_]*")
LONGEST = {"title": 120, "description": 4000, "owner": 150}
LARGEST_FILE = 64 * 1024


@dataclass(frozen=True)
class DomainFile:
    """What a domain says of itself; `owner` is a sign-in name, "" where nobody is named.

    `personal` names the columns that say something about people: table -> column -> one of MASKS.
    """

    slug: str
    title: str
    description: str = ""
    owner: str = ""
    personal: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def read_domain(slug: str, content: bytes) -> DomainFile:
    """Return the domain; InvalidError names the file and says what is wrong with it and what it takes."""
    if not SLUG.fullmatch(slug) or slug in RESERVED or len(slug) > 60:
        raise InvalidError(
            f"{slug[:80]!r} is not a name for a domain.",
            remedy="Use up to 60 lower-case letters, digits and underscores, a letter first; `source` is reserved.",
        )
    raw = _mapping(slug, content)
    if unknown := [str(key) for key in raw if key not in KEYS]:
        raise _fault(slug, f"It has the unknown key {unknown[0]!r}.", f"It takes {', '.join(KEYS)}.")
    personal = _personal(slug, raw.pop("personal", None))
    for key, value in raw.items():
        if not isinstance(value, str):
            raise _fault(slug, f"Its {key} is not a text.", "Put it in quotes.")
        if len(value) > LONGEST[key]:
            raise _fault(slug, f"Its {key} is longer than {LONGEST[key]} characters.", "Shorten it.")
    title = str(raw.get("title") or slug.replace("_", " ").capitalize())
    said = str(raw.get("description", "")).strip()
    return DomainFile(slug, title.strip(), said, str(raw.get("owner", "")), personal)


def _personal(slug: str, raw: object) -> dict[str, dict[str, str]]:
    """Return the personal columns by table; InvalidError for a table, a column or a way to mask that is none."""
    found: dict[str, dict[str, str]] = {}
    for table, columns in _entries(slug, "personal", raw):
        if not TABLE.fullmatch(table):
            raise _fault(
                slug, f"Its personal names the table {table[:60]!r}.", "Write the name without domain."
            )
        entries = [(name, "null" if mask is None else mask) for name, mask in _entries(slug, table, columns)]
        for name, mask in entries:
            if mask not in MASKS:
                said = f"Its personal column {table}.{name[:60]} has the mask {str(mask)[:40]!r}."
                raise _fault(slug, said, f"Use {', '.join(MASKS)}.")
        if not entries:
            raise _fault(
                slug, f"Its personal names no column of {table}.", "Write `<column>: hash` below it."
            )
        found[table] = {name: str(mask) for name, mask in entries}
    return found


def _entries(slug: str, what: str, raw: object) -> list[tuple[str, Any]]:
    """Return the entries of a mapping whose keys are texts; none where nothing is written."""
    if raw is None:
        return []
    if not isinstance(raw, dict) or not all(isinstance(key, str) for key in raw):
        said = (
            "a mapping of tables to their columns" if what == "personal" else "a mapping of columns to masks"
        )
        raise _fault(slug, f"Its {what} is not {said}.", "Write `personal: {customers: {email: hash}}`.")
    return list(raw.items())


def _mapping(slug: str, content: bytes) -> dict[str, Any]:
    if len(content) > LARGEST_FILE:
        raise _fault(slug, "It is larger than 64 KiB.", "Move long texts to a README beside it.")
    try:
        raw = YAML(typ="safe", pure=True).load(content.decode())
    except (YAMLError, UnicodeDecodeError, RecursionError, ValueError) as error:
        raise _fault(slug, "It cannot be read as YAML.", str(error).splitlines()[0]) from error
    if raw is None:
        return {}
    if not isinstance(raw, dict):
        raise _fault(slug, "It is not a mapping of keys to texts.", "Write `title: …` in it.")
    return raw


def _fault(slug: str, message: str, remedy: str) -> InvalidError:
    return InvalidError(f"domains/{slug}/domain.yaml is not valid. {message}", remedy=remedy)
