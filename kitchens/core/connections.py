"""Connections to other systems: what settings they take, how they are tried, and what an error may say."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import psycopg

from hub.common.errors import InvalidError

SSL_MODES = ("disable", "prefer", "require", "verify-ca", "verify-full")
DEFAULTS: Mapping[str, Any] = {"port": 5432, "sslmode": "prefer"}
TEXTS = ("host", "database", "user")
HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,251}[A-Za-z0-9])?|[0-9A-Fa-f:.]{2,45}")
SECONDS = 5


@dataclass(frozen=True)
class Trial:
    """What came of trying a connection; `message` is for people and holds no secret."""

    ok: bool
    message: str


def check_settings(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings of a PostgreSQL connection, complete and checked; InvalidError names the field at fault.

    Only these keys are taken. A path as host (a socket of the hub's own machine) and lists of hosts are refused:
    so is anything that could smuggle in further options.
    """
    if unknown := sorted(set(raw) - {*TEXTS, *DEFAULTS}):
        raise InvalidError(
            f"A PostgreSQL connection has no setting {unknown[0][:40]!r}.",
            remedy=f"It takes {', '.join((*TEXTS, *DEFAULTS))}; the password is a secret, given apart.",
            field=f"settings.{unknown[0][:40]}",
        )
    settings = {**DEFAULTS, **raw}
    for key in TEXTS:
        value = settings.get(key)
        if not isinstance(value, str) or not value.strip() or len(value) > 255 or not value.isprintable():
            raise InvalidError(f"The {key} of a connection is a text.", field=f"settings.{key}")
        settings[key] = value.strip()
    if not HOST.fullmatch(settings["host"]):
        raise InvalidError(
            "The host is one name or address of a machine, such as db.example.org.", field="settings.host"
        )
    port = settings["port"]
    if isinstance(port, bool) or not isinstance(port, int) or not 1 <= port <= 65535:
        raise InvalidError("The port is a whole number from 1 to 65535.", field="settings.port")
    if settings["sslmode"] not in SSL_MODES:
        raise InvalidError(f"sslmode is one of {', '.join(SSL_MODES)}.", field="settings.sslmode")
    return settings


def connect_arguments(
    settings: Mapping[str, Any], password: str = "", *, read_only: bool = True
) -> dict[str, Any]:
    """Return the arguments of `psycopg.connect` for checked settings.

    `passfile` points nowhere, so that no password of the machine's own user is ever sent to a stranger's server.
    """
    options = "-c default_transaction_read_only=on" if read_only else ""
    return {
        "host": settings["host"],
        "port": settings["port"],
        "dbname": settings["database"],
        "user": settings["user"],
        "password": password,
        "sslmode": settings["sslmode"],
        "connect_timeout": SECONDS,
        "passfile": "/dev/null",
        "application_name": "dataops-hub",
        "options": options,
    }


def try_connection(settings: Mapping[str, Any], password: str = "") -> Trial:
    """Connect, read-only and for five seconds at most, run `select 1`, and say what answered."""
    arguments = connect_arguments(settings, password)
    try:
        with psycopg.connect(**arguments, autocommit=True) as link:
            link.execute(f"set statement_timeout = {SECONDS * 1000}")
            link.execute("select 1")
            version = link.info.server_version
    except psycopg.Error as error:
        return Trial(False, without(password, _first_line(error)))
    return Trial(True, f"PostgreSQL {version // 10000}.{version % 10000} answered.")


def without(secret: str, text: str) -> str:
    """Return the text with every occurrence of the secret masked."""
    return text.replace(secret, "•••") if secret else text


def _first_line(error: psycopg.Error) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return (lines[0] if lines else "The server did not say why.")[:300]
