import threading
from datetime import UTC, datetime

import pytest
from django.db import connection

from hub.common.errors import ConflictError, HubError, InvalidError, NotAllowedError
from kitchens.actions import people
from kitchens.core.roles import THE_HUB, Actor
from kitchens.models import AuditEntry, Person

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
PASSWORD = "a long pass phrase"


def make(username, role="viewer", **more):
    return people.create_person(username=username, password=PASSWORD, role=role, by=THE_HUB, now=NOW, **more)


@pytest.mark.django_db
def test_a_new_person_can_sign_in_and_the_audit_says_who_made_them(client):
    ada = make("ada", "admin", full_name="Ada King Lovelace", email="ada@example.org")

    assert client.login(username="ada", password=PASSWORD)
    assert (ada.first_name, ada.last_name) == ("Ada", "King Lovelace")
    entry = AuditEntry.objects.get()
    assert (entry.what, entry.subject, entry.actor, entry.details) == (
        "person.created", "ada", "the hub", {"role": "admin"},
    )  # fmt: skip
    assert PASSWORD not in str(entry.__dict__)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"username": "a b"}, "username"),
        ({"password": "short"}, "password"),
        ({"password": "password123"}, "password"),
        ({"role": "root"}, "role"),
        ({"email": "not an address"}, "email"),
    ],
)
def test_a_wrong_field_is_named_and_nobody_is_made(wrong, field):
    good = {"username": "ada", "password": PASSWORD, "role": "viewer", "email": ""}

    with pytest.raises(InvalidError) as caught:
        people.create_person(**(good | wrong), by=THE_HUB, now=NOW)

    assert caught.value.field == field
    assert not Person.objects.exists()


@pytest.mark.django_db
def test_a_name_is_taken_in_any_case():
    make("ada")

    with pytest.raises(ConflictError, match="already a person"):
        make("ADA")


@pytest.mark.django_db
def test_only_an_admin_manages_people():
    ada = make("ada", "admin")
    operator = Actor(7, "Olga", "operator")

    for act in (
        lambda: people.create_person(username="x", password=PASSWORD, role="viewer", by=operator, now=NOW),
        lambda: people.set_role(ada, "viewer", by=operator, now=NOW),
        lambda: people.deactivate(ada, by=operator, now=NOW),
        lambda: people.activate(ada, by=operator, now=NOW),
        lambda: people.set_password(ada, PASSWORD, by=operator, now=NOW),
    ):
        with pytest.raises(NotAllowedError):
            act()


@pytest.mark.django_db
def test_one_may_set_ones_own_password_but_a_token_may_not():
    ada = make("ada")

    people.set_password(ada, "another long phrase", by=ada.actor(), now=NOW)

    assert Person.objects.get().check_password("another long phrase")
    token = Actor(ada.pk, "ada", "viewer", scopes=frozenset({"read"}))
    with pytest.raises(NotAllowedError):
        people.set_password(ada, PASSWORD, by=token, now=NOW)


@pytest.mark.django_db
def test_the_last_active_admin_is_neither_demoted_nor_let_go():
    ada, bob = make("ada", "admin"), make("bob", "admin")
    people.deactivate(bob, by=THE_HUB, now=NOW)

    with pytest.raises(ConflictError, match="last active admin"):
        people.set_role(ada, "operator", by=ada.actor(), now=NOW)
    with pytest.raises(ConflictError, match="last active admin"):
        people.deactivate(ada, by=ada.actor(), now=NOW)

    people.activate(bob, by=ada.actor(), now=NOW)
    assert people.set_role(ada, "operator", by=ada.actor(), now=NOW).role == "operator"


@pytest.mark.django_db
def test_the_same_role_twice_is_one_audit_entry():
    ada = make("ada")

    people.set_role(ada, "developer", by=THE_HUB, now=NOW)
    people.set_role(ada, "developer", by=THE_HUB, now=NOW)

    assert AuditEntry.objects.filter(what="person.role").count() == 1


@pytest.mark.django_db
def test_someone_let_go_may_do_nothing():
    ada = make("ada", "developer")

    ada = people.deactivate(ada, by=THE_HUB, now=NOW)

    assert not ada.actor().may("mesh.see")


@pytest.mark.django_db(transaction=True)
def test_two_admins_who_demote_each_other_at_once_leave_one():
    admins = [make("ada", "admin"), make("bob", "admin")]
    start, refused = threading.Barrier(2), []

    def demote(person):
        start.wait()
        try:
            people.set_role(person, "viewer", by=THE_HUB, now=NOW)
        except HubError as error:
            refused.append(str(error))
        finally:
            connection.close()

    threads = [threading.Thread(target=demote, args=[person]) for person in admins]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert Person.objects.filter(role="admin").count() == 1
    assert len(refused) == 1
