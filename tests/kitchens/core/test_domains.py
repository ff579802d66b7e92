import pytest

from hub.common.errors import InvalidError
from kitchens.core.domains import read_domain


def test_a_domain_says_who_owns_it():
    domain = read_domain("flights", b"title: Flights\ndescription: Who flies\nowner: ada\n")

    assert (domain.title, domain.description, domain.owner) == ("Flights", "Who flies", "ada")


def test_an_empty_file_gives_a_title_made_of_the_name():
    assert read_domain("sea_freight", b"").title == "Sea freight"


def test_a_domain_names_its_personal_columns_and_how_they_are_masked():
    domain = read_domain(
        "shop", b"personal: {people: {email: hash, name: drop, age: null, city: first_letter}}\n"
    )

    masks = {"email": "hash", "name": "drop", "age": "null", "city": "first_letter"}
    assert domain.personal == {"people": masks}
    assert read_domain("shop", b"personal:\n").personal == {}


@pytest.mark.parametrize(
    ("slug", "content", "says"),
    [
        ("source", b"", "not a name"),
        ("Flights", b"", "not a name"),
        ("..", b"", "not a name"),
        ("flights", b"- a\n", "not a mapping"),
        ("flights", b"titel: x\n", "unknown key 'titel'"),
        ("flights", b"title: NO\ntitle: x\n", "cannot be read"),
        ("flights", b"title: 7\n", "not a text"),
        ("flights", b"title: " + b"x" * 200, "longer than 120"),
        ("flights", b"\xff", "cannot be read"),
        ("flights", b"x" * 70_000, "larger than 64 KiB"),
        ("flights", b"title: !!python/object/apply:os.system [ls]\n", "domain.yaml is not valid"),
        ("flights", b"[" * 30_000, "cannot be read"),
        ("flights", b"personal: [a]\n", "not a mapping of tables"),
        ("flights", b"personal: {People: {a: hash}}\n", "names the table 'People'"),
        ("flights", b"personal: {people: email}\n", "not a mapping of columns"),
        ("flights", b"personal: {people: {}}\n", "names no column of people"),
        ("flights", b"personal: {people: {email: blur}}\n", "has the mask 'blur'"),
        ("flights", b"personal: {people: {1: hash}}\n", "not a mapping of columns"),
    ],
)
def test_a_wrong_file_is_refused_with_its_name(slug, content, says):
    with pytest.raises(InvalidError, match=says):
        read_domain(slug, content)
