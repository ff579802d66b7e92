"""Keep secrets out of everything a node process says: log lines, reasons, tracebacks, measures."""

from __future__ import annotations

import base64
import html
import json
import re
import shlex
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote, quote_plus

MASK = "•••"
SHORTEST = 4  # masking every "1" would leave no readable log
SHORTEST_BASE64 = 6
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
    """Replaces the given secrets, also line by line and as they look quoted or encoded (see `_forms`)."""

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
    """Yield the secret and its lines, and how each looks quoted, escaped or encoded.

    Known: URL (both cases, + for a space), JSON with and without escapes, Python text and bytes, HTML, a shell's
    quotes, hexadecimal, base64 (both alphabets) also where it begins in the middle of other text, as in Basic
    authentication. Not known, and not claimed: one printed in pieces, turned round, compressed or enciphered.
    """
    for form in {secret, secret.strip(), *map(str.strip, secret.splitlines())}:
        if len(form) < SHORTEST:
            continue
        yield from {form, repr(form)[1:-1], ascii(form)[1:-1], repr(form.encode())[2:-1]}
        yield from {json.dumps(form)[1:-1], json.dumps(form, ensure_ascii=False)[1:-1]}
        yield from {html.escape(form), html.escape(form, quote=False), shlex.quote(form)}
        for quoted in (quote(form, safe=""), quote(form), quote_plus(form)):
            yield from {quoted, re.sub("%[0-9A-F]{2}", lambda found: found[0].lower(), quoted)}
        yield from {form.encode().hex(), form.encode().hex().upper()}
        yield from _in_base64(form.encode())


def _in_base64(data: bytes) -> Iterator[str]:
    """Yield what every base64 text that holds the data has in it, wherever in its groups of three bytes it begins."""
    for before in range(3):
        padded = b"\x00" * before + data
        whole = base64.b64encode(padded).decode()
        # The first characters hold bits of what stands before, the last ones of what follows.
        first, last = (0, 2, 3)[before], len(padded) * 8 // 6
        if last - first >= SHORTEST_BASE64:
            yield from {whole[first:last], whole[first:last].replace("+", "-").replace("/", "_")}
