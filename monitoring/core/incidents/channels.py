"""Ways to tell people: what settings each kind takes, what is kept secret of them, and what may be shown."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from hub.common.errors import InvalidError
from kitchens.core.connections import HOST

KINDS = {"email": "E-mail", "webhook": "Webhook", "chat": "Chat"}
SECURITY = {"starttls": "STARTTLS", "tls": "TLS from the start", "none": "none"}
# Services that Apprise knows and a team may be told by. No local ones (files, desktops, programs of the machine).
CHATS: Mapping[str, str] = {
    **{"slack": "Slack", "msteams": "Microsoft Teams", "workflows": "Microsoft Teams (workflow)"},
    **{"discord": "Discord", "gchat": "Google Chat", "tgram": "Telegram", "zulip": "Zulip"},
    **{"mmost": "Mattermost", "mmosts": "Mattermost", "rocket": "Rocket.Chat", "rockets": "Rocket.Chat"},
    **{"matrix": "Matrix", "matrixs": "Matrix", "wxteams": "Webex", "ntfy": "ntfy", "ntfys": "ntfy"},
    **{"pagerduty": "PagerDuty", "opsgenie": "Opsgenie", "signl4": "SIGNL4", "splunk": "Splunk On-Call"},
    **{"json": "JSON of Apprise", "jsons": "JSON of Apprise"},
}
ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9]([A-Za-z0-9.-]{0,180}[A-Za-z0-9])?")
LONGEST = 2000
MOST_PEOPLE = 50


def address_fault(address: str) -> str:
    """Return what is wrong with an e-mail address, "" where nothing is. Line ends could smuggle in other headers."""
    return "" if ADDRESS.fullmatch(address) else f"{address[:60]!r} is no e-mail address."


def check_email(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings of an e-mail channel, checked; InvalidError names the field. The password is kept apart."""
    host, port = str(raw.get("host", "")).strip(), raw.get("port")
    if not HOST.fullmatch(host):
        raise InvalidError(
            "The host is one name or address of a machine, such as mail.example.org.", field="host"
        )
    if isinstance(port, bool) or not isinstance(port, int) or not 1 <= port <= 65535:
        raise InvalidError("The port is a whole number from 1 to 65535.", field="port")
    if raw.get("security") not in SECURITY:
        raise InvalidError(f"Security is one of {', '.join(SECURITY)}.", field="security")
    user = str(raw.get("user", "")).strip()
    if len(user) > 255 or not user.isprintable():
        raise InvalidError("The user is a text of up to 255 characters.", field="user")
    sender = str(raw.get("sender", "")).strip()
    if fault := address_fault(sender):
        raise InvalidError(fault, remedy="The sender is an address such as hub@example.org.", field="sender")
    return {
        "host": host,
        "port": port,
        "security": raw["security"],
        "user": user,
        "sender": sender,
        "to": _people(raw.get("to", "")),
        "people": bool(raw.get("people")),
    }


def _people(given: str | Sequence[str]) -> list[str]:
    found = re.split(r"[\s,;]+", given) if isinstance(given, str) else list(given)
    found = [address for address in found if address]
    for address in found:
        if fault := address_fault(address):
            raise InvalidError(fault, remedy="Write addresses with commas between them.", field="to")
    if len(found) > MOST_PEOPLE:
        raise InvalidError(
            f"A channel writes to at most {MOST_PEOPLE} addresses.",
            remedy="Use an address of a list.",
            field="to",
        )
    return list(dict.fromkeys(found))


def check_address(kind: str, address: str) -> str:
    """Return what may be shown of a secret address (webhook or chat); InvalidError where it is none."""
    address = address.strip()
    if len(address) > LONGEST or not address.isascii() or not address.isprintable() or " " in address:
        raise InvalidError("The address is one line without spaces, in plain letters.", field="address")
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname or "", parts.port
    except ValueError as wrong:
        raise InvalidError("The address cannot be read.", field="address") from wrong
    return _webhook(parts.scheme, host, parts.username) if kind == "webhook" else _chat(parts.scheme, address)


def _webhook(scheme: str, host: str, user: str | None) -> str:
    if scheme not in ("http", "https") or not HOST.fullmatch(host):
        raise InvalidError(
            "A webhook is an http or https address, such as https://hooks.example.org/…", field="address"
        )
    if user:
        raise InvalidError(
            "A user in the address is not sent.", remedy="Put a token into its path.", field="address"
        )
    return f"{scheme}://{host}/…"


def _chat(scheme: str, address: str) -> str:
    if scheme not in CHATS or "://" not in address:
        raise InvalidError(
            f"The hub does not tell people by {scheme[:20] + '://' if scheme else 'that'}.",
            remedy=f"Use an address of Apprise that begins with one of {', '.join(f'{s}://' for s in CHATS)}.",
            field="address",
        )
    return f"{CHATS[scheme]} ({scheme}://…)"


def without_parts(secret: str, text: str) -> str:
    """Return an error's text with the secret, and every longer part of it, masked: libraries quote parts of addresses."""
    for part in sorted({secret, *re.split(r"[/?&=@:,]+", secret)}, key=len, reverse=True):
        if len(part) > 5 and not HOST_LIKE.fullmatch(part):
            text = text.replace(part, "•••")
    return text


HOST_LIKE = re.compile(
    r"https?|jsons?|localhost|[a-z0-9-]+(\.[a-z0-9-]+)+|\d+(\.\d+){3}"
)  # names of hosts help
