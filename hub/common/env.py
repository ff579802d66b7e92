"""Typed readers of environment variables that fail with the name and a hint."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit


class SettingError(Exception):
    """A setting is missing or wrong; the message names the variable and what it takes."""


def text(name: str, default: str = "") -> str:
    """Return the variable, or the default where it is unset or empty."""
    return os.environ.get(name) or default


def flag(name: str, default: bool = False) -> bool:
    """Return a boolean; only 1/0, true/false, yes/no are taken."""
    value = os.environ.get(name, "").strip().lower()
    if not value:
        return default
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off"}:
        return False
    raise SettingError(f"{name}={value!r} is not a yes or no. Use 1 or 0.")


def number(name: str, default: int, low: int = 0) -> int:
    """Return a whole number of at least `low`."""
    value = os.environ.get(name, "").strip()
    if not value:
        return default
    if not value.isdigit() or int(value) < low:
        raise SettingError(f"{name}={value!r} is not a whole number of at least {low}.")
    return int(value)


def kept_secret(name: str, file: Path) -> str:
    """Return the variable, else the secret kept in `file`, made at first use and readable by the owner only.

    Two processes that start at once agree: the file is made exclusively, the loser reads the winner's.
    """
    if given := os.environ.get(name):
        return given
    try:
        _make_once(file)
        return file.read_text().strip()
    except OSError as error:
        raise SettingError(
            f"The folder {file.parent} cannot be written ({error.strerror}). Set HUB_HOME to one that can."
        ) from error


def _make_once(file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)  # the database will lie there too
    if file.exists():
        return
    draft = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as out:
        out.write(secrets.token_urlsafe(48))
    try:
        os.link(draft, file)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def database(url: str) -> dict[str, Any]:
    """Return Django's settings for `sqlite:///relative`, `sqlite:////absolute` or `postgresql://user:password@host:port/name`."""
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": unquote(parts.path)[1:]}
    if parts.scheme in {"postgres", "postgresql"}:
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(parts.path.lstrip("/")),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": unquote(parts.hostname or ""),
            "PORT": str(parts.port or ""),
            "OPTIONS": dict(parse_qsl(parts.query)),
        }
    raise SettingError(f"DATABASE_URL starts with {parts.scheme!r}. Use sqlite:///file or postgresql://…")
