"""The PostgreSQL store: parts are immutable tables of one schema; names of datasets are rewritten to them.

The role in the store's address should own the schemas `hub_data` and `hub_functions` and nothing else. It must not
be a superuser, nor a member of pg_read_server_files, pg_write_server_files or pg_execute_server_program.
"""

from kitchens.core.stores.postgresql.store import PostgresStore

__all__ = ["PostgresStore"]
