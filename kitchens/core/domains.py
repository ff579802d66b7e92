"""Reads `domains/<slug>/domain.yaml`: who owns a domain and what it is for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from hub.common.errors import InvalidError

SLUG = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
RESERVED = frozenset({"source"})  # `source.<name>` means something outside the mesh
KEYS = ("title", "description", "owner")
LONGEST = {"title": 120, "description": 4000, "owner": 150}
LARGEST_FILE = 64 * 1024


@dataclass(frozen=True)
class DomainFile:
    """What a domain says of itself; `owner` is a sign-in name, "" where nobody is named."""

    slug: str
    title: str
    description: str = ""
    owner: str = ""


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
    for key, value in raw.items():
        if not isinstance(value, str):
            raise _fault(slug, f"Its {key} is not a text.", "Put it in quotes.")
        if len(value) > LONGEST[key]:
            raise _fault(slug, f"Its {key} is longer than {LONGEST[key]} characters.", "Shorten it.")
    title = str(raw.get("title") or slug.replace("_", " ").capitalize())
    return DomainFile(slug, title.strip(), str(raw.get("description", "")).strip(), str(raw.get("owner", "")))


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
