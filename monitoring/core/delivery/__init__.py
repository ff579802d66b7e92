"""Take a message to where it is read: by SMTP, as JSON to a webhook, by Apprise to a chat.

Each function returns when the other side has taken it, and raises DeliveryError otherwise. Only for the process that
sends notices: it waits for the network, and Apprise is loaded here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

SECONDS = 15.0


class DeliveryError(Exception):
    """A message was not taken; the text says why, and may still hold parts of addresses."""


@dataclass(frozen=True)
class Parcel:
    """A message on its way. `key` names it for ever: a channel that can drops what it has seen."""

    key: str
    title: str
    text: str
    url: str
    to: tuple[str, ...] = ()
    facts: Mapping[str, Any] | None = None  # for programs: incident, kind, severity …
    thread: str = ""  # what it belongs to: mails of one incident stand together


def deliver(
    kind: str, settings: Mapping[str, Any], secret: str, parcel: Parcel, *, allow_private: bool
) -> None:
    """Deliver by a channel of this kind. Private addresses are refused for webhooks and chats unless allowed."""
    if kind == "email":
        from monitoring.core.delivery.email import send
    elif kind == "webhook":
        from monitoring.core.delivery.webhook import send
    else:
        from monitoring.core.delivery.chat import send
    send(settings, secret, parcel, allow_private)
