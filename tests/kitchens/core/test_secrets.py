import stat

import pytest
from cryptography.fernet import Fernet

from kitchens.core.secrets import Vault, VaultError, put_keys, read_keys

KEYS = [Fernet.generate_key().decode() for _ in range(2)]


def test_a_secret_opens_only_where_it_belongs():
    sealed = Vault(KEYS).seal("hunter2", "late-flights/API_KEY")

    assert b"hunter2" not in sealed
    assert Vault(KEYS).open(sealed, "late-flights/API_KEY") == "hunter2"
    with pytest.raises(VaultError, match="not made for"):
        Vault(KEYS).open(sealed, "/API_KEY")


def test_a_secret_without_its_key_says_what_to_do_and_nothing_else():
    sealed = Vault(KEYS[:1]).seal("hunter2", "/A")

    with pytest.raises(VaultError, match="Put back the key file") as caught:
        Vault(KEYS[1:]).open(sealed, "/A")
    assert "hunter2" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_renewed_secret_needs_the_first_key_alone():
    sealed = Vault(KEYS[1:]).seal("hunter2", "/A")

    assert Vault(KEYS[:1]).open(Vault(KEYS).renew(sealed), "/A") == "hunter2"


def test_the_key_file_is_made_once_for_its_owner_alone(tmp_path):
    file = tmp_path / "home" / "secrets.key"

    keys = read_keys(file)

    assert read_keys(file) == keys
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in file.parent.iterdir()] == ["secrets.key"]


def test_a_key_file_that_others_may_read_is_refused(tmp_path):
    file = tmp_path / "secrets.key"
    read_keys(file)
    file.chmod(0o640)

    with pytest.raises(VaultError, match="chmod 600"):
        read_keys(file)


def test_keys_from_the_environment_come_before_the_file(tmp_path):
    assert read_keys(tmp_path / "none", f"{KEYS[0]}, {KEYS[1]}") == KEYS
    assert not (tmp_path / "none").exists()


def test_keys_are_replaced_all_at_once(tmp_path):
    file = tmp_path / "secrets.key"
    put_keys(file, KEYS[:1])
    put_keys(file, KEYS)

    assert read_keys(file) == KEYS


def test_a_wrong_key_is_named_without_showing_it():
    with pytest.raises(VaultError, match="not a Fernet key") as caught:
        Vault(["short-and-wrong"])
    assert "short-and-wrong" not in str(caught.value)


def test_a_vault_prints_no_keys():
    assert KEYS[0] not in repr(Vault(KEYS))
