"""A kitchen with masked copies shows no clear value: not by going back, not by a child, not by a merge, not side by side."""

from __future__ import annotations

import pytest

from hub.common.errors import NotAllowedError
from kitchens.actions import data, members, merges, policy, provision
from kitchens.actions.merges.down import merge_down
from kitchens.actions.rollbacks import roll_back
from kitchens.core.provision import Choices
from kitchens.core.roles import THE_HUB
from kitchens.models import Kitchen, Person
from kitchens.queries.data import resolve
from kitchens.queries.seeing import may_see
from tests.kitchens.actions.conftest import DOMAIN
from tests.kitchens.actions.shop import publish_rows

MASKED = Choices(name="sandbox", purpose="analyst", personal="masked")
CUSTOMERS = "flights.customers"


def make(mesh, by, choices=MASKED) -> Kitchen:
    kitchen = provision.create(choices, by=by, now=mesh.now)
    provision.drain("worker", mesh.clock)
    kitchen.refresh_from_db()
    assert kitchen.state == "ready", kitchen.state_note
    return kitchen


@pytest.fixture
def masked(shop, dee) -> Kitchen:
    return make(shop, dee)


def shown(mesh, kitchen: Kitchen) -> str:
    """Return all rows of the two datasets with people in them, as text."""
    return "".join(str(mesh.rows(name, kitchen)) for name in (CUSTOMERS, "flights.orders"))


def test_its_first_revision_shows_nothing_of_what_was_masked_later(shop, masked):
    before = resolve(masked, at=masked.revisions.get(number=1))

    assert before.keys().isdisjoint({CUSTOMERS, "flights.orders"})


@pytest.mark.parametrize("back", ["roll back", "restore"])
def test_going_back_before_its_copies_does_not_bring_the_clear_rows(shop, masked, back):
    first = masked.revisions.get(number=1)
    if back == "restore":
        data.restore(masked, first, by=THE_HUB, at=shop.now)
    else:
        roll_back(masked, first, by=THE_HUB, now=shop.now)

    assert shown(shop, masked) == "[][]"


def test_a_removed_copy_does_not_uncover_the_parents_rows(shop, masked):
    data.remove_datasets(masked, [CUSTOMERS], by=THE_HUB, at=shop.now)

    assert shop.rows(CUSTOMERS, masked) == []


def test_a_kitchen_made_of_its_first_revision_does_not_see_through_it(shop, masked, dee):
    choices = Choices(name="below", parent="sandbox", parent_revision=1)

    assert shown(shop, make(shop, dee, choices)) == "[][]"


def test_merging_down_keeps_the_copies_and_holds_back_what_became_personal(shop, masked):
    publish_rows(shop.kitchen, shop.now)
    shop.commit(
        {"domains/flights/domain.yaml": DOMAIN.replace("personal:", "personal:\n      visits: {who: hash}")}
    )

    merge_down(masked, by=THE_HUB, now=shop.now)

    masked.refresh_from_db()
    assert "@" not in shown(shop, masked)
    assert masked.data_choices["flights.visits"] == "empty"


def test_side_by_side_with_its_parent_no_value_of_a_masked_dataset_is_shown(shop, masked, client):
    client.force_login(Person.objects.get(username="dee"))
    page = f"/kitchens/sandbox/diff/{CUSTOMERS}/"

    texts = [client.get(page + more).content.decode() for more in ("", "numbers/", "rows/?key=id")]

    assert "40 rows" in texts[1]
    assert "this kitchen has them masked" in texts[1] + texts[2]
    assert not [text for text in texts if "example.org" in text or "Person " in text or "Leeds" in text]


@pytest.fixture
def eve(shop) -> Person:
    return Person.objects.create_user("eve", role="developer")


@pytest.fixture
def closed(shop, masked, dee, eve) -> Kitchen:
    """A masked kitchen whose parent is closed to eve; she is a developer in it."""
    parent = make(shop, dee, Choices(name="vault"))
    members.set_closed(parent, True, by=dee, now=shop.now)
    child = make(shop, Person.objects.get(username="dee").actor(), MASKED.but(name="shared", parent="vault"))
    members.set_member(child, eve, "developer", by=THE_HUB, now=shop.now)
    return child


def test_who_does_not_see_the_parent_sees_nothing_of_it_through_a_masked_child(shop, closed, eve):
    assert not may_see(closed.parent, eve.actor())
    with pytest.raises(NotAllowedError, match="vault is closed"):
        merges.open_request(closed, closed.parent, title="Show me", by=eve.actor(), now=shop.now)


def test_nor_in_the_candidate_of_somebody_elses_request(shop, closed, dee, eve):
    shop.commit({"domains/flights/notes.md": "x\n"}, closed)
    policy.set_policy(closed.parent, protected=False, policy={}, by=THE_HUB, now=shop.now)
    request = merges.open_request(closed, closed.parent, title="A change", by=dee, now=shop.now)

    candidate = merges.start_candidate(request, by=dee, now=shop.now).candidate

    assert candidate.closed
    assert not may_see(candidate, Person.objects.get(pk=eve.pk).actor())


def test_nobody_lets_strangers_see_a_closed_kitchen_through_one_made_of_it(shop, closed, eve):
    mira = Person.objects.create_user("mira", role="developer")
    members.set_member(closed.parent, mira, "viewer", by=THE_HUB, now=shop.now)
    mine = make(shop, Person.objects.get(pk=mira.pk).actor(), Choices(name="mine", parent="vault"))
    by = Person.objects.get(pk=mira.pk).actor()
    assert by.has_role("operator", "mine")

    for let_in in (
        lambda: members.set_member(mine, eve, "viewer", by=by, now=shop.now),
        lambda: members.hand_over(mine, eve, by=by, now=shop.now),
        lambda: make(shop, by, Choices(name="other", parent="vault", members={"eve": "viewer"})),
    ):
        with pytest.raises(NotAllowedError, match="does not see into vault, which is closed"):
            let_in()
    owner = Person.objects.get(username="dee").actor()
    members.set_member(closed, mira, "viewer", by=owner, now=shop.now)
