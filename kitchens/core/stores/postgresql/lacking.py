"""What SQL written for DuckDB uses that a PostgreSQL store has no words for: told when a recipe is read, not when it runs.

No server is asked. What is not known here for certain is let through: the server has the last word.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator
from typing import Any

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from kitchens.core.stores.postgresql.functions import rewrite
from kitchens.core.stores.postgresql.setup import STATEMENTS, TRY_TYPES

Lack = tuple[Any, str, str]  # node, what it is, what to do instead

# What a SELECT may call on PostgreSQL 13 or newer; words that only look like calls (CAST, VALUES …) are among them.
OWN = """
abs acos acosd acosh age any_value array array_agg array_append array_cat array_dims array_length array_lower
array_ndims array_position array_positions array_prepend array_remove array_replace array_to_json array_to_string
array_upper ascii asin asind asinh atan atan2 atan2d atand atanh avg bit bit_and bit_length bit_or bit_xor bool_and
bool_or btrim cardinality case cast cbrt ceil ceiling char char_length character_length chr clock_timestamp coalesce
collate concat concat_ws convert_from convert_to corr cos cosd cosh cot cotd count covar_pop covar_samp cube cume_dist
current_date current_time current_timestamp date date_bin date_part date_trunc decimal decode degrees dense_rank
distinct div encode every exists exp extract factorial filter first_value floor format gcd gen_random_uuid
generate_series generate_subscripts get_bit get_byte greatest grouping grouping_sets initcap interval isfinite
json_agg json_array_elements json_array_elements_text json_array_length json_build_array json_build_object json_each
json_each_text json_extract_path json_extract_path_text json_object json_object_agg json_object_keys json_strip_nulls
json_typeof jsonb_agg jsonb_array_elements jsonb_array_elements_text jsonb_array_length jsonb_build_array
jsonb_build_object jsonb_each jsonb_each_text jsonb_extract_path jsonb_extract_path_text jsonb_insert jsonb_object
jsonb_object_agg jsonb_object_keys jsonb_path_exists jsonb_path_match jsonb_path_query jsonb_path_query_array
jsonb_path_query_first jsonb_pretty jsonb_set jsonb_strip_nulls jsonb_typeof justify_days justify_hours
justify_interval lag last_value lcm lead least left length ln localtime localtimestamp log log10 lower lpad ltrim
make_date make_interval make_time make_timestamp make_timestamptz max md5 min min_scale mod mode normalize now
nth_value ntile nullif num_nonnulls num_nulls numeric octet_length over overlay percent_rank percentile_cont
percentile_disc pg_typeof pi position pow power quote_ident quote_literal quote_nullable radians random rank
regexp_count regexp_instr regexp_like regexp_match regexp_matches regexp_replace regexp_split_to_array
regexp_split_to_table regexp_substr repeat replace reverse right rollup round row row_number row_to_json rpad rtrim
scale set_bit set_byte sha224 sha256 sha384 sha512 sign sin sind sinh split_part sqrt starts_with statement_timestamp
stddev stddev_pop stddev_samp string_agg string_to_array string_to_table strpos substr substring sum tan tand tanh
text time timestamp timestamptz timezone to_ascii to_char to_date to_hex to_json to_jsonb to_number to_timestamp
translate trim trim_scale trunc unnest upper values var_pop var_samp varchar variance width_bucket within
"""
MADE = re.compile(r"CREATE (?:FUNCTION|AGGREGATE) [a-z_]+\.(\w+)\(")
KNOWN = {*OWN.split(), *MADE.findall(STATEMENTS), *(f"try_cast_{name}" for name in TRY_TYPES), "columns"}
PLAIN_JOIN = (
    "Join with conditions that name both sides; number rows by row_number() where their order counts."
)
AS_TABLE = "Write each element as a row of its own, and go on with those."
UNSIGNED = {getattr(exp.DataType.Type, name) for name in ("UTINYINT", "USMALLINT", "UINT", "UBIGINT")}
CONSTRUCTS: dict[type, tuple[Callable[[Any], object], str, str]] = {
    exp.Join: (lambda node: node.args.get("method") in ("ASOF", "POSITIONAL"), "{method} JOIN", PLAIN_JOIN),
    exp.Lambda: (bool, "a function written with ->", AS_TABLE),
    exp.Comprehension: (bool, "a list made by FOR", AS_TABLE),
    exp.Struct: (bool, "a structure ({{…}} or struct_pack)", "Give each of its fields a column."),
    exp.ToMap: (bool, "a MAP", "Give each of its keys a column, or a row."),
    exp.Columns: (bool, "COLUMNS(…)", "Name the columns."),
    exp.TableSample: (bool, "a sample of rows", "Choose rows by a condition, such as id % 10 = 0."),
    exp.Glob: (bool, "GLOB", "Use LIKE or regexp_matches."),
    exp.SetOperation: (
        lambda node: node.args.get("by_name"),
        "{key} BY NAME",
        "Name the columns in the same order on both sides.",
    ),
    exp.Dot: (
        lambda node: isinstance(node.expression, exp.Func),
        "a call behind a dot",
        "Write function(value) instead of value.function().",
    ),
    exp.Cast: (
        lambda node: node.to.this in UNSIGNED,
        "the type {to}",
        "Use the next larger type with a sign, such as BIGINT.",
    ),
}


def lacking(tree: Any) -> Iterator[Lack]:
    """Yield what a SELECT or condition in DuckDB's dialect, without placeholders, has that PostgreSQL lacks."""
    for node in tree.walk():
        for kind, (is_so, words, remedy) in CONSTRUCTS.items():
            if isinstance(node, kind) and is_so(node):
                yield node, _named(node, words), remedy
    yield from _calls(tree)


def _named(node: Any, words: str) -> str:
    to = node.args.get("to")
    return words.format(
        method=node.args.get("method"), key=node.key.upper(), to=to and to.sql(dialect="duckdb")
    )


def _calls(tree: Any) -> Iterator[Lack]:
    """Yield the calls whose function, as it would be named there, is not known there."""
    own = exp.Paren(this=tree.copy())  # so that also the top of the tree can be replaced
    try:
        rewrite(own)
        unknown = _called(own) - KNOWN
    except SqlglotError as fault:
        yield tree, str(fault).splitlines()[0], "Use what both know."
        return
    for node in own.find_all(exp.Func) if unknown else ():
        name = _called_by(node)
        if name in unknown:
            unknown.discard(name)
            yield node, f"the function {_written(node)}", "Use a function that both stores know."


def _called(tree: Any) -> set[str]:
    """Return the names before a bracket in PostgreSQL's text; names of columns and tables stand in quotes there."""
    text = tree.sql(dialect="postgres", identify=True, comments=False)
    tokens = sqlglot.tokenize(text, read="postgres")
    return {
        token.text.lower()
        for token, following in itertools.pairwise(tokens)
        if (token.token_type.name, following.token_type.name) == ("VAR", "L_PAREN")
    }


def _called_by(node: Any) -> str:
    return str(node.sql(dialect="postgres", identify=True, comments=False)).partition("(")[0].lower()


def _written(node: Any) -> str:
    return f"{node.sql(dialect='duckdb', comments=False).partition('(')[0].lower()}()"
