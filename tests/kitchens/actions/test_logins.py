from datetime import UTC, datetime, timedelta

import pytest

from kitchens.actions import logins
from kitchens.models import FailedLogin

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def fail(times, name="ada", address="10.0.0.1"):
    for _ in range(times):
        logins.note_failed_login(name=name, address=address, now=NOW)


def allowed(name="ada", address="10.0.0.1", now=NOW):
    return logins.login_allowed(name=name, address=address, now=now)


def test_ten_failures_close_a_name_at_an_address_for_fifteen_minutes():
    fail(9)
    assert allowed()
    fail(1)

    assert not allowed()
    assert not allowed(name="ADA")
    assert allowed(address="10.0.0.2")
    assert allowed(name="bob")
    assert allowed(now=NOW + logins.WINDOW)


def test_an_address_that_tries_many_names_is_closed():
    for number in range(50):
        fail(1, name=f"name{number}")

    assert not allowed(name="bob")
    assert allowed(name="bob", address="10.0.0.2")


def test_signing_in_forgets_the_failures_of_that_name_there():
    fail(9)
    logins.forget_failed_logins(name="ada", address="10.0.0.1")
    fail(9)

    assert allowed()


def test_a_name_typed_by_mistake_is_not_kept():
    fail(1, name="my password")

    assert "password" not in str(list(FailedLogin.objects.values()))


def test_past_the_limit_nothing_more_is_written(django_assert_num_queries):
    for _ in range(50):
        assert logins.note_wrong_token(address="10.0.0.1", now=NOW)

    with django_assert_num_queries(1):
        assert not logins.note_wrong_token(address="10.0.0.1", now=NOW)
    assert logins.note_wrong_token(address="10.0.0.1", now=NOW + logins.WINDOW)


def test_old_counters_are_swept():
    fail(1)

    assert logins.sweep_failed_logins(NOW + timedelta(minutes=14)) == 0
    assert logins.sweep_failed_logins(NOW + timedelta(minutes=15)) == 3
