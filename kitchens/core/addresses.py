"""Where a request really comes from."""

from __future__ import annotations


def client_address(remote: str, forwarded: str, proxies: int) -> str:
    """Return the address of the client, given the peer's address and the header X-Forwarded-For.

    The header is written by whoever asks, so only the last `proxies` entries count: those our own proxies added.
    Without proxies it is not looked at.
    """
    if proxies < 1:
        return remote
    hops = [hop.strip() for hop in forwarded.split(",") if hop.strip()]
    return hops[-proxies][:60] if len(hops) >= proxies else remote
