"""The rules for names that people choose: kitchens, connections, secrets, people. One sentence for each rule broken."""

from __future__ import annotations

import re

from kitchens.core.roles import kind_of_request

LEAST, MOST = 3, 40
SLUG = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
PLAIN = re.compile(r"[a-z][a-z0-9]*([_-][a-z0-9]+)*")
SECRET = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
USERNAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@+-]*")

# Names with a meaning of their own in URLs, in git or in speech.
RESERVED = frozenset(
    {
        *(
            "all",
            "any",
            "candidate",
            "default",
            "delete",
            "edit",
            "head",
            "hub",
            "kitchen",
            "kitchens",
            "list",
        ),
        *("main", "master", "mesh", "new", "none", "null", "parent", "production", "root", "self", "system"),
        *("this", "trunk"),
    }
)


def slug_fault(slug: str, taken: frozenset[str] | set[str] = frozenset(), *, by_hub: bool = False) -> str:
    """Return what is wrong with the name of a new kitchen, as a sentence with the way out; "" where nothing is.

    `taken` are the names already used, also by retired kitchens: their branches and revisions stay.
    """
    if not slug:
        return f"A kitchen needs a name: {LEAST} to {MOST} lower-case letters, digits and hyphens."
    if not LEAST <= len(slug) <= MOST:
        return f"A kitchen's name has {LEAST} to {MOST} characters; {slug[:60]!r} has {len(slug)}."
    if slug != slug.lower():
        return f"A kitchen's name is written in lower case: {slug.lower()!r} instead of {slug!r}."
    if not SLUG.fullmatch(slug):
        return (
            f"{slug!r} is not a name for a kitchen: it starts with a letter, and has only letters, digits"
            " and single hyphens between them."
        )
    if slug in RESERVED or (kind_of_request(slug) and not by_hub):
        return f"The name {slug!r} is reserved for the hub itself. Choose another one."
    if slug in taken:
        return f"There is, or was, a kitchen named {slug!r}. Choose another name."
    return ""


def connection_fault(name: str) -> str:
    """Return what is wrong with the name of a connection, or ""."""
    if PLAIN.fullmatch(name) and len(name) <= 60:
        return ""
    return "A connection's name has up to 60 lower-case letters, digits, hyphens and underscores, a letter first."


def secret_fault(name: str) -> str:
    """Return what is wrong with the name of a secret, or ""."""
    if SECRET.fullmatch(name) and len(name) <= 80:
        return ""
    return "A secret's name has up to 80 letters, digits and underscores, a letter first."


def username_fault(name: str) -> str:
    """Return what is wrong with the name a person signs in with, or ""."""
    if USERNAME.fullmatch(name) and len(name) <= 80:
        return ""
    return "A sign-in name has up to 80 letters, digits and . _ @ + -, and starts with a letter or digit."
