"""Tests in Python: what they are given, what they may answer, and what becomes of what they raise."""

import pytest

ROWS = [[1, "JFK"], [2, None], [3, "LAX"]]


@pytest.fixture(scope="module")
def laid(lay):
    types = {"id": "BIGINT", "origin": "VARCHAR"}
    return lay(
        {"flights.clean": (types, ROWS), "flights.none": (types, []), "other.data": ({"n": "BIGINT"}, [[7]])}
    )


@pytest.fixture
def judge(laid):
    def judged(body: str, text: str = "", log=lambda _: None, values=(), **given):
        lines = "".join(f"    {line}\n" for line in body.splitlines())
        files = {"check.py": text or f"def check(context):\n{lines}"}
        test = laid.spec("python_check", file="check.py", **given)
        return laid.checks(test, files=files, log=log, values=dict(values))[0]

    return judged


@pytest.mark.parametrize(
    ("body", "given", "verdict", "numbers"),
    [
        ("return 0", {}, "pass", [1, 1, 0, 0.0]),
        ("return 3", {}, "fail", [3, 3, 3, 3.0]),
        ("return True", {}, "pass", [1, 1, 0, 0.0]),
        ("return False", {}, "fail", [1, 1, 1, 1.0]),
        ("return context.failing(1, of=4)", {"warn": "> 0", "fail": "> 25 %"}, "warn", [4, 4, 1, 1.0]),
        ("return context.failing(0, of=0)", {}, "not_evaluated", [0, 0, 0, 0.0]),
        ("return context.failing(0, of=0)", {"on_empty": "fail"}, "fail", [0, 0, 0, 0.0]),
        ("return context.measured(2.5)", {"max": 3}, "pass", [1, 1, 0, 2.5]),
        ("return context.measured(2.5)", {"max": 2}, "fail", [1, 1, 1, 2.5]),
        ("return context.measured(2.5, of=9)", {"warn": "> 2", "fail": "> 3"}, "warn", [9, 9, None, 2.5]),
        ("return context.measured(2.5)", {"max": 2, "warn": "> 3"}, "fail", [1, 1, None, 2.5]),
    ],
    ids=str,
)
def test_an_answer_becomes_numbers_and_they_are_judged(judge, body, given, verdict, numbers):
    found = judge(body, **given)

    assert (found.verdict, [found.n_scope, found.n_applicable, found.n_fail, found.measure]) == (
        verdict,
        numbers,
    )


def test_it_reads_its_dataset_others_it_declares_and_what_it_is_given(judge):
    body = """rows = [row for row in context.read() if row["origin"] is None]
(n,) = context.query("SELECT n FROM other.data WHERE n > {{ least }}").fetchone()
said = f"{len(rows)} of {n} in {context.dataset} at {context.as_of:%Y-%m-%d} by {context.given['who']}."
return context.failing(len(rows), of=3, said=said, rows=rows)"""
    values = {"least": {"type": "integer", "value": 5}}

    found = judge(body, reads=["other.data"], given={"who": "me"}, values=values)

    assert found.sentence == "1 of 7 in flights.clean at 2001-01-31 by me (33.3 %)."
    assert found.evidence == ({"id": 2, "origin": None},)


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ("return None", "check in check.py answered None. Return a whole number of failing rows"),
        ("return [1, 2]", "check in check.py answered [1, 2]. Return"),
        (
            "return context.failing(-1, of=3)",
            "check in check.py gave failing as -1, which is no number of rows.",
        ),
        (
            "return context.failing(1, of=None)",
            "check in check.py gave of as None, which is no number of rows.",
        ),
        (
            "return context.measured(float('nan'))",
            "check in check.py measured nan, which is no finite number.",
        ),
        ("return context.measured('x')", "check in check.py measured 'x', which is no finite number."),
        (
            "return context.measured(1)",
            "check.py answers with a measure: the test needs min, max, warn or fail.",
        ),
        (
            "return context.failing(1, of=3, rows=[1])",
            "check in check.py gave rows that are no dictionaries.",
        ),
        ("x = 1\nreturn x / 0", "ZeroDivisionError: division by zero (check.py, line 3)."),
        ("import sys\nsys.exit(3)", "The test called sys.exit(3). Return from check(context)."),
        ("raise MemoryError", "The test needed more memory than its node may use."),
        (
            "return len(context.read('other.data'))",
            "The test reads 'other.data' but does not declare it.",
        ),
        (
            "return len(context.query('SELECT 1 FROM other.data'))",
            "The test reads 'other.data'",
        ),
        ("return len(context.query('DROP TABLE flights.clean'))", "SqlError: "),
    ],
    ids=lambda value: value[:40],
)
def test_what_is_no_answer_is_an_error_with_the_line_and_never_green(judge, body, sentence):
    found = judge(body)

    assert found.verdict == "error"
    assert found.sentence.startswith(sentence)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("def chekc(context):\n    return 0\n", "The file check.py has no function check(context)."),
        ("def check(context)\n", "SyntaxError: expected ':' (check.py, line 1)."),
        (
            "import nothing_of_that_name\n",
            "ModuleNotFoundError: No module named 'nothing_of_that_name' (check.py, line 1).",
        ),
    ],
)
def test_a_file_that_cannot_be_used_is_an_error(judge, text, sentence):
    assert judge("", text=text).sentence == sentence


def test_lines_of_the_author_go_to_the_log_and_others_keep_their_verdict(judge, laid):
    lines = []

    judge("context.log('looked at', 3)\nraise ValueError('no')", log=lines.append)

    assert lines[0] == "looked at 3"
    assert lines[1].startswith("Traceback (the recipe's own lines):")
    assert 'File "check.py", line 3, in check' in lines[1]
    files = {"check.py": "def check(context):\n    raise ValueError\n"}
    both = laid.checks(laid.spec("python_check", file="check.py"), laid.spec("row_count"), files=files)
    assert [result.verdict for result in both] == ["error", "pass"]


def test_a_file_the_recipe_does_not_have_is_an_error(laid):
    (found,) = laid.checks(laid.spec("python_check", file="chek.py"), files={"check.py": ""})

    assert found.sentence == "The recipe has no file chek.py. Did you mean check.py?"
