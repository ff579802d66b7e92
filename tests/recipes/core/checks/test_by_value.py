"""Checks that Python decides, over the different values of a column: json_schema, castable with formats, json, iban."""

import pytest

from recipes.core.checks.formats import IBANS, is_iban, is_json

SHAPE = {
    "type": "object",
    "required": ["flight"],
    "properties": {"legs": {"type": "array", "items": {"$ref": "#/$defs/leg"}}},
    "$defs": {"leg": {"type": "object", "properties": {"from": {"type": "string", "pattern": "^[A-Z]{3}$"}}}},
}
RIGHT = '{"flight": "LH1", "legs": [{"from": "JFK"}]}'
WRONG = '{"flight": "LH1", "legs": [{"from": "JFK"}, {"from": 7}]}'
DOCUMENTS = [
    [RIGHT],
    [RIGHT],
    [WRONG],
    [WRONG],
    ['{"legs": []}'],
    ["{'flight': 1}"],
    ['{"flight": NaN}'],
    [None],
    [""],
]


@pytest.fixture(scope="module")
def documents(lay):
    return lay({"a.b": ({"payload": "VARCHAR"}, DOCUMENTS), "a.none": ({"payload": "VARCHAR"}, [])})


def test_documents_that_break_the_schema_are_told_with_the_place_and_the_rule(documents):
    result = documents.check("json_schema", column="payload", shape=SHAPE)

    assert (result.verdict, result.n_scope, result.n_applicable, result.n_fail) == ("fail", 9, 8, 6)
    assert result.sentence == ("6 of 8 rows of a.b have a document in payload that breaks the schema (75 %).")
    assert result.details["faults"] == {
        "is no JSON": 3,
        "$.legs[1].from breaks type": 2,
        "$ breaks required": 1,
    }
    assert result.details["offending"][0] == {
        "values": {"payload": WRONG},
        "rows": 2,
        "why": "$.legs[1].from breaks type",
    }
    assert [row["payload"] for row in result.evidence].count(WRONG) == 2
    assert len(result.evidence) == 6


def test_a_document_without_a_value_fails_only_where_the_test_says_so(documents):
    failing = documents.check("json_schema", column="payload", shape=SHAPE, nulls="fail", fail="> 7")

    assert (failing.n_applicable, failing.n_fail, failing.verdict) == (9, 7, "pass")
    assert documents.check("json_schema", column="payload", shape={}, where="payload IS NULL").verdict == (
        "not_evaluated"
    )


def test_json_columns_are_read_as_documents(lay):
    laid = lay({"a.b": ({"payload": "JSON"}, [['{"flight": 1}'], ["[]"], [None]])})

    result = laid.check("json_schema", column="payload", shape={"type": "object"})

    assert (result.n_applicable, result.n_fail, len(result.evidence)) == (2, 1, 1)


def test_the_schema_may_stand_in_a_file_of_the_recipe(documents):
    test = documents.spec("json_schema", column="payload", file="flight.json")

    (found,) = documents.checks(test, files={"flight.json": '{"required": ["flight"]}'})
    (broken,) = documents.checks(test, files={"flight.json": "{"})
    (unfit,) = documents.checks(test, files={"flight.json": '{"type": 1}'})
    (absent,) = documents.checks(test, files={"flights.json": "{}"})

    assert found.n_fail == 4
    assert broken.sentence.startswith("flight.json is not JSON: ")
    assert unfit.sentence.startswith("flight.json: $.type is not right: ")
    assert absent.sentence == "The recipe has no file flight.json. Did you mean flights.json?"


@pytest.mark.parametrize(
    ("shape", "sentence"),
    [
        ({"$ref": "#/$defs/gone"}, "The schema refers to a part that it does not hold: /$defs/gone."),
        ({"$ref": "#"}, "The schema refers to itself without end."),
    ],
)
def test_a_schema_that_leads_nowhere_is_an_error_and_no_pass(documents, shape, sentence):
    result = documents.check("json_schema", column="payload", shape=shape)

    assert (result.verdict, result.sentence) == ("error", sentence)


def test_a_document_nested_without_end_is_wrong_and_harms_nobody(lay):
    laid = lay({"a.b": ({"payload": "VARCHAR"}, [["[" * 100_000], ["[1]"]])})

    result = laid.check("json_schema", column="payload", shape={"type": "array"})

    assert (result.verdict, result.n_fail) == ("fail", 1)


MANY = [[str(number)] for number in range(40) for _ in range(1 + (number < 3))]


@pytest.mark.parametrize("cap", [{"distinct_values": 10}, {"distinct_characters": 10}])
def test_more_values_than_the_cap_are_an_error_that_says_what_to_do(lay, cap):
    laid = lay({"a.b": ({"t": "VARCHAR"}, MANY)})
    test = laid.spec("matches", column="t", format="json")

    (result,) = laid.checks(test, **cap)

    assert result.verdict == "error"
    assert result.sentence.startswith("t of a.b has 40 different values; at most ")
    assert result.sentence.endswith("or set sample: true to judge the most frequent ones only.")


def test_a_sample_judges_the_most_frequent_values_and_says_so(lay):
    laid = lay({"a.b": ({"t": "VARCHAR"}, [*MANY, [None]])})
    test = laid.spec("not_matches", column="t", format="json", sample=True, fail="> 5")

    (result,) = laid.checks(test, distinct_values=4)

    assert (result.verdict, result.n_scope, result.n_applicable, result.n_fail) == ("fail", 44, 6, 6)
    assert result.sentence.startswith(
        "Of the 3 most frequent of 40 different values: 6 of 6 rows of a.b have a value in t of the form json"
    )
    assert result.details["rows_not_judged"] == 37


def test_one_value_that_is_too_long_is_told_and_not_fetched(lay):
    laid = lay({"a.b": ({"t": "VARCHAR"}, [["x" * 1000], ["x" * 2000]])})
    test = laid.spec("matches", column="t", format="json")

    (result,) = laid.checks(test, distinct_characters=500)

    assert result.verdict == "error"
    assert result.sentence.startswith("t of a.b has 2 different values; ")


def test_a_column_as_large_as_the_cap_is_judged_whole(lay):
    laid = lay({"a.b": ({"t": "VARCHAR"}, [["1"], ["2"], [None], ["x"]])})

    (result,) = laid.checks(laid.spec("matches", column="t", format="json"), distinct_values=4)

    assert (result.n_scope, result.n_applicable, result.n_fail) == (4, 3, 1)


def test_forms_of_dates_are_those_of_python_and_one_must_fit(lay):
    texts = ["31.12.2001", "12/31/2001", "30.02.2001", " 1.2.2001", "", None]
    laid = lay({"a.b": ({"t": "VARCHAR"}, [[text] for text in texts])})
    given = {"column": "t", "type": "date", "formats": ["%d.%m.%Y", "%m/%d/%Y"]}

    assert laid.check("castable", **given).n_fail == 3
    result = laid.check("castable", **given, trim=True, nulls="fail")

    assert (result.n_applicable, result.n_fail) == (6, 3)
    assert result.details["faults"] == {"of no form %d.%m.%Y or %m/%d/%Y": 2}


def test_nothing_at_all_is_not_evaluated(documents):
    for given in ({"check": "json_schema", "shape": {}}, {"check": "matches", "format": "iban"}):
        result = documents.check(**given, column="payload", dataset="a.none")

        assert (result.verdict, result.sentence) == (
            "not_evaluated",
            "a.none has no rows, so there was nothing to judge.",
        )


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("DE89370400440532013000", True),
        ("GB82WEST12345698765432", True),
        ("NO9386011117947", True),
        ("DE89370400440532013001", False),
        ("DE8937040044053201300", False),
        ("de89370400440532013000", False),
        ("DE89 3704 0044 0532 0130 00", False),
        ("XX89370400440532013000", False),
        ("", False),
    ],
)
def test_ibans_have_the_length_of_their_country_and_right_check_digits(text, right):
    assert is_iban(text) is right


def test_lengths_of_ibans_are_possible():
    assert all(15 <= int(length) <= 34 for length in IBANS.values())


@pytest.mark.parametrize("text", ["NaN", "Infinity", "-Infinity", "", "{'a': 1}", "01", "[1,]", "1" * 5000])
def test_what_is_no_json(text):
    assert not is_json(text)


@pytest.mark.parametrize("text", ["1", '"é"', "null", '{"a": [1, {"b": null}]}', " [] "])
def test_what_is_json(text):
    assert is_json(text)
