"""Keys of API tokens: made once, shown once, kept only as a digest."""

from __future__ import annotations

import hashlib
import re
import secrets

KEY = re.compile(r"hub_[A-Za-z0-9]{6}_[A-Za-z0-9_-]{43}")
PREFIX_LENGTH = 10  # "hub_" and the six characters that tell tokens apart
ALPHABET = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"


def new_key() -> str:
    """Return a new key, `hub_<six characters>_<256 random bits>`."""
    mark = "".join(secrets.choice(ALPHABET) for _ in range(6))
    return f"hub_{mark}_{secrets.token_urlsafe(32)}"


def digest_of(key: str) -> str:
    """Return what is kept of a key. One round of SHA-256 is enough: 256 random bits cannot be guessed."""
    return hashlib.sha256(key.encode()).hexdigest()


def looks_like_key(text: str) -> bool:
    """Say whether the text has the form of a key, before a query is spent on it."""
    return KEY.fullmatch(text) is not None
