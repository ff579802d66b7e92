"""Empty a test database quickly: only tables that hold rows, where Django's flush takes all of them and refills some."""

from __future__ import annotations

from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, transaction

KEPT = {"django_migrations", "django_content_type", "auth_permission"}  # the same after every migration


def empty_after_test(case: Any) -> None:
    """Take the place of TransactionTestCase._fixture_teardown; the hub has one database."""
    assert set(case._databases_names(include_mirrors=False)) <= {DEFAULT_DB_ALIAS}
    empty()


def empty() -> None:
    """Delete all rows of all tables of the hub. Two queries where there are none."""
    full = _tables_with_rows()
    if not full:
        return
    quoted = [connection.ops.quote_name(name) for name in full]
    if connection.vendor == "postgresql":
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")  # no trigger looks at foreign keys
            cursor.execute("; ".join(f"DELETE FROM {name}" for name in quoted))
        return
    with connection.constraint_checks_disabled(), transaction.atomic(), connection.cursor() as cursor:
        for name in quoted:
            cursor.execute(f"DELETE FROM {name}")


def _tables_with_rows() -> list[str]:
    names = [
        name
        for name in connection.introspection.django_table_names(only_existing=False, include_views=False)
        if name not in KEPT
    ]
    asked = (
        f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM {connection.ops.quote_name(name)})" for name in names
    )
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(asked))
        return [name for (name,) in cursor.fetchall()]
