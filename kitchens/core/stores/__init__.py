"""Where data lives: `open_store` gives the store at an address, whichever kind it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kitchens.core.stores.base import DataStore, StoreAddress, StoreError

if TYPE_CHECKING:
    from kitchens.core.stores.sources import SourceRules


def open_store(address: StoreAddress, source_rules: SourceRules | None = None) -> DataStore:
    """Return the store at the address; nothing is connected before its first use.

    `source_rules` says where sources may be read from; without it the process' environment does.
    """
    # Engines are imported here: the web process must not carry DuckDB until someone looks at data.
    if address.kind == "embedded":
        from kitchens.core.stores.embedded import EmbeddedStore

        return EmbeddedStore(address.location, source_rules)
    if address.kind == "postgresql":
        from kitchens.core.stores.postgresql import PostgresStore

        return PostgresStore(address.location, source_rules)
    raise StoreError(f"There is no store of the kind {address.kind!r}. Use embedded or postgresql.")
