"""docs/tests.md and the code agree."""

import os
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from recipes.core.checks import CHECKS, check_test
from recipes.core.checks.reference import reference
from recipes.core.spec.model import TestSpec

DOCUMENT = Path(__file__).parents[4] / "docs" / "tests.md"
MARK = "<!-- Made from the definitions: recipes/core/checks/reference.py -->\n\n"
OF_TEST = {"node", "check", "where", "warn", "fail", "nulls", "on_empty", "severity", "dataset"}


def test_the_document_holds_the_reference_of_all_checks():
    written, _, rest = DOCUMENT.read_text().partition(MARK)
    if os.environ.get("HUB_WRITE_DOCS"):
        DOCUMENT.write_text(written + MARK + reference())
        rest = reference()

    assert rest == reference(), "Run this test with HUB_WRITE_DOCS=1 to write the reference anew."


@pytest.mark.parametrize("check", CHECKS.values(), ids=lambda check: check.name)
def test_every_check_is_described_and_its_example_is_right(check):
    example = YAML(typ="safe").load(check.example)
    given = {"dataset": "flights.clean"} | example
    spec = TestSpec(
        name="example",
        params={key: value for key, value in given.items() if key not in OF_TEST},
        **{key: value for key, value in given.items() if key in OF_TEST},
    )

    assert spec.check == check.name
    assert check_test(spec) == []
    assert all(field.description for field in check.parameters.model_fields.values())
    assert check.summary.endswith(".")
    assert all(note.endswith(".") for note in check.notes)


def test_the_test_in_the_document_is_right():
    text = DOCUMENT.read_text().split("```yaml\n", 1)[1].split("```", 1)[0]
    test = YAML(typ="safe").load(text)["tests"]["airports exist"]
    description = test.pop("description")
    spec = TestSpec(
        name="airports exist",
        description=description,
        params={key: value for key, value in test.items() if key not in OF_TEST},
        **{key: value for key, value in test.items() if key in OF_TEST},
    )

    assert check_test(spec) == []
