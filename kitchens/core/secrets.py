"""Secrets at rest: encrypted with keys of their own, never printed, bound to the place they belong to."""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from hub.common.errors import HubError

LONGEST_VALUE = 32 * 1024
SEPARATOR = "\x00"


class VaultError(HubError):
    """Secrets cannot be read or written: the key is missing, wrong or open to others."""

    status = 500
    title = "Secrets cannot be read"


class Vault:
    """Encrypts with the first key, decrypts with any: so keys can be changed without stopping."""

    def __init__(self, keys: Sequence[str]) -> None:
        try:
            self._fernet = MultiFernet([Fernet(key) for key in keys])
        except ValueError as error:
            raise VaultError(
                "A key of the secrets is not a Fernet key.",
                remedy="It is 32 bytes in URL-safe base64; `manage.py secrets rotate` makes a new one.",
            ) from error

    def __repr__(self) -> str:
        return "Vault(…)"

    def seal(self, value: str, place: str) -> bytes:
        """Return the value encrypted for this place (`<kitchen>/<name>`)."""
        return self._fernet.encrypt(f"{place}{SEPARATOR}{value}".encode())

    def open(self, sealed: bytes, place: str) -> str:
        """Return the value; VaultError where no key fits, or where it was sealed for another place."""
        try:
            found, _, value = self._fernet.decrypt(bytes(sealed)).decode().partition(SEPARATOR)
        except InvalidToken:
            raise VaultError(
                "A secret cannot be decrypted with the keys the hub has.",
                remedy="Put back the key file that belongs to this database, or set the secret again.",
            ) from None
        if found != place:
            raise VaultError(
                "A secret was found in a place it was not made for.", remedy="Set the secret again."
            )
        return value

    def renew(self, sealed: bytes) -> bytes:
        """Return the same secret encrypted with the first key."""
        return self._fernet.rotate(bytes(sealed))


def place_of(kitchen: str, name: str) -> str:
    """Return where a secret belongs: its kitchen's name ("" for the whole hub) and its own."""
    return f"{kitchen}/{name}"


def read_keys(file: Path, given: str = "") -> list[str]:
    """Return the keys, newest first: from the setting (separated by commas), else from the file, made at first use.

    VaultError where others may read the file.
    """
    if given:
        return [key.strip() for key in given.split(",") if key.strip()]
    if not file.exists():
        _make(file)
    if stat.S_IMODE(file.stat().st_mode) & 0o077:
        raise VaultError(
            f"The key file {file.name} may be read by others.",
            remedy="Let its owner alone read it: chmod 600.",
        )
    return file.read_text().split()


def put_keys(file: Path, keys: Sequence[str]) -> None:
    """Write the keys, newest first, all or nothing: the old file stays until the new one is on the disk."""
    draft = file.with_name(f".{file.name}.new")
    draft.unlink(missing_ok=True)
    _write(draft, keys)
    draft.replace(file)


def _make(file: Path) -> None:
    """Make the file with one key; of two processes that start at once, one makes it and both use it."""
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    _write(draft, [Fernet.generate_key().decode()])
    try:
        os.link(draft, file)
    except FileExistsError:
        pass  # the other one's key it is
    finally:
        draft.unlink()


def _write(path: Path, keys: Sequence[str]) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as out:
        out.write("\n".join(keys) + "\n")
        out.flush()
        os.fsync(out.fileno())
