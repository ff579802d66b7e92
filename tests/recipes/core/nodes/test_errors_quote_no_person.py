"""Python and shells quote the value they could not use: where a node sees personal columns, its errors do not."""

from __future__ import annotations

from dataclasses import asdict

import pytest

from kitchens.core.stores import open_store
from kitchens.core.stores.base import StoreAddress, WriteMode
from recipes.core.spec.model import TestSpec

CANARY = "Ada Lovelace"
PERSONAL = {"personal": {"staff.people": {"name": "name"}}}
READS = "[row['name'] for row in context.read('staff.people')]"


@pytest.fixture
def facts(tmp_path) -> dict:
    """What a job needs to read `staff.people`."""
    address = StoreAddress("embedded", str(tmp_path / "snapshots"))
    with open_store(address).session({}, "1-1-1") as session:
        people = session.stage_rows("staff.people", [{"name": CANARY}], WriteMode()).version
    return {
        "store": asdict(address),
        "manifest": {"staff.people": people.as_dict()},
        "node": {"reads": ("staff.people",)},
    }


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("float(names[0])", "ValueError: could not convert string to float: •••"),
        ("{}[names[0]]", "KeyError: •••"),
        ("raise ValueError(f'not a number: {names[0]!r}')", "ValueError: not a number: •••"),
        ("context.query('SELECT CAST(name AS INTEGER) FROM staff.people').fetchall()", "•••"),
        ("context.measure(names[0], 1)", "The measure •••"),
        ("compile(names[0], '<value>', 'eval')", "SyntaxError: "),
    ],
)
def test_a_python_node_says_what_went_wrong_and_where_but_no_value(
    run, make_job, facts, tmp_path, line, said
):
    code = f"def run(context):\n    names = {READS}\n    {line}\n"

    outcome = run(make_job("python", code, **facts, **PERSONAL))

    assert said in outcome.reason
    assert "line 3" in outcome.reason + outcome.detail
    assert CANARY not in outcome.reason + outcome.detail + (tmp_path / "node.log").read_text()


def test_an_error_that_caused_another_says_no_value_either(run, make_job, facts, tmp_path):
    code = (
        f"def run(context):\n    names = {READS}\n    try:\n        float(names[0])\n"
        "    except ValueError as error:\n        raise RuntimeError('it was no number') from error\n"
    )

    outcome = run(make_job("python", code, **facts, **PERSONAL))

    assert outcome.reason.startswith("RuntimeError: it was no number (load.py, line 6)")
    assert "ValueError: could not convert string to float: •••" in outcome.detail
    assert CANARY not in outcome.detail + (tmp_path / "node.log").read_text()


def test_words_of_the_recipe_stay_readable(run, make_job, facts):
    code = "def run(context):\n    {}['region']\n"

    outcome = run(make_job("python", code, **facts, **PERSONAL))

    assert outcome.reason == "KeyError: 'region' (load.py, line 2)."


def test_without_personal_columns_an_error_says_everything(run, make_job, facts):
    code = f"def run(context):\n    names = {READS}\n    float(names[0])\n"

    assert CANARY in run(make_job("python", code, **facts)).reason


def test_the_last_words_of_a_shell_quote_no_value(run, make_job, facts):
    command = "printf \"no number: '%s-%s'\" Ada Lovelace >&2; exit 3"

    outcome = run(make_job("shell", command, **facts, **PERSONAL))

    assert outcome.reason == "The script ended with exit code 3. It last said: no number: •••"


def test_a_test_in_python_that_raises_says_no_value_in_its_log(run, make_job, facts, tmp_path):
    text = "def check(context):\n    float(context.read()[0]['name'])\n"
    test = TestSpec(
        name="t", node="load", check="python_check", dataset="staff.people", params={"file": "check.py"}
    )

    outcome = run(make_job("synchronise", files={"check.py": text}, tests=(test,), **facts, **PERSONAL))

    (result,) = outcome.tests
    assert result.verdict == "error"
    assert CANARY not in result.sentence + (tmp_path / "node.log").read_text()
