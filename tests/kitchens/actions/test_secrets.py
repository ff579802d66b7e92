from datetime import UTC, datetime

import pytest
from cryptography.fernet import Fernet

from hub.common.errors import InvalidError, MissingError, NotAllowedError
from kitchens.actions import kitchens, secrets
from kitchens.core.roles import THE_HUB, Actor
from kitchens.core.secrets import VaultError, read_keys
from kitchens.models import AuditEntry, Secret
from kitchens.queries.secrets import secret_names, values_for_kitchen

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
CANARY = "canary-7f3a-value"


@pytest.fixture
def production(db, hub_home):
    return kitchens.create_production(by=THE_HUB, now=NOW)


@pytest.fixture
def kitchen(production):
    return kitchens.create_kitchen(
        name="late-flights", parent=production, ends_on=None, tier="canary", by=THE_HUB, now=NOW
    )


def put(value, kitchen=None, name="API_KEY"):
    return secrets.set_secret(name=name, value=value, by=THE_HUB, now=NOW, kitchen=kitchen)


def test_a_kitchens_own_secret_comes_before_the_hubs(production, kitchen):
    put("of all")
    put("own", kitchen)

    assert values_for_kitchen(kitchen) == {"API_KEY": "own"}
    assert values_for_kitchen(production) == {"API_KEY": "of all"}


def test_setting_it_again_replaces_it(production):
    put("old")
    put("new")

    assert values_for_kitchen(production) == {"API_KEY": "new"}
    assert Secret.objects.count() == 1


def test_the_value_shows_up_nowhere(production, caplog, capsys):
    secret = put(CANARY)

    seen = [
        repr(secret),
        str(secret.__dict__),
        str(list(AuditEntry.objects.values())),
        caplog.text,
        *capsys.readouterr(),
    ]
    assert not any(CANARY in text for text in seen)
    assert "ciphertext" not in secret_names().get().__dict__


@pytest.mark.parametrize(
    ("name", "value"), [("API KEY", "x"), ("connection:x", "x"), ("A", ""), ("A", "x" * 40_000)]
)
def test_wrong_names_and_values_are_refused(production, name, value):
    with pytest.raises(InvalidError) as caught:
        put(value, name=name)
    assert value == "" or value not in str(caught.value)


def test_a_developer_sets_no_secrets(production):
    with pytest.raises(NotAllowedError):
        secrets.set_secret(name="A", value="x", by=Actor(None, "Dee", "developer"), now=NOW)


def test_a_deleted_secret_is_gone(production):
    put("x")
    secrets.delete_secret(name="API_KEY", by=THE_HUB, now=NOW)

    assert values_for_kitchen(production) == {}
    with pytest.raises(MissingError):
        secrets.delete_secret(name="API_KEY", by=THE_HUB, now=NOW)


def test_a_secret_moved_to_another_row_does_not_open(production, kitchen):
    put("of the kitchen", kitchen)
    Secret.objects.update(kitchen=None)

    with pytest.raises(VaultError):
        values_for_kitchen(production)


def test_rotating_renews_all_and_keeps_the_key_before(production, settings):
    put("x")
    before = Secret.objects.get().ciphertext
    first = read_keys(settings.SECRETS_KEY_FILE)

    assert secrets.rotate_keys(by=THE_HUB, now=NOW) == 1

    assert Secret.objects.get().ciphertext != before
    assert read_keys(settings.SECRETS_KEY_FILE)[1:] == first
    assert values_for_kitchen(production) == {"API_KEY": "x"}


def test_rotating_with_forget_leaves_the_new_key_alone(production, settings):
    put("x")
    first = read_keys(settings.SECRETS_KEY_FILE)

    secrets.rotate_keys(by=THE_HUB, now=NOW, forget=True)

    assert len(read_keys(settings.SECRETS_KEY_FILE)) == 1
    assert read_keys(settings.SECRETS_KEY_FILE) != first
    assert values_for_kitchen(production) == {"API_KEY": "x"}


def test_rotating_with_keys_of_the_environment_leaves_the_file_alone(production, settings, monkeypatch):
    put("x")
    first = read_keys(settings.SECRETS_KEY_FILE)
    new = Fernet.generate_key().decode()
    monkeypatch.setenv("HUB_SECRETS_KEY", f"{new},{first[0]}")

    secrets.rotate_keys(by=THE_HUB, now=NOW)

    assert read_keys(settings.SECRETS_KEY_FILE) == first
    monkeypatch.setenv("HUB_SECRETS_KEY", new)
    assert values_for_kitchen(production) == {"API_KEY": "x"}
