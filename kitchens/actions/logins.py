"""Counts failed sign-ins and wrong tokens, so that guessing gets slow. Held in the database: all processes see it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import F

from kitchens.core.addresses import client_address
from kitchens.models import FailedLogin

WINDOW = timedelta(minutes=15)
# How often within the window. A name alone is counted generously: else anybody could lock out anybody.
MOST = {"pair": 10, "address": 50, "name": 200, "token": 50}


def address_of(meta: Mapping[str, str]) -> str:
    """Return where a request comes from, given its META; HUB_PROXIES says how many proxies of ours stand in front."""
    return client_address(meta.get("REMOTE_ADDR", ""), meta.get("HTTP_X_FORWARDED_FOR", ""), settings.PROXIES)


def login_allowed(*, name: str, address: str, now: datetime) -> bool:
    """Say whether this name may be tried from this address now. One query. Asked before the password is looked at."""
    return _within(_login_keys(name, address), now)


def note_failed_login(*, name: str, address: str, now: datetime) -> None:
    """Count a wrong name or password. Three counters, one statement each, and no more once the limit is passed."""
    for key, most in _login_keys(name, address).items():
        _count(key, most, now)


def forget_failed_logins(*, name: str, address: str) -> None:
    """Begin anew for a name at an address, after it signed in. The address' own count stays."""
    FailedLogin.objects.filter(key=_key("pair", f"{name.lower()}@{address}")).delete()


def note_wrong_token(*, address: str, now: datetime) -> bool:
    """Count a wrong token from an address; return False where there have been too many.

    Only wrong tokens are ever refused for this: whoever shares the address and has a right one is not hindered.
    """
    limits = {_key("token", address): MOST["token"]}
    if not _within(limits, now):
        return False
    for key, most in limits.items():
        _count(key, most, now)
    return True


def sweep_failed_logins(now: datetime) -> int:
    """Remove counters whose window is over; return how many."""
    return FailedLogin.objects.filter(since__lte=now - WINDOW).delete()[0]


def _login_keys(name: str, address: str) -> dict[str, int]:
    name = name.lower()
    return {
        _key("pair", f"{name}@{address}"): MOST["pair"],
        _key("address", address): MOST["address"],
        _key("name", name): MOST["name"],
    }


def _key(kind: str, what: str) -> str:
    return f"{kind}:{hashlib.sha256(what.encode()).hexdigest()}"


def _within(limits: dict[str, int], now: datetime) -> bool:
    """Say whether no counter has reached its limit in its running window."""
    running = FailedLogin.objects.filter(key__in=limits, since__gt=now - WINDOW)
    return all(counter.count < limits[counter.key] for counter in running)


def _count(key: str, most: int, now: datetime) -> None:
    """Add one in the running window, or begin a new one; past the limit nothing is written any more."""
    running = FailedLogin.objects.filter(key=key, since__gt=now - WINDOW)
    if running.filter(count__lt=most).update(count=F("count") + 1) or running.exists():
        return
    FailedLogin.objects.update_or_create(key=key, defaults={"count": 1, "since": now})
