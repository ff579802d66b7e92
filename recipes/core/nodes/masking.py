"""Keep secrets out of everything a node process says: log lines, reasons, tracebacks, measures."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

MASK = "•••"
SHORTEST = 4  # masking every "1" would leave no readable log
# What a connection says about itself that is no secret; every other value of it is masked.
OPEN_KEYS = frozenset(
    {
        "kind",
        "name",
        "host",
        "port",
        "database",
        "dbname",
        "user",
        "username",
        "schema",
        "sslmode",
        "read_only",
    }
)


class Masker:
    """Replaces the given secrets, also as they look in a URL, in JSON or line by line."""

    def __init__(self, secrets: Iterator[str] | tuple[str, ...] = ()) -> None:
        forms = {form for secret in secrets for form in _forms(secret)}
        longest_first = sorted(forms, key=lambda form: (-len(form), form))
        self.longest = max((len(form.encode()) for form in forms), default=0)
        self._pattern = re.compile("|".join(map(re.escape, longest_first))) if forms else None

    def __call__(self, text: str) -> str:
        return self._pattern.sub(MASK, text) if self._pattern else text

    def deep(self, value: Any) -> Any:
        """Return a JSON value with every text in it masked, keys too."""
        if self._pattern is None:
            return value
        if isinstance(value, str):
            return self(value)
        if isinstance(value, Mapping):
            return {self(str(key)): self.deep(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [self.deep(item) for item in value]
        return value


def secrets_of(secrets: Mapping[str, str], connections: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """Yield every value that must not be seen: all secrets, and what connections do not show openly."""
    yield from secrets.values()
    for connection in connections.values():
        yield from _texts({key: item for key, item in connection.items() if key not in OPEN_KEYS})


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            if key not in OPEN_KEYS:
                yield from _texts(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, str):
        yield value


def _forms(secret: str) -> Iterator[str]:
    """Yield the secret, its lines, and how each looks quoted for a URL or in JSON."""
    for form in {secret, secret.strip(), *map(str.strip, secret.splitlines())}:
        if len(form) >= SHORTEST:
            yield from {form, quote(form, safe=""), quote(form), json.dumps(form)[1:-1], repr(form)[1:-1]}
