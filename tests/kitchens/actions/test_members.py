"""The people of a kitchen: who may add whom as what, and what that lets them do."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from hub.common.errors import ConflictError, InvalidError, MissingError, NotAllowedError
from kitchens.actions import members
from kitchens.actions.people import deactivate
from kitchens.core.roles import THE_HUB
from kitchens.models import AuditEntry, Kitchen, Membership, Person
from kitchens.models.standing import PeopleBackend
from tests.factories import make_kitchen, make_person

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 25, 9, tzinfo=UTC)


@pytest.fixture
def owner() -> Person:
    return make_person("olga", "developer")


@pytest.fixture
def kitchen(owner) -> Kitchen:
    return make_kitchen("late-flights", owner=owner)


def join(kitchen, person, role="developer", by=THE_HUB):
    return members.set_member(kitchen, person, role, by=by, now=NOW)


def test_a_viewer_of_the_hub_is_a_developer_in_one_kitchen_only(kitchen):
    vera = make_person("vera", "viewer")
    join(kitchen, vera)

    assert vera.actor().may("recipe.change", "late-flights")
    assert not vera.actor().may("recipe.change", "production")
    assert not vera.actor().may("recipe.change")


def test_a_role_in_a_kitchen_may_be_below_the_one_of_the_hub(kitchen):
    dan = make_person("dan", "developer")
    join(kitchen, dan, "viewer")

    assert not dan.actor().may("recipe.change", "late-flights")
    assert dan.actor().may("recipe.change", "production")


def test_the_owner_is_an_operator_there(kitchen, owner):
    assert owner.actor().may("member.change", "late-flights")
    assert not owner.actor().may("member.change", "production")


def test_an_admin_stays_an_admin_in_a_kitchen_of_their_own():
    admin = make_person("ada", "admin")
    make_kitchen("adas", owner=admin)

    assert admin.actor().role_in("adas") == "admin"


def test_nobody_gives_or_takes_a_role_above_their_own(kitchen):
    op, dev, third = (make_person(n, "viewer") for n in ("op", "dev", "third"))
    join(kitchen, op, "operator")
    join(kitchen, dev, "developer")

    with pytest.raises(NotAllowedError, match="needs the role operator"):
        join(kitchen, third, "viewer", by=dev.actor())
    assert join(kitchen, third, "operator", by=op.actor()).role == "operator"
    with pytest.raises(InvalidError, match="no role 'admin' in a kitchen"):
        join(kitchen, third, "admin", by=op.actor())


def test_an_operator_of_the_hub_lowered_in_a_kitchen_may_not_raise_themselves(kitchen):
    ona = make_person("ona", "operator")
    join(kitchen, ona, "developer")

    with pytest.raises(NotAllowedError):
        join(kitchen, ona, "operator", by=ona.actor())


@pytest.mark.parametrize(
    ("who", "said"), [("owner", "owns"), ("admin", "admin of the hub"), ("gone", "was let go")]
)
def test_a_role_that_would_mean_nothing_is_refused(kitchen, owner, who, said):
    people = {"owner": owner}
    person = people.get(who) or make_person(who, "admin" if who == "admin" else "viewer")
    if who == "gone":
        person = deactivate(person, by=THE_HUB, now=NOW)

    with pytest.raises(ConflictError, match=said):
        join(kitchen, person)


def test_anybody_leaves_by_themselves(kitchen):
    vera = make_person("vera", "viewer")
    join(kitchen, vera)

    members.remove_member(kitchen, vera, by=vera.actor(), now=NOW)

    assert not Membership.objects.exists()
    assert not vera.actor().may("recipe.change", "late-flights")
    with pytest.raises(MissingError):
        members.remove_member(kitchen, vera, by=vera.actor(), now=NOW)


def test_somebody_let_go_may_nothing_in_their_kitchens_either(kitchen, owner):
    gone = deactivate(owner, by=THE_HUB, now=NOW)

    assert not gone.actor().may("mesh.see", "late-flights")


def test_a_kitchen_is_handed_over_and_the_one_before_stays(kitchen, owner):
    nina = make_person("nina", "developer")
    members.hand_over(kitchen, nina, by=owner.actor(), now=NOW)

    kitchen.refresh_from_db()
    assert kitchen.owner == nina
    assert owner.actor().role_in("late-flights") == "operator"
    assert nina.actor().role_in("late-flights") == "operator"


def test_who_did_it_is_kept_and_twice_is_once(kitchen, owner):
    vera = make_person("vera", "viewer")
    for _ in range(2):
        join(kitchen, vera, by=owner.actor())
    join(kitchen, vera, "viewer", by=owner.actor())

    said = [(entry.what, entry.details["after"]) for entry in AuditEntry.objects.order_by("id")]
    assert said == [("member.added", "developer"), ("member.changed", "viewer")]


def test_only_its_people_see_into_a_closed_kitchen(kitchen, owner):
    vera, max_ = make_person("vera", "viewer"), make_person("max", "operator")
    join(kitchen, vera, "viewer")
    members.set_closed(kitchen, True, by=owner.actor(), now=NOW)

    assert vera.actor().may("mesh.see", "late-flights")
    assert owner.actor().may("recipe.change", "late-flights")
    assert make_person("ada", "admin").actor().may("recipe.change", "late-flights")
    with pytest.raises(NotAllowedError, match="is closed: only its people"):
        max_.actor().require("run.cancel", "late-flights")


def test_what_is_made_of_a_closed_kitchen_begins_closed_and_stays_so(kitchen, owner):
    members.set_closed(kitchen, True, by=owner.actor(), now=NOW)
    kitchen.refresh_from_db()
    child = make_kitchen("child", parent=kitchen, owner=owner)

    assert child.closed
    with pytest.raises(ConflictError, match="which is closed"):
        members.set_closed(child, False, by=owner.actor(), now=NOW)


def test_a_kitchen_with_open_children_is_not_closed(kitchen, owner):
    make_kitchen("child", parent=kitchen)

    with pytest.raises(ConflictError, match="show its data and are open: child"):
        members.set_closed(kitchen, True, by=owner.actor(), now=NOW)


def test_production_is_never_closed(kitchen):
    with pytest.raises(InvalidError):
        members.set_closed(kitchen.parent, True, by=THE_HUB, now=NOW)


def test_who_is_signed_in_costs_one_query_with_all_their_roles(kitchen, owner, django_assert_num_queries):
    make_kitchen("other", closed=True)

    with django_assert_num_queries(1):
        actor = PeopleBackend().get_user(owner.pk).actor()
        assert actor.role_in("late-flights") == "operator"
        assert set(actor.closed) == {"other"}
