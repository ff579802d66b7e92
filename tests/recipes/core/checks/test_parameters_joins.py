# ruff: noqa: E501 - a table of cases, one a line
"""What is wrong with tests of order, periods, two datasets, drift, structure, SQL and Python, before any data is read."""

import pytest

from recipes.core.checks import check_parameters, datasets_read
from recipes.core.spec import read_recipe
from tests.recipes.core.checks.test_parameters import spec

PERIOD = {"column": "day", "first": "2001-01-01", "last": "as_of"}


@pytest.mark.parametrize(
    ("check", "params", "fault"),
    [
        ("monotonic", {"column": "n", "order_by": []}, "monotonic: order_by"),
        ("monotonic", {"column": "n", "order_by": ["n"]}, "monotonic: n cannot be in order_by or partition_by as well: it would always pass."),
        ("sequential", {"column": "n", "step": 0}, "sequential: step"),
        ("no_overlap", {"start": "a"}, "no_overlap needs end."),
        ("period_complete", PERIOD | {"first": "soon"}, "period_complete: first: “soon” is not a date. Write 2024-01-31, as_of or as_of - 1 d."),
        ("period_complete", PERIOD | {"last": "as_of - 3 moons"}, "period_complete: last: “3 moons” is not a span of time."),
        ("period_complete", PERIOD | {"holidays": "XX"}, "period_complete: holidays: there is no calendar of XX."),
        ("period_complete", PERIOD | {"holidays": "DE-XX"}, "period_complete: holidays: the calendar of DE has no part XX. It has BB,"),
        ("period_complete", PERIOD | {"holidays": "US", "grain": "week"}, "period_complete: business_days and holidays are about days:"),
        ("window_compare", {"column": "a", "window": "0 d", "by": ["b"]}, "window_compare: window: a window must be longer than nothing."),
        ("set_reconcile", {}, "set_reconcile: give either of or of_sql."),
        ("set_reconcile", {"of": "clean"}, "set_reconcile: of: “clean” is no dataset. Write domain and table, such as flights.clean."),
        ("set_reconcile", {"of": "a.b", "columns": ["a"], "of_columns": ["b", "c"]}, "set_reconcile: of_columns must name as many columns as columns."),
        ("table_diff", {"of": "a.b", "key": ["id"], "tolerance": "much"}, "table_diff: tolerance: “much” is not a tolerance."),
        ("table_diff", {"of": "a.b", "key": ["id"], "ignore": ["new"]}, "table_diff: ignore.0 is not right: Input should be 'missing', 'extra' or 'changed'."),
        ("location_balance", {"stages": ["a.b"]}, "location_balance: stages"),
        ("location_balance", {"stages": ["a.b", "a.c"], "measure": "avg(x)"}, "location_balance: measure: “avg(x)” is no measure. Write rows, or sum(column)."),
        ("dimension_volume", {"column": "a"}, "dimension_volume: give expected, min_share or max_share."),
        ("dimension_volume", {"column": "a", "max_share": {"x": 120}}, "dimension_volume: the share of x is 120 %; a share lies between 0 % and 100 %."),
        ("distribution_drift", {"column": "a", "max": 1}, "distribution_drift: give the reference: of, a dataset, or of_where, other rows of this one."),
        ("distribution_drift", {"column": "a", "of": "a.b", "bins": [2, 1]}, "distribution_drift: the edges in bins must rise."),
        ("distribution_drift", {"column": "a", "bins": [1], "expected": [1]}, "distribution_drift: expected must give 2 numbers, one for each bin."),
        ("distribution_drift", {"column": "a", "categories": {"a": 1}, "method": "ks"}, "distribution_drift: categories have no order: they go neither with bins nor with ks."),
        ("distribution_drift", {"column": "a", "categories": {"a": 0}}, "distribution_drift: the frozen baseline has no rows."),
        ("distribution_drift", {"column": "a", "categories": {"a": 1}, "of": "a.b"}, "distribution_drift: give either a dataset of reference or a frozen baseline."),
        ("mean_shift", {"column": "a", "of": "a.b", "effect": 0}, "mean_shift: effect"),
        ("completeness_shift", {"column": "a", "baseline": 98, "baseline_rows": 5}, "completeness_shift: baseline"),
        ("dependence", {"columns": ["a"], "min": 0}, "dependence: columns"),
        ("dependence", {"columns": ["a", "b"], "min": 0.5, "max": 0.1}, "dependence: min (0.5) is above max (0.1): nothing can pass."),
        ("schema_match", {"columns": {"a": "NUMBR"}}, "schema_match: columns: “NUMBR” is no type for a. Write BIGINT, VARCHAR, DATE …"),
        ("schema_match", {"columns": ["a", "a"]}, "schema_match: columns: columns names a column twice."),
        ("schema_match", {"columns": ["a", "b"], "order": ["a"]}, "schema_match: order must name each of the columns once."),
        ("exposure_valid", {"columns": []}, "exposure_valid: columns"),
        ("sql_metric", {"sql": "SELECT 1", "file": "a.sql"}, "sql_metric: give either sql or file."),
        ("python_check", {}, "python_check needs file."),
    ],
)  # fmt: skip
def test_wrong_parameters_are_full_sentences(check, params, fault):
    faults = check_parameters(check, params)

    assert len(faults) == 1
    assert faults[0].startswith(fault)
    assert faults[0].endswith((".", "?", "…"))


@pytest.mark.parametrize(
    ("check", "params", "others"),
    [
        ("set_reconcile", {"of": "c.d"}, {"c.d"}),
        ("set_reconcile", {"of_sql": "SELECT 1"}, set()),
        ("table_diff", {"of": "c.d", "key": ["id"]}, {"c.d"}),
        ("location_balance", {"stages": ["c.d", {"dataset": "e.f", "measure": "sum(n)"}]}, {"c.d", "e.f"}),
        ("mean_shift", {"column": "a", "of": "c.d"}, {"c.d"}),
        ("mean_shift", {"column": "a", "of_where": "b > 1"}, set()),
        ("distribution_drift", {"column": "a", "of": "c.d", "max": 1}, {"c.d"}),
        ("python_check", {"file": "check.py", "reads": ["c.d"]}, {"c.d"}),
    ],
)
def test_a_test_says_which_other_datasets_it_reads(check, params, others):
    assert datasets_read(spec(check, **params)) == {"a.b"} | others


RECIPE = """nodes:
  load: {kind: python, file: load.py, writes: a.b}
tests:
  one:
    node: load
    check: %s
    %s
"""
LOAD = b"def run(context):\n    pass\n"


@pytest.mark.parametrize(
    ("check", "line", "files", "code", "at", "message"),
    [
        ("python_check", ["file: gone.py"], {}, "missing-file", ("recipe.yaml", 7), "gone.py"),
        ("python_check", ["file: c.py"], {"c.py": b"def run(context): pass"}, "no-check", ("c.py", 1), "c.py has no function check."),
        ("python_check", ["file: c.py"], {"c.py": b"\n\ndef check(): pass"}, "no-check", ("c.py", 3), "check in c.py must be a plain function of one argument."),
        ("python_check", ["file: c.py"], {"c.py": b"x = 1\ndef check(context:"}, "python-syntax", ("c.py", 2), "c.py is not Python:"),
        ("sql_metric", ["file: m.sql", "min: 0"], {"m.sql": b"SELECT 1\nFROM a.b WHERE x ="}, None, ("m.sql", 2), ""),
        ("sql_metric", ["sql: DELETE FROM a.b", "min: 0"], {}, None, ("recipe.yaml", 7), ""),
        ("set_reconcile", ["of_sql: 'SELECT {{ nothing }}'"], {}, None, ("recipe.yaml", 7), "nothing"),
        ("set_reconcile", ["file: m.sql"], {"m.sql": b"SELECT 1"}, "bad-test", ("recipe.yaml", 7), "set_reconcile has no parameter file."),
        ("table_diff", ["of_where: 'a ='", "of: c.d", "key: [id]"], {}, None, ("recipe.yaml", 7), ""),
        ("sequential", ["stepp: 2", "column: n"], {}, "bad-test", ("recipe.yaml", 7), "Did you mean step?"),
    ],
)  # fmt: skip
def test_faults_stand_at_their_line(check, line, files, code, at, message):
    keys = "\n    ".join(line)
    found = read_recipe(
        {"recipe.yaml": (RECIPE % (check, keys)).encode(), "load.py": LOAD, **files}, domain="a", name="r"
    ).faults

    fault = next(one for one in found if message in one.message and (code is None or one.code == code))
    assert (fault.file, fault.line) == at
