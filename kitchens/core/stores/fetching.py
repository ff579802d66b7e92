"""Fetching a file by http(s) for a recipe: the address comes from outside, so every hop of it is checked.

A recipe's author must not be able to look at machines that only the hub can reach. The name is resolved here, every
address it has is judged, and the connection goes to the very address that was judged: a name that changes its mind
between look and connect (DNS rebinding) gains nothing. Redirects are followed by hand, each judged again.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import time
from pathlib import Path
from urllib.parse import SplitResult, urljoin, urlsplit

from kitchens.core.stores.base import StoreError
from kitchens.core.stores.sources import SourceRules

MOST_REDIRECTS = 5
CHUNK = 1024 * 1024
GLOBAL_UNICAST = ipaddress.ip_network("2000::/3")  # all of IPv6 that is handed out for the public internet
ANSWER_SECONDS = 30.0  # for connecting, and for every read
# Ranges whose addresses carry another, perhaps private, address inside.
WRAPPING = tuple(
    ipaddress.ip_network(net) for net in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32")
)


def fetch(url: str, target: Path, rules: SourceRules) -> None:
    """Write what the address answers to `target`; StoreError says why not, without showing the address' query."""
    deadline = time.monotonic() + rules.seconds
    try:
        for _ in range(MOST_REDIRECTS + 1):
            following = _fetch_once(url, target, rules, deadline)
            if following is None:
                return
            url = following
    except (OSError, ValueError, http.client.HTTPException) as fault:
        raise StoreError(
            f"{_shown(urlsplit(url))} could not be fetched: {fault or type(fault).__name__}."
        ) from fault
    raise StoreError(f"{_shown(urlsplit(url))} redirects more than {MOST_REDIRECTS} times.")


def _fetch_once(url: str, target: Path, rules: SourceRules, deadline: float) -> str | None:
    """Fetch one address; return where it redirects to, or None when the file is there."""
    parts = urlsplit(url)
    host = _checked_host(parts)
    connection = _connect(parts, host, rules)
    try:
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request("GET", path, headers={"Accept-Encoding": "identity", "User-Agent": "dataops-hub"})
        with connection.getresponse() as answer:
            if answer.status in (301, 302, 303, 307, 308):
                return urljoin(url, answer.headers.get("Location") or "")
            if answer.status != 200:
                raise StoreError(f"{_shown(parts)} answered {answer.status} {answer.reason}.")
            _save(answer, target, rules, deadline, _shown(parts))
        return None
    finally:
        connection.close()


def _checked_host(parts: SplitResult) -> str:
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise StoreError(f"{_shown(parts)} is not an http or https address.")
    if parts.username or parts.password:
        raise StoreError(
            f"{_shown(parts)} holds a user or password. Addresses are shown on pages: leave them out."
        )
    return parts.hostname


def _connect(parts: SplitResult, host: str, rules: SourceRules) -> http.client.HTTPConnection:
    """Connect to an address of the host that was judged; TLS still checks the host's name."""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = [str(entry[4][0]) for entry in found]
    if not rules.allow_private and (inner := [one for one in addresses if not is_public(one)]):
        raise StoreError(
            f"{_shown(parts)} leads to {inner[0]}, an address inside a private network. "
            "An operator may allow it with HUB_SOURCE_ALLOW_PRIVATE."
        )
    connection = http.client.HTTPConnection(host, port, timeout=ANSWER_SECONDS)
    connection.sock = socket.create_connection((addresses[0], port), timeout=ANSWER_SECONDS)
    if parts.scheme == "https":
        try:
            connection.sock = ssl.create_default_context().wrap_socket(connection.sock, server_hostname=host)
        except OSError:
            connection.close()
            raise
    return connection


def is_public(address: str) -> bool:
    """Say whether an IP address belongs to the public internet, looking through addresses that wrap another."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped:
            return is_public(str(ip.ipv4_mapped))
        if ip not in GLOBAL_UNICAST or any(ip in network for network in WRAPPING):
            return False
    return ip.is_global and not ip.is_multicast


def _save(
    answer: http.client.HTTPResponse, target: Path, rules: SourceRules, deadline: float, shown: str
) -> None:
    size = 0
    with target.open("wb") as file:
        while chunk := answer.read1(CHUNK):
            size += len(chunk)
            if size > rules.most_bytes:
                raise StoreError(
                    f"{shown} is larger than {rules.most_bytes // 1024**2} MB (HUB_SOURCE_MOST_MB)."
                )
            if time.monotonic() > deadline:
                raise StoreError(
                    f"{shown} took longer than {rules.seconds:.0f} seconds (HUB_SOURCE_SECONDS)."
                )
            file.write(chunk)
    if answer.length:
        raise StoreError(f"{shown} ended {answer.length:,} bytes too early.")


def _shown(parts: SplitResult) -> str:
    """Return the address without user, password and query: those may hold secrets."""
    return f"{parts.scheme}://{parts.hostname or ''}{parts.path}"
