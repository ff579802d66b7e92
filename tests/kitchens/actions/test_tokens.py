from datetime import UTC, datetime, timedelta

import pytest

from hub.common.errors import ConflictError, InvalidError, MissingError, NotAllowedError
from kitchens.actions import people, tokens
from kitchens.core.roles import THE_HUB, Actor
from kitchens.models import ApiToken, AuditEntry

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)


@pytest.fixture
def ada(db):
    return people.create_person(
        username="ada", password="a long phrase", role="developer", by=THE_HUB, now=NOW
    )


def make(person, scopes=("read",), name="ci", **more):
    return tokens.create_token(name=name, scopes=scopes, by=person.actor(), now=NOW, **more)


def test_a_key_acts_for_its_person_within_its_scopes(ada):
    token, key = make(ada, ["read", "run"])

    person, actor = tokens.token_actor(key, NOW)

    assert person == ada
    assert (actor.role, actor.scopes, actor.via) == ("developer", {"read", "run"}, "api")
    assert actor.may("order.place")
    assert not actor.may("kitchen.create")
    assert key.startswith(token.prefix)


def test_the_key_itself_is_kept_nowhere(ada):
    token, key = make(ada)

    kept = str(ApiToken.objects.values().get()) + str(AuditEntry.objects.values())
    assert key not in kept
    assert key[len(token.prefix) :] not in kept


@pytest.mark.parametrize(
    "bend", [lambda k: k[:-1] + "x!", lambda k: k + "a", lambda k: "", lambda k: "hub_" * 9]
)
def test_a_bent_key_is_nobodys(ada, bend):
    _, key = make(ada)

    assert tokens.token_actor(bend(key), NOW) is None


def test_a_key_ends_when_it_expires_is_revoked_or_its_person_is_let_go(ada):
    _, key = make(ada, expires_at=NOW + timedelta(days=1))
    assert tokens.token_actor(key, NOW + timedelta(days=1)) is None

    other, other_key = make(ada, name="other")
    tokens.revoke_token(other.pk, by=ada.actor(), now=NOW)
    assert tokens.token_actor(other_key, NOW) is None

    people.deactivate(ada, by=THE_HUB, now=NOW)
    assert tokens.token_actor(key, NOW) is None


def test_a_token_may_no_more_than_its_person_may_now(ada):
    _, key = make(ada, ["admin"])
    people.set_role(ada, "viewer", by=THE_HUB, now=NOW)

    assert not tokens.token_actor(key, NOW)[1].may("order.place")


def test_last_use_is_stamped_once_a_minute_at_most(ada, django_assert_num_queries):
    _, key = make(ada)

    with django_assert_num_queries(2):
        tokens.token_actor(key, NOW)
    with django_assert_num_queries(1):
        tokens.token_actor(key, NOW + timedelta(seconds=59))

    tokens.token_actor(key, NOW + timedelta(seconds=61))
    assert ApiToken.objects.get().last_used_at == NOW + timedelta(seconds=61)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 81}, "name"),
        ({"scopes": []}, "scopes"),
        ({"scopes": ["root"]}, "scopes"),
        ({"expires_at": NOW}, "expires_at"),
        ({"expires_at": NOW + timedelta(days=400)}, "expires_at"),
    ],
)
def test_a_wrong_field_is_named(ada, wrong, field):
    with pytest.raises(InvalidError) as caught:
        make(ada, **wrong)

    assert caught.value.field == field


def test_a_name_is_used_once_until_its_token_is_revoked(ada):
    token, _ = make(ada)
    with pytest.raises(ConflictError):
        make(ada)

    tokens.revoke_token(token.pk, by=ada.actor(), now=NOW)
    make(ada)


def test_a_token_makes_no_tokens_without_the_scope_admin(ada):
    for scopes in ({"read"}, {"change", "run", "read"}):
        actor = Actor(ada.pk, "ada", "developer", scopes=frozenset(scopes), via="api")
        with pytest.raises(NotAllowedError):
            tokens.create_token(name="more", scopes=["admin"], by=actor, now=NOW)


def test_tokens_of_others_do_not_exist_but_for_an_admin(ada):
    token, _ = make(ada)
    bob = people.create_person(username="bob", password="a long phrase", role="operator", by=THE_HUB, now=NOW)

    with pytest.raises(MissingError):
        tokens.revoke_token(token.pk, by=bob.actor(), now=NOW)
    assert tokens.revoke_token(token.pk, by=THE_HUB, now=NOW).revoked_at == NOW
