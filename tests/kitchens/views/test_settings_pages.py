"""Settings: people and roles, tokens, connections, and who did what."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from kitchens.actions import audit, connections, tokens
from kitchens.core.roles import THE_HUB
from kitchens.models import ApiToken, AuditEntry, Connection, Person
from tests import factories

pytestmark = pytest.mark.django_db
PERSON = {
    "username": "grace",
    "full_name": "Grace Hopper",
    "role": "developer",
    "password": "a long pass phrase",
}
TOKEN = {"name": "nightly export", "scopes": ["read"], "days": "30"}
CONNECTION = {"name": "warehouse", "host": "db.example", "port": "5432", "database": "dwh", "user": "reader",
              "password": "s3cret words", "sslmode": "prefer", "read_only": "on"}  # fmt: skip


def page(client: Client, name: str) -> str:
    answer = client.get(reverse(name))
    assert answer.status_code == 200
    return answer.content.decode()


def make_connection(name: str = "warehouse") -> Connection:
    settings = {"host": "127.0.0.1", "port": 1, "database": "dwh", "user": "reader", "sslmode": "disable"}
    return connections.save_connection(
        name=name, settings=settings, password="s3cret words", by=THE_HUB, now=timezone.now()
    )


@pytest.fixture(autouse=True)
def _home(hub_home) -> None:
    factories.make_production()


def test_settings_begin_with_people(browser):
    assert browser("viewer").get(reverse("settings")).headers["Location"] == reverse("settings-people")


@pytest.mark.parametrize("count", [1, 3])
def test_people_cost_the_same_however_many(browser, django_assert_num_queries, count: int):
    for number in range(count - 1):
        factories.make_person(f"p{number}")
    client = browser("admin")

    with django_assert_num_queries(4):  # session, person, frame; people
        said = page(client, "settings-people")

    assert f"{count} {'person' if count == 1 else 'people'}." in said


def test_a_person_is_added_and_can_sign_in(browser):
    answer = browser("admin").post(reverse("settings-people"), PERSON, follow=True)

    assert "Grace Hopper can sign in now." in answer.content.decode()
    assert Client().login(username="grace", password="a long pass phrase")


@pytest.mark.parametrize(
    ("given", "field", "said"),
    [
        ({"username": "no spaces"}, "username", "A sign-in name has up to 80 letters"),
        ({"username": "ADMIN"}, "username", "There is already a person named ADMIN."),
        ({"password": "short"}, "password", "too short"),
        ({"email": "nothing"}, "email", "valid email"),
        ({"role": "king"}, "role", "king"),
    ],
)
def test_what_is_wrong_with_a_person_is_said_at_its_field(browser, given, field, said):
    answer = browser("admin").post(reverse("settings-people"), PERSON | given)

    said_there = answer.content.decode()
    assert said in " ".join(answer.context["form"].errors[field])
    assert f'id="id_{field}_error"' in said_there
    assert 'value="Grace Hopper"' in said_there
    assert PERSON["password"] not in said_there
    assert not Person.objects.filter(username__iexact="grace").exists()


def test_a_role_is_set_and_a_person_let_go_and_in_again(browser):
    factories.make_person("grace", "viewer")
    client, url = browser("admin"), reverse("person-change", args=["grace"])

    client.post(url, {"role": "operator"})
    assert Person.objects.get(username="grace").role == "operator"
    assert "let go" in client.post(url, {"active": "no"}, follow=True).content.decode()
    assert not Person.objects.get(username="grace").is_active
    client.post(url, {"active": "yes"})
    assert Person.objects.get(username="grace").is_active


@pytest.mark.parametrize("change", [{"role": "viewer"}, {"active": "no"}])
def test_the_last_admin_stays(browser, change):
    answer = browser("admin").post(reverse("person-change", args=["admin"]), change)

    assert answer.status_code == 409
    assert "This is the last active admin" in answer.content.decode()


def test_a_role_that_does_not_exist_is_not_given(browser):
    client = browser("admin")

    answer = client.post(reverse("person-change", args=["admin"]), {"role": "king"})

    assert answer.status_code == 422
    assert client.post(reverse("person-change", args=["nobody"]), {"role": "viewer"}).status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_tokens_cost_the_same_however_many(browser, person, django_assert_num_queries, count: int):
    by = person("viewer").actor()
    for number in range(count):
        tokens.create_token(name=f"t{number}", scopes=["read"], by=by, now=timezone.now())
    client = browser("viewer")

    with django_assert_num_queries(4):  # session, person, frame; tokens
        said = page(client, "settings-tokens")

    assert said.count(">Revoke<") == count


def test_a_token_is_made_its_key_is_shown_once_and_opens_the_api(browser):
    client = browser("viewer")
    assert "You have no token." in page(client, "settings-tokens")

    answer = client.post(reverse("settings-tokens"), TOKEN)

    key = answer.context["made"][1]
    assert key in answer.content.decode()
    assert "it is not shown again" in answer.content.decode()
    assert key not in page(client, "settings-tokens")
    assert Client(headers={"Authorization": f"Bearer {key}"}).get("/api/v1/runs").status_code == 200


@pytest.mark.parametrize(
    ("given", "field"),
    [({"name": ""}, "name"), ({"scopes": []}, "scopes"), ({"scopes": ["all"]}, "scopes"), ({"days": "0"}, "days"),
     ({"days": "4000"}, "days"), ({"days": "soon"}, "days")],
)  # fmt: skip
def test_what_is_wrong_with_a_token_is_said_at_its_field(browser, given, field):
    answer = browser("viewer").post(reverse("settings-tokens"), TOKEN | given)

    said = answer.content.decode()
    assert answer.context["form"].errors[field]
    assert f'id="id_{field}_error"' in said
    assert field == "name" or 'value="nightly export"' in said
    assert not ApiToken.objects.exists()


def test_a_name_used_by_another_token_of_ones_own_is_said_at_the_name(browser):
    client = browser("viewer")
    client.post(reverse("settings-tokens"), TOKEN)

    answer = client.post(reverse("settings-tokens"), TOKEN)

    assert answer.context["form"].errors["name"]
    assert ApiToken.objects.count() == 1


def test_a_revoked_token_opens_nothing(browser, person):
    token, key = tokens.create_token(
        name="ci", scopes=["read"], by=person("viewer").actor(), now=timezone.now()
    )
    client = browser("viewer")

    said = client.post(reverse("token-revoke", args=[token.pk]), follow=True).content.decode()

    assert "The token ci is revoked; it opens nothing any more." in said
    assert ">Revoke<" not in said
    assert Client(headers={"Authorization": f"Bearer {key}"}).get("/api/v1/runs").status_code == 401


@pytest.mark.parametrize("count", [1, 3])
def test_connections_cost_the_same_however_many(browser, django_assert_num_queries, count: int):
    for number in range(count):
        make_connection(f"dwh{number}")
    client = browser("operator")

    with django_assert_num_queries(4):  # session, person, frame; connections
        said = page(client, "settings-connections")

    assert said.count(">Try it<") == count
    assert "reader@127.0.0.1:1/dwh" in said
    assert "s3cret words" not in said


def test_a_connection_is_kept_and_its_password_not_shown(browser):
    client = browser("operator")
    assert "No connection yet." in page(client, "settings-connections")

    said = client.post(reverse("settings-connections"), CONNECTION, follow=True).content.decode()

    assert "The connection warehouse is kept. Try it now." in said
    assert "s3cret words" not in said
    assert Connection.objects.get().read_only


@pytest.mark.parametrize(
    ("given", "field"),
    [({"name": "No Spaces"}, "name"), ({"host": ""}, "host"), ({"host": "a b;c"}, "host"), ({"port": "70000"}, "port"),
     ({"sslmode": "maybe"}, "sslmode"), ({"max_parallel": "0"}, "max_parallel")],
)  # fmt: skip
def test_what_is_wrong_with_a_connection_is_said_at_its_field(browser, given, field):
    answer = browser("operator").post(reverse("settings-connections"), CONNECTION | given)

    said = answer.content.decode()
    assert answer.context["form"].errors[field]
    assert f'id="id_{field}_error"' in said
    assert 'value="reader"' in said
    assert "s3cret words" not in said
    assert not Connection.objects.exists()


def test_a_kept_password_does_not_follow_to_another_host(browser):
    make_connection()

    answer = browser("operator").post(reverse("settings-connections"), CONNECTION | {"password": ""})

    assert "has to be given again" in " ".join(answer.context["form"].errors["password"])
    assert Connection.objects.get().settings["host"] == "127.0.0.1"


def test_a_connection_that_does_not_answer_says_so_and_is_removed(browser):
    make_connection()
    client = browser("operator")

    said = client.post(reverse("connection-try", args=["warehouse"]), follow=True).content.decode()
    assert "warehouse: " in said
    assert Connection.objects.get().test_ok is False

    said = client.post(reverse("connection-delete", args=["warehouse"]), follow=True).content.decode()
    assert "The connection warehouse and its password are gone." in said
    assert not Connection.objects.exists()
    assert client.post(reverse("connection-delete", args=["warehouse"])).status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_the_audit_costs_the_same_however_long(browser, django_assert_num_queries, count: int):
    client = browser("operator")
    AuditEntry.objects.all().delete()
    for number in range(count):
        audit.record(THE_HUB, "kitchen.created", f"sandbox-{number}", timezone.now())

    with django_assert_num_queries(4):  # session, person, frame; the entries
        said = page(client, "settings-audit")

    assert said.count("kitchen.created") == count
    assert f"sandbox-{count - 1}" in said


def test_an_empty_audit_says_so_and_a_long_one_has_pages(browser):
    client = browser("operator")
    AuditEntry.objects.all().delete()
    assert "Nothing has been changed yet." in page(client, "settings-audit")

    now = timezone.now()
    AuditEntry.objects.bulk_create(
        AuditEntry(at=now, actor="ann", via="page", what="run.cancelled", subject=f"run {n}")
        for n in range(101)
    )
    first = client.get(reverse("settings-audit"))
    oldest = client.get(reverse("settings-audit") + first.context["older"]).content.decode()

    assert "run 100<" in first.content.decode()
    assert "run 0<" not in first.content.decode()
    assert "run 0<" in oldest
    assert client.get(reverse("settings-audit") + "?before=x").status_code == 200


def test_a_viewer_sees_no_button_it_may_not_use(browser):
    make_connection()
    client = browser("viewer")

    people, known = page(client, "settings-people"), page(client, "settings-connections")

    assert "Add a person" not in people
    assert reverse("person-change", args=["viewer"]) not in people
    assert "Add or change" not in known
    assert reverse("connection-try", args=["warehouse"]) not in known


@pytest.mark.parametrize(
    ("name", "args", "given"),
    [
        ("settings-people", [], PERSON),
        ("person-change", ["viewer"], {"role": "admin"}),
        ("settings-connections", [], CONNECTION),
        ("connection-try", ["warehouse"], {}),
        ("connection-delete", ["warehouse"], {}),
    ],
)
def test_who_posts_anyway_is_told_which_role_it_needs(browser, name, args, given):
    make_connection()

    answer = browser("viewer").post(reverse(name, args=args), given)

    assert answer.status_code == 403
    assert "has the role viewer; this needs the role" in answer.content.decode()
    assert Person.objects.get(username="viewer").role == "viewer"
    assert Connection.objects.get().tested_at is None
