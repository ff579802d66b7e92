"""A new database has the same tables whether made at once or by one migration after the other; what fills it is counted."""

from __future__ import annotations

import json

import pytest
from django.db import connection

from hub.common.tables import count_what_is_in_them
from tests.conftest import fresh_database
from tests.forks import run_forked

MAKE = """
import json, django
django.setup()
from django.core.management import call_command
from django.db import connection
from hub.common.tables import bring_tables_up_to_date
from tests.hub.common.test_tables import shape
bring_tables_up_to_date() if {at_once} else call_command("migrate", verbosity=0)
bring_tables_up_to_date()
print(json.dumps(shape(connection)))
"""


def shape(connection) -> dict[str, object]:
    """Return what a database holds: columns, constraints and indexes by table, and the migrations noted as applied."""
    look = connection.introspection
    with connection.cursor() as cursor:
        found: dict[str, object] = {}
        for table in sorted(look.table_names(cursor)):
            columns = [
                (one.name, str(one.type_code), one.null_ok, str(one.default), one.display_size)
                for one in look.get_table_description(cursor, table)
            ]
            constraints = {
                name: {key: value for key, value in sorted(facts.items()) if key != "definition"}
                for name, facts in look.get_constraints(cursor, table).items()
            }
            nameless = sorted(json.dumps(facts) for facts in constraints.values())
            named = sorted(name for name in constraints if not name.startswith("__"))
            found[table] = [sorted(columns), nameless, named]
        for table in ("django_migrations", "auth_permission", "django_content_type"):
            names = {
                "django_migrations": "app, name",
                "auth_permission": "codename",
                "django_content_type": "model",
            }
            cursor.execute(f"SELECT {names[table]} FROM {table}")
            found[f"rows of {table}"] = sorted(map(list, cursor.fetchall()))
    return found


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def databases(request, tmp_path):
    """Two empty databases of one kind."""
    if request.param == "sqlite":
        yield [f"sqlite:///{tmp_path}/{number}.sqlite3" for number in range(2)]
        return
    server = request.getfixturevalue("postgres_server")
    with fresh_database(server) as one, fresh_database(server) as other:
        yield [one, other]


@pytest.mark.one_database
def test_tables_made_at_once_are_those_that_the_migrations_make(databases, tmp_path):
    found = []
    for at_once, url in zip((True, False), databases, strict=True):
        around = {"DATABASE_URL": url, "HUB_HOME": str(tmp_path), "DJANGO_SETTINGS_MODULE": "hub.settings"}
        ended = run_forked(MAKE.format(at_once=at_once), environment=around)
        assert ended.returncode == 0, ended.stderr
        found.append(json.loads(ended.stdout))

    at_once, migrated = found
    assert len(migrated) > 50
    assert at_once.keys() == migrated.keys()
    other = [name for name in migrated if at_once[name] != migrated[name]]
    assert [
        name for name in other if name != "auth_group_permissions"
    ] == []  # Django's; the hub has no groups


@pytest.mark.django_db
def test_an_index_that_narrows_is_taken_once_it_was_counted_what_is_in_the_tables():
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE told (kitchen integer, slot integer)")
        cursor.executemany("INSERT INTO told VALUES (1, %s)", [(slot,) for slot in range(2000)])
        cursor.execute("CREATE INDEX by_kitchen ON told (kitchen)")
        cursor.execute("CREATE INDEX by_slot ON told (slot)")

        count_what_is_in_them()

        if connection.vendor == "postgresql":
            cursor.execute("ANALYZE told")
        explain = "EXPLAIN" if connection.vendor == "postgresql" else "EXPLAIN QUERY PLAN"
        cursor.execute(f"{explain} SELECT * FROM told WHERE kitchen = 1 AND slot IN (7, 8, 9)")
        assert "by_slot" in str(cursor.fetchall())


@pytest.mark.django_db
def test_postgresql_is_left_to_count_by_itself(django_assert_num_queries):
    with django_assert_num_queries(0 if connection.vendor == "postgresql" else 2):
        count_what_is_in_them()
