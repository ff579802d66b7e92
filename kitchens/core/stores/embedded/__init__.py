"""The embedded store: immutable Parquet files below one folder, read and written by an in-memory DuckDB."""

from kitchens.core.stores.embedded.store import EmbeddedStore

__all__ = ["EmbeddedStore"]
