"""The hub's own tables: made at once in an empty database, brought up to date by migrations in any other, and counted."""

from __future__ import annotations

from django.apps import apps
from django.core.management import call_command
from django.core.management.sql import emit_post_migrate_signal
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

COUNTED = (
    1000  # entries of an index that are looked at: enough to tell one that narrows from one that does not
)


def bring_tables_up_to_date() -> None:
    """Leave the database as all migrations leave it.

    Where it is empty the tables are made as the models say, and all migrations are noted as applied, in one
    transaction: one after the other they take ten times as long, and there is nothing that they could move.
    """
    if connection.introspection.table_names():
        call_command("migrate", interactive=False, verbosity=0)
        return
    _make_all()
    emit_post_migrate_signal(verbosity=0, interactive=False, db=connection.alias)


def _make_all() -> None:
    recorder = MigrationRecorder(connection)
    migrations = MigrationLoader(connection).disk_migrations
    with connection.schema_editor() as editor:
        for model in (*apps.get_models(include_auto_created=False), recorder.Migration):
            if model._meta.can_migrate(connection):
                editor.create_model(model)
        recorder.migration_qs.bulk_create(
            recorder.Migration(app=app, name=name) for app, name in sorted(migrations)
        )


def count_what_is_in_them() -> None:
    """Let SQLite count what its indexes narrow to, as PostgreSQL does by itself: without, it guesses the wrong one.

    Milliseconds, however full the tables are (https://sqlite.org/lang_analyze.html, "Approximate ANALYZE").
    """
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA analysis_limit = {COUNTED}")
        cursor.execute("ANALYZE")
