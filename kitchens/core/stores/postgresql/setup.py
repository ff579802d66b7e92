"""What the store keeps in its database beside the parts: a register of them, and functions DuckDB has and PostgreSQL not.

The functions stand in a schema of their own at the front of the search path, so that SQL written for DuckDB finds
them under the names it uses. They are pure; nobody but the store's role may add to them.
"""

from __future__ import annotations

from typing import Any

import psycopg

DATA = "hub_data"
FUNCTIONS = "hub_functions"
EDITION = "4"  # raise with every change of the statements below
LOCK = 7_216_031_955  # of the set-up, so that processes that start at once do it one after the other

STATEMENTS = f"""
CREATE SCHEMA IF NOT EXISTS {DATA};
CREATE TABLE IF NOT EXISTS {DATA}.hub_parts (
    name text PRIMARY KEY, dataset text NOT NULL, attempt text NOT NULL, created_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE IF NOT EXISTS {DATA}.hub_profiles (name text PRIMARY KEY, profile text NOT NULL);
CREATE TABLE IF NOT EXISTS {DATA}.hub_measures (name text PRIMARY KEY, numbers text NOT NULL);
DROP SCHEMA IF EXISTS {FUNCTIONS} CASCADE;
CREATE SCHEMA {FUNCTIONS};
CREATE AGGREGATE {FUNCTIONS}.sum(bigint) (SFUNC = int8pl, STYPE = bigint, COMBINEFUNC = int8pl, PARALLEL = safe);
CREATE FUNCTION {FUNCTIONS}.keep_first(anyelement, anyelement) RETURNS anyelement
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT $1';
CREATE AGGREGATE {FUNCTIONS}.any_value(anyelement) (SFUNC = {FUNCTIONS}.keep_first, STYPE = anyelement, PARALLEL = safe);
CREATE FUNCTION {FUNCTIONS}.round(double precision, integer) RETURNS double precision
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT round($1::numeric, $2)::double precision';
CREATE FUNCTION {FUNCTIONS}.contains(text, text) RETURNS boolean
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT position($2 in $1) > 0';
CREATE FUNCTION {FUNCTIONS}.ends_with(text, text) RETURNS boolean
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT right($1, length($2)) = $2';
CREATE FUNCTION {FUNCTIONS}.regexp_extract(text, text, integer DEFAULT 0) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS
    'SELECT coalesce((regexp_match($1, ''('' || $2 || '')''))[$3 + 1], '''')';
CREATE FUNCTION {FUNCTIONS}.is_nan(double precision) RETURNS boolean
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT $1 = ''NaN''::double precision';
CREATE FUNCTION {FUNCTIONS}.date_trunc(text, date) RETURNS timestamp
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT pg_catalog.date_trunc($1, $2::timestamp)';
CREATE FUNCTION {FUNCTIONS}.dayname(timestamp) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT to_char($1, ''FMDay'')';
CREATE FUNCTION {FUNCTIONS}.monthname(timestamp) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT to_char($1, ''FMMonth'')';
CREATE FUNCTION {FUNCTIONS}.last_day(timestamp) RETURNS date
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS
    'SELECT (pg_catalog.date_trunc(''month'', $1) + interval ''1 month - 1 day'')::date';
"""
"""Text that does not convert gives null: what TRY_CAST does. One function a type, for a type is no value."""
TRY_CAST = """
CREATE FUNCTION {schema}.try_cast_{name}(text) RETURNS {type}
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS
    $body$ BEGIN RETURN $1::{type}; EXCEPTION WHEN data_exception THEN RETURN NULL; END $body$;
"""
TRY_TYPES = {
    "bigint": "bigint",
    "integer": "integer",
    "smallint": "smallint",
    "double": "double precision",
    "numeric": "numeric",
    "date": "date",
    "time": "time",
    "timestamp": "timestamp",
    "timestamptz": "timestamptz",
    "boolean": "boolean",
    "uuid": "uuid",
}


def ensure(link: psycopg.Connection[Any]) -> None:
    """Make what the store needs unless it is there in this edition. One query where it is."""
    found = link.execute(
        "SELECT obj_description(oid, 'pg_namespace') FROM pg_namespace WHERE nspname = %s", [FUNCTIONS]
    ).fetchone()
    if found == (EDITION,):
        return
    with link.transaction():
        link.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        link.execute(STATEMENTS)
        for name, type_name in TRY_TYPES.items():
            link.execute(TRY_CAST.format(schema=FUNCTIONS, name=name, type=type_name))
        link.execute(f"COMMENT ON SCHEMA {FUNCTIONS} IS '{EDITION}'")
