from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from kitchens.models import Person

pytestmark = pytest.mark.django_db


def run(*words):
    out = StringIO()
    call_command(*words, stdout=out)
    return out.getvalue()


def test_the_first_admin_is_made_on_the_command_line(monkeypatch, client):
    monkeypatch.setenv("HUB_PASSWORD", "a long phrase")

    assert "can sign in as admin" in run("person", "add", "ada", "--role", "admin")
    assert client.login(username="ada", password="a long phrase")
    with pytest.raises(CommandError, match="last active admin"):
        run("person", "role", "ada", "--role", "viewer")


def test_a_forgotten_password_is_set_anew(monkeypatch, client):
    monkeypatch.setenv("HUB_PASSWORD", "a long phrase")
    run("person", "add", "ada")
    monkeypatch.setenv("HUB_PASSWORD", "another phrase")
    run("person", "password", "ada")

    assert Person.objects.get().check_password("another phrase")
    with pytest.raises(CommandError, match="no person"):
        run("person", "password", "bob")


def test_keys_are_rotated_on_the_command_line(hub_home):
    assert "0 secrets" in run("secrets", "rotate")
    assert len((hub_home / "secrets.key").read_text().split()) == 2
