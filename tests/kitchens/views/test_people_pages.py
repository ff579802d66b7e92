"""The people of a kitchen, closing it, and what it asks of merges."""

from __future__ import annotations

import pytest
from django.urls import reverse

from kitchens.models import Kitchen, Membership
from tests import factories
from tests.factories import make_kitchen, make_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def kitchen(person) -> Kitchen:
    return make_kitchen("late-flights", owner=person("developer"))


def at(name: str, *args: str) -> str:
    return reverse(name, args=["late-flights", *args])


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_costs_the_same_for_any_number_of_people(kitchen, browser, django_assert_num_queries, count):
    for number in range(count):
        one = make_person(f"p{number}", "viewer")
        Membership.objects.create(kitchen=kitchen, person=one, role="viewer", since=kitchen.created_at)
    client = browser("operator")

    with django_assert_num_queries(6):  # session, person, frame; kitchen, members, who could join
        said = client.get(at("kitchen-people")).content.decode()

    assert said.count("Hand it over") == count
    assert ">owner<" in said


def test_somebody_is_added_given_another_role_and_removed(kitchen, browser):
    make_person("vera", "viewer")
    owner = browser("developer")

    said = owner.post(at("kitchen-people"), {"person": "vera", "role": "developer"}, follow=True)
    assert "Vera Okafor is developer in late-flights now." in said.content.decode()
    owner.post(at("kitchen-member", "vera"), {"role": "viewer"})
    assert Membership.objects.get().role == "viewer"
    owner.post(at("kitchen-member", "vera"), {"remove": "yes"})
    assert not Membership.objects.exists()


def test_what_is_wrong_is_said_at_its_field(kitchen, browser):
    answer = browser("developer").post(at("kitchen-people"), {"person": "nobody", "role": "admin"})

    assert answer.status_code == 200
    assert set(answer.context["form"].errors) == {"person", "role"}


def test_who_may_not_change_people_is_offered_nothing(kitchen, browser):
    client = browser("viewer")
    said = client.get(at("kitchen-people")).content.decode()

    for words in ("Add somebody", "Close to others", "Change it"):
        assert words not in said
    for name, args in (("kitchen-people", ()), ("kitchen-member", ("developer",)), ("kitchen-open", ())):
        assert client.post(at(name, *args), {"closed": "yes"}).status_code in (200, 403)
    assert client.post(at("kitchen-policy"), {"approvals": "1"}).status_code in (200, 403)
    kitchen.refresh_from_db()
    assert (kitchen.closed, kitchen.policy, Membership.objects.count()) == (False, {}, 0)


def test_a_closed_kitchen_shows_strangers_its_name_and_owner_and_nothing_else(kitchen, browser):
    browser("developer").post(at("kitchen-open"), {"closed": "yes"})
    stranger = browser("operator")

    listed = stranger.get(reverse("kitchen-list")).content.decode()
    assert "late-flights" in listed
    assert "Developer Okafor" in listed
    assert kitchen.get_absolute_url() not in listed
    refused = stranger.get(kitchen.get_absolute_url())
    assert refused.status_code == 403
    assert "only its people see what is in it. It belongs to Developer Okafor." in refused.content.decode()


@pytest.mark.parametrize(
    "path",
    [
        "/kitchens/late-flights/values/", "/kitchens/late-flights/secrets/", "/kitchens/late-flights/people/",
        "/recipes/?kitchen=late-flights", "/runs/?kitchen=late-flights", "/tests/?kitchen=late-flights",
        "/?kitchen=late-flights", "/lineage/?kitchen=late-flights", "/datasets/?kitchen=late-flights",
        "/domains/?kitchen=late-flights", "/recipes/late-flights/flights/daily/",
        "/orders/new/late-flights/flights/daily/production/",
        "/api/v1/kitchens/late-flights", "/api/v1/kitchens/late-flights/members", "/api/v1/kitchens/late-flights/values",
        "/api/v1/kitchens/late-flights/overrides", "/api/v1/kitchens/late-flights/secrets",
        "/api/v1/kitchens/late-flights/revisions", "/runs/{run}/", "/runs/{run}/values/", "/api/v1/runs/{run}",
        "/api/v1/runs/{run}/nodes", "/runs/{run}/nodes/clean/log/",
    ],
)  # fmt: skip
def test_every_door_of_a_closed_kitchen_is_closed(kitchen, browser, path):
    run = factories.make_failed_run(kitchen=kitchen)
    Kitchen.objects.filter(pk=kitchen.pk).update(closed=True)
    address = path.format(run=run.pk)

    assert browser("operator").get(address).status_code == 403
    assert browser("developer").get(address).status_code in (200, 404, 503)  # its owner


def test_lists_leave_out_what_happens_in_a_closed_kitchen(kitchen, browser):
    run = factories.make_failed_run(kitchen=kitchen)
    Kitchen.objects.filter(pk=kitchen.pk).update(closed=True)
    stranger = browser("operator")

    for path in ("/runs/?kitchen=all", "/api/v1/runs", "/api/v1/kitchens", f"/search/?q={run.pk}"):
        said = stranger.get(path).content.decode()
        assert f"/runs/{run.pk}/" not in said
        assert "late-flights" not in said
    assert f"/runs/{run.pk}/" in browser("developer").get("/runs/?kitchen=all").content.decode()


def test_a_run_of_a_closed_kitchen_is_not_cancelled_by_a_stranger(kitchen, browser):
    run = factories.make_running_run(kitchen=kitchen)
    Kitchen.objects.filter(pk=kitchen.pk).update(closed=True)

    assert browser("operator").post(reverse("run-cancel", args=[run.pk])).status_code == 403


def test_an_operator_says_what_merges_need(kitchen, browser):
    asked = {"protected": "on", "approvals": "2", "approver_role": "operator", "tests_removed": "refuse"}
    asked |= {"breaking": "approval", "canary_runs": "3", "runs_green": "on"}

    said = browser("operator").post(at("kitchen-policy"), asked, follow=True).content.decode()

    kitchen.refresh_from_db()
    assert kitchen.protected
    assert kitchen.policy == {
        "approvals": 2, "approver_role": "operator", "runs_green": True, "tests_removed": "refuse",
        "breaking": "approval", "canary_runs": 3,
    }  # fmt: skip
    assert "2 approvals by somebody else with the role operator or above" in said


def test_a_wrong_policy_is_said_at_its_field(kitchen, browser):
    answer = browser("operator").post(at("kitchen-policy"), {"approvals": "99", "canary_runs": "0"})

    assert "approvals" in answer.context["policy"].errors
    assert not Kitchen.objects.get(slug="late-flights").policy
