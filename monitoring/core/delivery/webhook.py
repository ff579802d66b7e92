"""A POST of JSON. The key is in the body and in the header Idempotency-Key. Redirects are not followed."""

from __future__ import annotations

import http.client
import json
import ssl
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from monitoring.core.delivery import SECONDS, DeliveryError, Parcel
from monitoring.core.delivery.outside import only_public


def send(settings: Mapping[str, Any], secret: str, parcel: Parcel, allow_private: bool) -> None:
    """Post the message to the address, which is the secret. Any answer of 2xx means that it was taken."""
    parts = urlsplit(secret)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        with only_public(allow_private):
            link = _connection(parts.scheme, parts.hostname or "", parts.port)
            try:
                link.request("POST", path, body=_body(parcel), headers=_headers(parcel))
                status = link.getresponse().status
            finally:
                link.close()
    except DeliveryError:
        raise
    except (OSError, ValueError, http.client.HTTPException) as wrong:
        raise DeliveryError(
            f"{parts.hostname} could not be reached: {wrong or type(wrong).__name__}."
        ) from wrong
    if not 200 <= status < 300:
        raise DeliveryError(f"{parts.hostname} answered {status}.")


def _connection(scheme: str, host: str, port: int | None) -> http.client.HTTPConnection:
    if scheme == "https":
        return http.client.HTTPSConnection(host, port, timeout=SECONDS, context=ssl.create_default_context())
    return http.client.HTTPConnection(host, port, timeout=SECONDS)


def _body(parcel: Parcel) -> bytes:
    told = {
        "key": parcel.key,
        "title": parcel.title,
        "text": parcel.text,
        "url": parcel.url,
        **(parcel.facts or {}),
    }
    return json.dumps(told).encode()


def _headers(parcel: Parcel) -> dict[str, str]:
    return {
        "Content-Type": "application/json",
        "User-Agent": "dataops-hub",
        "Idempotency-Key": parcel.key,
        "Connection": "close",
    }
