import pytest

from kitchens.core.names import connection_fault, secret_fault, slug_fault, username_fault


@pytest.mark.parametrize("slug", ["late-flights", "a1b", "x" * 40, "fix-2026-11"])
def test_a_plain_name_is_fine(slug):
    assert slug_fault(slug) == ""


@pytest.mark.parametrize(
    ("slug", "says"),
    [
        ("", "needs a name"),
        ("ab", "3 to 40 characters"),
        ("x" * 41, "has 41"),
        ("Fix", "lower case"),
        ("1fix", "starts with a letter"),
        ("fix--two", "single hyphens"),
        ("-fix", "starts with a letter"),
        ("fix-", "single hyphens"),
        ("fix.lock", "letters, digits"),
        ("../main", "letters, digits"),
        ("fix/two", "letters, digits"),
        ("fix\n", "letters, digits"),
        ("füße", "letters, digits"),
        ("production", "reserved"),
        ("taken", "There is, or was"),
    ],
)
def test_a_wrong_name_is_refused_with_a_sentence(slug, says):
    assert says in slug_fault(slug, {"taken"})


def test_other_names_have_rules_too():
    assert connection_fault("warehouse_eu-1") == ""
    assert connection_fault("Ware house")
    assert secret_fault("API_KEY") == ""
    assert secret_fault("API KEY")
    assert username_fault("ada.lovelace@example.org") == ""
    assert username_fault("ada\u202e")
