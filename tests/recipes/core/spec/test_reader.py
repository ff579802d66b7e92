"""Recipes from files: what is right comes out as a spec, what is wrong as faults with place and remedy, all at once."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recipes.core.checks.structure.schema_match import SchemaMatch
from recipes.core.spec import Fault, read_recipe
from recipes.core.spec.model import WriteSpec

SQL = b"SELECT day, count(*) AS n FROM sales.orders WHERE day = {{ day }} GROUP BY day"
PYTHON = b"def run(context):\n    context.write('sales.orders', [])\n"
RECIPE = """
description: Orders of a day
values:
  day: {type: date, default: "{{ yesterday }}"}
  least: {type: integer, default: 5}
sources:
  shop: {location: "orders-{{ day }}.csv"}
nodes:
  sum_up: {kind: sql, file: sum.sql, writes: {sales.daily: {merge: [day]}}}
  load: {kind: python, file: load.py, reads: [source.shop], writes: {sales.orders: {replace_partition: day}}}
  tell: {kind: shell, command: "echo done", needs: [sum_up, load], effects: external, timeout: 2 min}
  done: {kind: synchronise, needs: [tell]}
tests:
  enough: {node: load, check: row_count, where: "day = {{ day }}", min: "{{ least }}"}
variations:
  production: {schedule: "0 5 * * *", timezone: Europe/Berlin, deadline: "06:30"}
  small: {nodes: [load, sum_up], values: {least: 1}}
ingredients:
  load one day: {variation: small, takes: [day], gives: [rows_loaded]}
"""
NINE = b"%c: &%c [*%c,*%c,*%c,*%c,*%c,*%c,*%c,*%c,*%c]\n"
FILES = {"recipe.yaml": RECIPE.encode(), "sum.sql": SQL, "load.py": PYTHON}


def read(text: str | bytes = RECIPE, **files: bytes):
    content = text.encode() if isinstance(text, str) else text
    named = {name.replace("__", "."): body for name, body in files.items()}
    return read_recipe(FILES | {"recipe.yaml": content} | named, domain="sales", name="daily")


def faults(text: str | bytes = RECIPE, **files: bytes) -> list[Fault]:
    return list(read(text, **files).faults)


def only(text: str | bytes = RECIPE, **files: bytes) -> Fault:
    (fault,) = faults(text, **files)
    return fault


def changed(old: str, new: str) -> str:
    assert RECIPE.count(old) == 1, old
    return RECIPE.replace(old, new)


def test_a_recipe_without_faults_becomes_a_spec():
    spec = read().spec

    assert spec is not None
    assert (spec.domain, spec.name, spec.dialect) == ("sales", "daily", "duckdb")
    assert list(spec.nodes) == ["load", "sum_up", "tell", "done"]
    assert spec.nodes["sum_up"].reads == ("sales.orders",)
    assert spec.nodes["sum_up"].needs == ("load",)
    assert spec.nodes["sum_up"].values == ("day",)
    assert spec.nodes["sum_up"].writes == (WriteSpec(dataset="sales.daily", mode="merge", columns=("day",)),)
    assert spec.nodes["load"].sources == ("shop",)
    assert spec.nodes["tell"].timeout == 120
    assert spec.sources["shop"].format == "csv"
    assert spec.tests["enough"].dataset == "sales.orders"
    assert spec.variations["small"].nodes == ("load", "sum_up")
    assert spec.nodes["load"].line == 10
    assert spec.files == ("load.py", "recipe.yaml", "sum.sql")


def test_a_spec_survives_the_way_through_json():
    spec = read().spec
    assert type(spec).model_validate_json(spec.model_dump_json()) == spec


def test_the_order_of_expected_columns_outlives_json_that_sorts_its_keys():
    text = RECIPE.replace(
        "variations:\n",
        "  columns:\n    node: load\n    dataset: sales.orders\n    check: schema_match\n    order: true\n"
        "    columns: {price: DOUBLE, day: DATE}\nvariations:\n",
        1,
    )
    found = read(text)
    assert found.faults == ()
    kept = json.loads(json.dumps(found.spec.model_dump(mode="json"), sort_keys=True))
    params = kept["tests"]["columns"]["params"]

    assert list(params["columns"]) == ["day", "price"]
    assert list(SchemaMatch.model_validate(params).expected) == ["price", "day"]


def test_a_recipe_without_variations_has_one_called_default():
    spec = read("nodes: {load: {kind: python, file: load.py}}").spec
    assert list(spec.variations) == ["default"]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("sales.a", [("sales.a", "replace", ())]),
        ("[sales.a, sales.b]", [("sales.a", "replace", ()), ("sales.b", "replace", ())]),
        ("{sales.a: append}", [("sales.a", "append", ())]),
        ("{sales.a: replace, sales.b: }", [("sales.a", "replace", ()), ("sales.b", "replace", ())]),
        ("{sales.a: {replace_partition: day}}", [("sales.a", "replace_partition", ("day",))]),
        ("{sales.a: {merge: [id, day]}, sales.b: {merge: id}}",
         [("sales.a", "merge", ("id", "day")), ("sales.b", "merge", ("id",))]),
        ("[sales.a, {sales.b: append}]", [("sales.a", "replace", ()), ("sales.b", "append", ())]),
    ],
)  # fmt: skip
def test_what_a_node_writes_has_short_forms(written, expected):
    spec = read(f"nodes: {{load: {{kind: python, file: load.py, writes: {written}}}}}").spec

    assert [(w.dataset, w.mode, w.columns) for w in spec.nodes["load"].writes] == expected


WRONG = [
    # what is changed, by what, code, line, words of the message, words of the remedy
    ("description: Orders", "descripton: Orders", "unknown-key", 2, "no key 'descripton'", "Did you mean description?"),
    ("description: Orders of a day", "description: 5", "wrong-type", 2, "must be a text, not the number 5", "quotes"),
    ("description: Orders of a day", "dialect: oracle", "bad-choice", 2, "'oracle', which is none of", ""),
    ("type: date", "type: dat", "bad-choice", 4, "'dat', which is none of", "Did you mean date?"),
    ("{type: integer, default: 5}", "{default: 5}", "missing-key", 5, "Value least has no type", ""),
    ("default: 5", "default: five", "bad-value", 5, "five is not a whole number", ""),
    ("default: 5", "default: 5, min: 9, max: 3", None, 5, "min 9 is above max 3", "Exchange"),
    ("default: 5", "default: 5, min: 9", None, 5, "5 is below the least allowed, 9", ""),
    ("default: 5", "default: 5, min: low", "bad-value", 5, "in min, low is not a whole number", ""),
    ("default: 5", "default: 5, choices: [1, 2]", "bad-value", 5, "5 is not one of 1, 2", ""),
    ("default: 5", "default: 5, choices: [x, 5]", "bad-value", 5, "in choices, x is not a whole number", ""),
    ("default: 5", "default: 5, required: true", "bad-default", 5, "is required and has a default", ""),
    ("default: 5", "default: 5, required: maybe", "wrong-type", 5, "must be true or false", ""),
    ("default: 5", 'default: "{{ leest }}"', "undefined-value", 5, "uses the value leest", "Did you mean least?"),
    ("default: 5", 'default: "{{ least }}"', "value-cycle", 5, "least → least", ""),
    ("default: 5", 'default: "{{ day | ad_days(1) }}"', "template", 5, "no filter ad_days", ""),
    ("default: 5", 'default: "{% if x %}"', "template", 5, "statement or comment", ""),
    ("default: 5", "default: {{ day }}", "yaml-key", 5, "cannot be a key", "quotes"),
    ("  least: {", "  Least: {", None, 5, "'Least' cannot be the name of a value", "small letters"),
    ("  least: {", "  today: {", None, 5, "today is a value of the hub", ""),
    ("  least: {", "  none: {", None, 5, "meaning of its own", ""),
    ("  least: {", "  day: {", None, 5, "'day' is there twice; the first is in line 4", ""),
    ('location: "orders-{{ day }}.csv"', "location: orders", "bad-source", 7, "format cannot be told", "format: csv"),
    ('location: "orders-{{ day }}.csv"', "format: csv", "bad-source", 7, "either a location or a connection", ""),
    ('location: "orders-{{ day }}.csv"', "location: ftp://x/y.csv", "bad-source", 7, "only http and https", ""),
    ('location: "orders-{{ day }}.csv"', "connection: shop", "bad-source", 7, "either a table or a query", ""),
    ('location: "orders-{{ day }}.csv"', "connection: shop, table: a b", "bad-source", 7, "not the name of a table", ""),
    ('location: "orders-{{ day }}.csv"', "connection: shop, query: DROP TABLE x", "not-a-select", 7, "one SELECT", ""),
    ('location: "orders-{{ day }}.csv"', 'connection: shop, query: "SELECT {{ dya }}"', "undefined-value", 7, "dya", "day"),
    ('location: "orders-{{ day }}.csv"', 'location: "{{ dya }}.csv"', "undefined-value", 7, "dya", "Did you mean day?"),
    ('location: "orders-{{ day }}.csv"', "location: a.csv, table: x", "bad-source", 7, "is a file and has no table", ""),
    ("reads: [source.shop]", "reads: [source.shp]", "unknown-source", 10, "'shp', which does not exist", "shop"),
    ("reads: [source.shop]", "reads: [Orders]", "bad-dataset-name", 10, "'Orders' is not the name", "<domain>.<table>"),
    ("reads: [source.shop]", "reads: [a.b, a.b]", "duplicate-name", 10, "names a.b twice", ""),
    ("kind: shell", "kind: bash", "bad-choice", 11, "'bash', which is none of sql", ""),
    ("kind: shell, ", "", "missing-key", 11, "Node tell has no kind", "How the node works"),
    ("file: load.py", "fil: load.py", None, 10, "no key 'fil'", "Did you mean file?"),
    ("file: load.py", "file: laod.py", "missing-file", 10, "no file 'laod.py'", "Did you mean load.py?"),
    ("file: load.py", "file: /etc/passwd", "file-outside", 10, "is absolute", "beside recipe.yaml"),
    ("file: load.py", "file: ../other/load.py", "file-outside", 10, "leaves the folder", ""),
    ("file: load.py", "file: sub\\\\load.py", "file-outside", 10, "leaves the folder", ""),
    ("file: load.py", "file: C:/load.py", "file-outside", 10, "is absolute", ""),
    ("file: load.py", "file: 5", "wrong-type", 10, "file must be a text", ""),
    ('command: "echo done", ', "", "missing-key", 11, "either a file or a command", ""),
    ('command: "echo done"', 'command: "echo {{ day }}"', "template", 11, "a command is no template", "HUB_VALUE"),
    ("needs: [sum_up, load]", "needs: [sum_upp, load]", "unknown-node", 11, "'sum_upp'", "Did you mean sum_up?"),
    ("needs: [sum_up, load]", "needs: [tell]", "self-need", 11, "Node tell needs itself", "Remove"),
    ("needs: [sum_up, load]", "needs: [done]", "cycle", None, "tell → done → tell", "Take one"),
    ("needs: [sum_up, load]", "needs: {a: b}", "wrong-type", 11, "a name or a list of names", ""),
    ("effects: external", "effects: extern", "bad-choice", 11, "none of none, external", "Did you mean external?"),
    ("effects: external", "connection: a b", "bad-name", 11, "name of a connection", ""),
    ("timeout: 2 min", "timeout: soon", "wrong-type", 11, "must be a time span", "15 min"),
    ("timeout: 2 min", "timeout: -5", "out-of-range", 11, "timeout is -5", ""),
    ("timeout: 2 min", "retries: 1.5", "wrong-type", 11, "must be a whole number", ""),
    ("timeout: 2 min", "retries: 1000", "out-of-range", 11, "retries is 1000; it may be 0 to 100", ""),
    ("kind: synchronise", "kind: synchronise, file: sum.sql", "unknown-key", 12, "takes no file", ""),
    ("sales.orders: {replace_partition: day}", "ops.orders: append", "foreign-dataset", 10, "domain ops", "sales.orders"),
    ("sales.orders: {replace_partition: day}", "sales.orders: apend", "bad-mode", 10, "'apend' is not a way", "append"),
    ("sales.orders: {replace_partition: day}", "sales.orders: merge", "bad-mode", 10, "merge takes the columns", ""),
    ("sales.orders: {replace_partition: day}", "sales.orders: {append: x}", "bad-mode", 10, "append takes no column", ""),
    ("sales.orders: {replace_partition: day}", "sales.orders: {replace_partition: [a, b]}", "bad-mode", 10, "one column", ""),
    ("sales.orders: {replace_partition: day}", "sales.orders: {merge: [a, a]}", "bad-mode", 10, "merge takes", ""),
    ("sales.orders: {replace_partition: day}", "orders: append", "bad-dataset-name", 10, "'orders' is not", "sales.orders"),
    ("sales.orders: {replace_partition: day}", "source.x: append", "bad-dataset-name", 10, "'source.x' is not", ""),
    ("sales.orders: {replace_partition: day}", "sales.daily: append", "two-writers", None, "two nodes that write", ""),
    ("check: row_count", "check: row_cuont", "unknown-check", 14, "no check 'row_cuont'", "Did you mean row_count?"),
    ("node: load, check", "node: laod, check", "unknown-node", 14, "'laod'", "Did you mean load?"),
    ("node: load, check", "check", "missing-key", 14, "has no node", ""),
    ("min: ", "mni: ", None, 14, "has no parameter mni", ""),
    ('min: "{{ least }}"', "min: lots", "bad-test", 14, "min must be a whole number", "docs/tests.md"),
    ('min: "{{ least }}"', 'min: "{{ leest }}"', "undefined-value", 14, "leest", "Did you mean least?"),
    ('min: "{{ least }}"', "min: 1, severity: halt", "bad-choice", 14, "'halt', which is none of stop", ""),
    ('min: "{{ least }}"', "min: 1, fail: lots", "bad-threshold", 14, "fail:", ""),
    ('min: "{{ least }}"', 'min: 1, warn: "> 1 %"', "bad-threshold", 14, "warn:", ""),
    ('min: "{{ least }}"', "min: 1, nulls: never", "bad-choice", 14, "nulls is 'never'", ""),
    ('where: "day = {{ day }}"', "where: \"day = '{{ day }}'\"",
     "quoted-placeholder", 14, "stands in quotes", "without quotes"),
    ('where: "day = {{ day }}"', 'where: "day IN (SELECT 1)"', "not-a-condition", 14, "no SELECT", ""),
    ('where: "day = {{ day }}"', 'where: "day = = 1"', "sql-syntax", 14, "where", ""),
    ('where: "day = {{ day }}"', 'where: "day = {{ dya }}"', "undefined-value", 14, "dya", "Did you mean day?"),
    ("  enough: {node", '  "": {node', "bad-name", 14, "cannot be the name of a test", ""),
    ('"0 5 * * *"', '"0 5 * *"', "bad-cron", 16, "has 4 fields", "Five fields"),
    ('"0 5 * * *"', '"0 5 * * 9"', "bad-cron", 16, "cannot be read", "Five fields"),
    ('"0 5 * * *"', '"0 0 30 2 *"', "bad-cron", 16, "cannot be read", ""),
    ('"0 5 * * *"', '"@daily"', "bad-cron", 16, "has 1 fields", ""),
    ('"0 5 * * *"', '"' + "0," * 99 + '0 5 * * *"', "bad-cron", 16, "longer than 120", ""),
    ("Europe/Berlin", "Europe/Berln", "bad-time-zone", 16, "no time zone 'Europe/Berln'", "Europe/Berlin"),
    ("Europe/Berlin", "../../etc/passwd", "bad-time-zone", 16, "no time zone", ""),
    ('"06:30"', '"6:30"', "bad-deadline", 16, "not a time of day", "06:30"),
    ('"06:30"', "630", "wrong-type", 16, "deadline must be a text", ""),
    ('deadline: "06:30"', "start: 2026-13-01", "bad-schedule-dates", 16, "not a date or time", ""),
    ('deadline: "06:30"', "start: 2026-03-01, end: 2026-02-01", "bad-schedule-dates", 16, "ends before it starts", ""),
    ('deadline: "06:30"', "catch_up: never", "bad-choice", 16, "none of skip, latest, all", ""),
    ("values: {least: 1}", "values: {leest: 1}", "unknown-value", 17, "'leest'", "Did you mean least?"),
    ("values: {least: 1}", "values: {least: one}", "bad-value", 17, "one is not a whole number", ""),
    ("values: {least: 1}", "values: {today: 2001-01-01}", "system-value", 17, "a value of the hub", ""),
    ("values: {least: 1}", 'values: {least: "{{ least }}"}', "value-cycle", 17, "least → least", ""),
    ("nodes: [load, sum_up]", "nodes: [laod]", "unknown-node", 17, "'laod'", "Did you mean load?"),
    ("  small: {", "  Small One: {", None, 17, "cannot be the name of a variation", ""),
    ("variation: small", "variation: smal", "unknown-variation", 19, "'smal'", "Did you mean small?"),
    ("takes: [day]", "takes: [dya]", "unknown-value", 19, "'dya'", "Did you mean day?"),
    ("gives: [rows_loaded]", "gives: [Rows Loaded]", "bad-name", 19, "name of a measure", ""),
    ("gives: [rows_loaded]", "giving: [rows_loaded]", "unknown-key", 19, "no key 'giving'", ""),
]  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "code", "line", "message", "remedy"),
    WRONG,
    ids=[f"{w[1][:40]}-{w[4][:30]}" for w in WRONG],
)
def test_what_is_wrong_is_told_with_place_and_remedy(old, new, code, line, message, remedy):
    found = faults(changed(old, new))

    fitting = [f for f in found if message in f.message and (line is None or f.line == line)]
    assert fitting, found
    assert code is None or fitting[0].code == code
    assert remedy in fitting[0].remedy
    assert code is None or {f.code for f in found} == {code}, found
    assert all(f.file in FILES and f.message.endswith((".", "?")) and f.column >= 1 for f in found)


def test_all_faults_of_all_files_are_told_at_once_in_order():
    text = (
        changed("type: date", "type: dat").replace("0 5 *", "99 5 *").replace("takes: [day]", "takes: [dya]")
    )

    found = faults(text, sum__sql=b"SELECT '{{ day }}'\nFROM Orders", load__py=b"def run(:\n")

    assert [(f.file, f.line, f.code) for f in found] == [
        ("recipe.yaml", 4, "bad-choice"),
        ("recipe.yaml", 16, "bad-cron"),
        ("recipe.yaml", 19, "unknown-value"),
        ("load.py", 1, "python-syntax"),
        ("sum.sql", 1, "quoted-placeholder"),
        ("sum.sql", 2, "bad-dataset-name"),
    ]


def test_a_circle_made_by_reading_is_told_with_its_path():
    text = """
nodes:
  clean: {kind: sql, file: clean.sql, writes: sales.clean}
  daily: {kind: sql, file: daily.sql, writes: sales.daily}
"""
    fault = only(text, clean__sql=b"SELECT * FROM sales.daily", daily__sql=b"SELECT * FROM sales.clean")

    assert (fault.code, fault.line) == ("cycle", 3)
    assert fault.message == "Nodes wait for each other: clean → daily → clean."


def test_a_node_may_read_what_it_writes_itself():
    text = "nodes: {a: {kind: sql, file: a.sql, writes: {sales.a: append}}}"
    assert read(text, a__sql=b"SELECT * FROM sales.a").spec.nodes["a"].needs == ()


def test_nodes_come_in_the_order_they_are_written_where_nothing_else_orders_them():
    text = "nodes:\n" + "".join(f"  {name}: {{kind: synchronise}}\n" for name in ("z", "a", "m", "b"))
    assert list(read(text).spec.nodes) == ["z", "a", "m", "b"]


def test_two_variations_may_write_the_same_dataset_by_different_nodes():
    text = """
nodes:
  fast: {kind: python, file: load.py, writes: sales.a}
  slow: {kind: python, file: load.py, writes: sales.a}
variations: {one: {nodes: [fast]}, two: {nodes: [slow]}}
"""
    assert read(text).spec is not None
    assert only(text.replace("nodes: [slow]", "")).code == "two-writers"


def test_a_node_waits_for_what_its_tests_read():
    text = """
nodes:
  orders: {kind: python, file: load.py, writes: sales.orders}
  people: {kind: python, file: load.py, writes: sales.people}
tests:
  known: {node: orders, check: foreign_key, column: person, to: sales.people.id}
"""
    assert read(text).spec.nodes["orders"].needs == ("people",)

    late = text.replace(
        "file: load.py, writes: sales.people", "file: load.py, writes: sales.people, needs: [orders]"
    )
    fault = only(late)
    assert (fault.code, fault.line) == ("cycle", 6)
    assert "reads what is written only after its node" in fault.message


def test_the_sql_of_a_test_is_read_checked_and_kept():
    text = """
values: {day: {type: date, default: "{{ yesterday }}"}}
nodes: {load: {kind: python, file: load.py, writes: sales.orders}}
tests:
  written: {node: load, check: sql_failing_rows, sql: "SELECT * FROM sales.orders WHERE day > {{ day }}"}
  in a file: {node: load, check: sql_failing_rows, file: bad.sql}
"""
    sql = b"SELECT o.id FROM sales.orders AS o JOIN sales.people AS p USING (id)"
    spec = read(text, bad__sql=sql).spec

    assert spec.tests["written"].reads == ("sales.orders",)
    assert spec.tests["in a file"].reads == ("sales.orders", "sales.people")
    assert spec.tests["in a file"].params == {"sql": sql.decode()}
    assert [(f.file, f.code) for f in faults(text, bad__sql=b"DELETE FROM x")] == [
        ("bad.sql", "not-a-select")
    ]
    assert only(text).code == "missing-file"
    assert only(text.replace("{{ day }}", "{{ dya }}"), bad__sql=sql).code == "undefined-value"


def test_the_schema_of_a_test_may_stand_in_a_file_and_its_faults_are_told_there():
    text = """
nodes: {load: {kind: python, file: load.py, writes: sales.orders}}
tests:
  documents: {node: load, check: json_schema, column: document, file: order.json}
"""
    spec = read(text, order__json=b'{"type": "object", "pattern": "{{ braces }}"}').spec

    assert spec.tests["documents"].params == {
        "column": "document",
        "shape": {"type": "object", "pattern": "{{ braces }}"},
    }
    assert only(text).code == "missing-file"
    fault = only(text, order__json=b'{\n  "type": object}')
    assert (fault.file, fault.line, fault.code) == ("order.json", 2, "bad-test")
    assert fault.message == "Test documents: order.json is not JSON: Expecting value."
    fault = only(text, order__json=b'{"type": "thing"}')
    assert (fault.file, fault.line) == ("recipe.yaml", 4)
    assert "shape: $.type is not right" in fault.message


def test_a_fault_in_a_parameter_stands_at_its_line():
    text = """
nodes: {load: {kind: python, file: load.py, writes: sales.orders}}
tests:
  compared:
    node: load
    check: column_compare
    column: paid
    op: "<="
    other: total
    tolerance: a little
"""
    fault = only(text)

    assert (fault.line, fault.code) == (10, "bad-test")
    assert "“a little” is not a tolerance." in fault.message


@pytest.mark.parametrize(
    ("code", "content"),
    [
        ("unreadable-file", b"nodes: \xff\xfe"),
        ("too-large", b"# " + b"x" * 300_000),
        ("yaml-syntax", b"nodes: [1"),
        ("yaml-syntax", b"nodes:\n\t- a"),
        ("yaml-syntax", b"nodes: \x00"),
        ("missing-key", b""),
        ("missing-key", b"# only a comment"),
        ("missing-key", b"description: no nodes"),
        ("missing-key", b"nodes: {}"),
        ("wrong-type", b"nodes: [a]"),
        ("wrong-type", b"- nodes"),
        ("wrong-type", b"just text"),
        ("wrong-type", b"nodes: {a: b}"),
        ("too-much", b"a: 1\n---\nb: 2"),
        ("too-much", b"nodes: " + b"[" * 5_000),
        ("too-much", b"nodes:\n" + b"".join(b"  n%d: {kind: synchronise}\n" % n for n in range(3_000))),
        ("too-much", b"a: &a [x,x,x,x,x,x,x,x,x]\n" + b"".join(NINE % (c + 1, c + 1, *[c] * 9) for c in range(97, 110))),
        ("yaml-alias", b"nodes: &a {x: *a}"),
        ("yaml-alias", b"nodes: *gone"),
        ("yaml-tag", b"nodes: !!python/object/apply:os.system [ls]"),
        ("bad-value", b'description: "a\\0b"\nnodes: {a: {kind: synchronise}}'),
        ("bad-value", b'description: "\\ud800"\nnodes: {a: {kind: synchronise}}'),
        ("bad-value", b"sources: {a: {location: a.csv, options: {x: .nan}}}\nnodes: {a: {kind: synchronise}}"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_read_is_a_fault_and_never_an_error(code, content):
    assert code in {f.code for f in faults(content)}


def test_words_that_older_yaml_took_for_truth_values_are_texts():
    text = "values: {country: {type: text, default: NO, choices: [NO, on, off, y]}}\nnodes: {a: {kind: synchronise}}"
    assert read(text).spec.values["country"].default == "NO"


@pytest.mark.parametrize(
    ("content", "code", "line"),
    [
        (b"def ran(context):\n    pass", "no-run", 1),
        (b"x = 1\n\n\nasync def run(context):\n    pass", "no-run", 4),
        (b"def run():\n    pass", "no-run", 1),
        (b"def run(a, b):\n    pass", "no-run", 1),
        (b"def run(a, *, b):\n    pass", "no-run", 1),
        (b"if True:\n    def run(context):\n        pass", "no-run", 1),
        (b"x = 1\ndef run(context)\n    pass", "python-syntax", 2),
        (b"def run(context):\n  x\n    y", "python-syntax", 3),
        (b"def run(context): \x00", "python-syntax", 1),
        (b"x = " + b"(" * 5_000, "python-syntax", 1),
        (b"x = " + b"-" * 100_000 + b"1", "python-syntax", 1),
        (b"\xff", "unreadable-file", 1),
    ],
)
def test_python_is_parsed_and_never_run(content, code, line):
    fault = only(load__py=content)
    assert (fault.file, fault.code, fault.line) == ("load.py", code, line)


@pytest.mark.parametrize(
    "head",
    [
        b"def run(context, more=1):",
        b"def run(context, /):",
        b"def run(*parts):",
        b"def run(context, *, x=1):",
    ],
)
def test_a_function_that_takes_one_argument_is_fine(head):
    code = b"raise SystemExit('executed')\nimport nothing_like_this\n" + head + b"\n    '\\d'\n"
    assert read(load__py=code).spec is not None


def test_links_and_large_files_are_faults():
    linked = read_recipe(
        {k: v for k, v in FILES.items() if k != "sum.sql"}, domain="sales", name="daily", links=["sum.sql"]
    )

    assert {f.code for f in linked.faults} == {"linked-file"}
    assert only(load__py=b"#" * (2 * 1024 * 1024 + 1)).code == "too-large"
    assert "too-large" in {f.code for f in faults(sum__sql=b"-" * 300_000)}


@pytest.mark.parametrize(
    ("domain", "name"), [("Sales", "daily"), ("source", "daily"), ("sales", "Daily Run"), ("sales", "x" * 70)]
)
def test_folders_with_names_that_cannot_be_kept_are_faults(domain, name):
    found = read_recipe({"recipe.yaml": b"nodes: {a: {kind: synchronise}}"}, domain=domain, name=name)
    assert [f.code for f in found.faults] == ["bad-name"]


def test_a_folder_without_a_recipe_file_says_so():
    assert [f.code for f in read_recipe({}, domain="sales", name="daily").faults] == ["missing-file"]


def test_no_more_faults_are_kept_than_anyone_reads():
    text = "nodes:\n" + "".join(f"  n{n}: {{kind: what}}\n" for n in range(600))
    assert len(faults(text)) == 200


PIECES = [
    *[
        "{",
        "}",
        "[",
        "]",
        ":",
        ",",
        "'",
        '"',
        "{{",
        "}}",
        "{{ day }}",
        "&a ",
        "*a",
        "!!x ",
        "|",
        ">",
        "#",
        "\n",
        "  ",
        "-",
        "~",
    ],
    *[
        "null",
        "NO",
        "1e400",
        "é",
        "\t",
        "?",
        "%",
        "@",
        "`",
        "5",
        "true",
        "nodes",
        "needs",
        "file",
        "x" * 300,
        "\u2028",
    ],
    *["<<: *a", "---", ".nan"],
]


@given(
    st.lists(
        st.tuples(st.integers(0, len(RECIPE)), st.integers(0, 12), st.sampled_from(PIECES)),
        min_size=1,
        max_size=4,
    )
)
@settings(deadline=None, max_examples=60)
def test_whatever_is_done_to_a_recipe_it_is_read_or_its_faults_can_be_kept(edits):
    text = RECIPE
    for place, cut, piece in edits:
        text = text[:place] + piece + text[place + cut :]

    result = read(text)

    assert (result.spec is None) == bool(result.faults)
    kept = json.dumps([fault.model_dump() for fault in result.faults], ensure_ascii=False).encode()
    assert b"\\u0000" not in kept
    assert (
        result.spec is None
        or type(result.spec).model_validate_json(result.spec.model_dump_json()) == result.spec
    )
