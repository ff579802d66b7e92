import pytest

from hub.common.errors import InvalidError
from kitchens.core.connections import check_settings, connect_arguments, without

GOOD = {"host": "db.example.org", "database": "dwh", "user": "reader"}


def test_settings_are_completed():
    assert check_settings(GOOD) == {**GOOD, "port": 5432, "sslmode": "prefer"}


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"host": ""}, "settings.host"),
        ({"host": "/var/run/postgresql"}, "settings.host"),
        ({"host": "a,b"}, "settings.host"),
        ({"host": "db.example.org user=postgres"}, "settings.host"),
        ({"host": "-x"}, "settings.host"),
        ({"port": "5432"}, "settings.port"),
        ({"port": 0}, "settings.port"),
        ({"port": True}, "settings.port"),
        ({"sslmode": "allow"}, "settings.sslmode"),
        ({"user": None}, "settings.user"),
        ({"database": "a\nb"}, "settings.database"),
        ({"password": "x"}, "settings.password"),
        ({"options": "-c x=y"}, "settings.options"),
        ({"passfile": "/etc/passwd"}, "settings.passfile"),
    ],
)
def test_a_wrong_setting_is_named(wrong, field):
    with pytest.raises(InvalidError) as caught:
        check_settings({**GOOD, **wrong})

    assert caught.value.field == field


@pytest.mark.parametrize("host", ["10.0.0.7", "::1", "fe80::1", "db", "my-db.internal"])
def test_names_and_addresses_are_hosts(host):
    assert check_settings({**GOOD, "host": host})["host"] == host


def test_nothing_of_the_machines_own_user_is_sent():
    arguments = connect_arguments(check_settings(GOOD), "pw")

    assert arguments["passfile"] == "/dev/null"
    assert "default_transaction_read_only=on" in arguments["options"]
    assert connect_arguments(check_settings(GOOD), "pw", read_only=False)["options"] == ""


def test_a_secret_is_masked_wherever_it_stands():
    assert without("pw1", "no pw1 for pw1") == "no ••• for •••"
    assert without("", "as it is") == "as it is"
