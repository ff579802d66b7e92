"""Chats and services that wake people, by Apprise. They know no key: what was sent twice is seen twice."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from monitoring.core.delivery import SECONDS, DeliveryError, Parcel
from monitoring.core.delivery.outside import only_public


def send(settings: Mapping[str, Any], secret: str, parcel: Parcel, allow_private: bool) -> None:
    """Send by the service that the address names. Apprise says why not in its log only, so that is listened to."""
    import apprise

    post = apprise.Apprise(asset=apprise.AppriseAsset(app_id="DataOps Hub", app_desc="DataOps Hub"))
    heard = _Ear()
    log = logging.getLogger("apprise")
    log.addHandler(heard)
    try:
        if not post.add(f"{secret}{'&' if '?' in secret else '?'}cto={SECONDS}&rto={SECONDS}"):
            raise DeliveryError("Apprise cannot read the address of the channel.")
        with only_public(allow_private):
            taken = post.notify(
                title=parcel.title,
                body=f"{parcel.text}\n{parcel.url}",
                body_format="text",
                interpret_escapes=False,
            )
    finally:
        log.removeHandler(heard)
    if not taken:
        raise DeliveryError(heard.said or "The service did not take it, and did not say why.")


class _Ear(logging.Handler):
    """Keeps the last thing that was complained about."""

    said = ""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)

    def emit(self, record: logging.LogRecord) -> None:
        self.said = " ".join(record.getMessage().split())[:200]
