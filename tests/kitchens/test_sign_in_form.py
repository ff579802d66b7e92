from datetime import UTC, datetime

import pytest
from django.test import RequestFactory

from kitchens.actions import people
from kitchens.core.roles import THE_HUB
from kitchens.forms import SignInForm

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
PASSWORD = "a long pass phrase"


@pytest.fixture
def ada(db):
    return people.create_person(username="ada", password=PASSWORD, role="viewer", by=THE_HUB, now=NOW)


def attempt(password, name="ada", **meta):
    form = SignInForm(RequestFactory().post("/login/", **meta), {"username": name, "password": password})
    return form.is_valid(), str(form.errors)


def test_after_ten_wrong_passwords_the_right_one_waits_too(ada):
    assert attempt(PASSWORD)[0]
    for _ in range(10):
        assert not attempt("wrong")[0]

    valid, said = attempt(PASSWORD)

    assert not valid
    assert "too many wrong tries" in said
    assert attempt(PASSWORD, REMOTE_ADDR="10.1.1.1")[0]


def test_unknown_wrong_and_let_go_are_told_the_same(ada):
    wrong, unknown = attempt("wrong")[1], attempt("wrong", name="nobody")[1]
    people.deactivate(ada, by=THE_HUB, now=NOW)

    assert wrong == unknown == attempt(PASSWORD)[1]


def test_behind_a_proxy_the_address_it_saw_counts(ada, settings):
    settings.PROXIES = 1
    for _ in range(10):
        attempt("wrong", HTTP_X_FORWARDED_FOR="6.6.6.6, 10.9.9.9")

    assert not attempt(PASSWORD, HTTP_X_FORWARDED_FOR="7.7.7.7, 10.9.9.9")[0]
    assert attempt(PASSWORD, HTTP_X_FORWARDED_FOR="10.9.9.9, 10.8.8.8")[0]
