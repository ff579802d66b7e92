"""The wizard of a new kitchen: every step, the summary beside it, and the making that follows."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from kitchens.actions import connections, provision, secrets
from kitchens.actions.provision.steps import STEPS
from kitchens.core.provision import Choices
from kitchens.core.roles import THE_HUB
from kitchens.models import Kitchen, KitchenDraft, Membership, Provision, ProvisionStep
from kitchens.queries.secrets import values_for_kitchen
from kitchens.queries.wizard import NAMES
from tests import factories
from tests.kitchens.actions.shop import publish_rows
from tests.mesh_rows import publish

DOMAIN = "title: Flights\npersonal:\n  customers: {email: hash, city: drop}\n"
RECIPE = """
    description: A value
    values: {fewest: {type: integer, default: 150, description: The fewest flights}, place: {type: text}}
    nodes: {load: {kind: synchronise}}
    variations: {production: {}}
"""


@pytest.fixture
def developer(browser) -> Client:
    return browser("developer")


@pytest.fixture
def shop(mesh):
    mesh.commit({"domains/flights/domain.yaml": DOMAIN})
    mesh.write("daily", {"recipe.yaml": RECIPE})
    publish_rows(mesh.kitchen, mesh.now)
    return mesh


def begin(client: Client, **asked: str) -> int:
    answer = client.get(reverse("kitchen-new"), asked)
    assert answer.status_code == 302
    return KitchenDraft.objects.latest("pk").pk


def url(draft: int, step: str) -> str:
    return reverse("kitchen-draft", args=[draft, step])


def see(client: Client, draft: int, step: str) -> str:
    answer = client.get(url(draft, step))
    assert answer.status_code == 200
    return answer.content.decode()


def digest_in(page: str) -> str:
    found = re.search(r'name="plan_digest" value="([^"]+)"', page)
    assert found
    return found[1]


def choices(draft: int) -> Choices:
    return Choices.from_dict(KitchenDraft.objects.get(pk=draft).choices)


def test_two_clicks_make_the_usual_kitchen(shop, developer):
    page = developer.get(reverse("kitchen-new"), follow=True).content.decode()
    draft = KitchenDraft.objects.get().pk
    assert "1 branch, 2 datasets by reference (0 bytes), ready in about 1 s." in page

    answer = developer.post(
        url(draft, "purpose"),
        {"purpose": "feature", "go": "create", "plan_digest": digest_in(page)},
        follow=True,
    )

    kitchen = Kitchen.objects.get(slug="feature-developer")
    assert answer.redirect_chain == [(reverse("kitchen-making", args=[kitchen.slug]), 302)]
    said = answer.content.decode()
    assert "Ready after less than a second. Nothing you do here touches Production." in said
    assert kitchen.get_absolute_url() in said
    assert "hx-trigger" not in said.split('id="making"')[1].split(">")[0]


def test_what_was_shown_is_made_also_where_the_parent_moved_meanwhile(shop, developer):
    draft = begin(developer)
    page = see(developer, draft, "review")
    pinned = shop.kitchen.revisions.latest("number").number
    publish_rows(shop.kitchen, shop.now)

    developer.post(url(draft, "review"), {"go": "create", "plan_digest": digest_in(page)})

    kitchen = Kitchen.objects.get(slug="feature-developer")
    assert kitchen.revisions.get().parent_revision.number == pinned


def test_what_was_not_shown_is_not_made(shop, developer):
    draft = begin(developer)
    page = see(developer, draft, "lifetime")

    answer = developer.post(
        url(draft, "lifetime"), {"days": "30", "go": "create", "plan_digest": digest_in(page)}, follow=True
    )

    assert "What is asked for is not what was planned." in answer.content.decode()
    assert answer.redirect_chain == [(url(draft, "review"), 302)]
    assert not Kitchen.objects.filter(slug="feature-developer").exists()


def test_sending_it_twice_makes_one_kitchen(shop, developer):
    draft = begin(developer)
    sent = {"go": "create", "plan_digest": digest_in(see(developer, draft, "review"))}

    for _ in range(2):
        answer = developer.post(url(draft, "review"), sent)
        assert answer.url == reverse("kitchen-making", args=["feature-developer"])

    assert Kitchen.objects.count() == 2


@pytest.mark.parametrize("step", NAMES)
def test_every_step_can_be_skipped_to_the_review(shop, developer, step):
    page = see(developer, begin(developer), step)

    assert ("Skip to review" in page) == (step != "review")
    assert "Make it now" in page
    assert page.count('aria-current="step"') == 1


def test_steps_lead_to_the_next_and_keep_what_was_chosen(shop, developer):
    factories.make_person("vic", "viewer")
    draft = begin(developer)
    sent = {
        "purpose": {"purpose": "analyst"},
        "name": {
            "name": "late-flights",
            "title": "Late flights",
            "parent": "production",
            "parent_revision": "0",
        },
        "changes": {"domains": ["flights"], "recipes": ["flights/daily"]},
        "data": {"personal": "masked", "sample_rows": "50", "data-flights.orders": "sample"},
        "values": {"value-fewest": "3", "value-place": "Leeds"},
        "secrets": {"new_name": "KEY", "new_value": "s3cret"},
        "people": {"username": "vic", "role": "developer"},
        "lifetime": {"days": "30", "max_parallel_nodes": "2", "minutes": "90"},
    }

    for step, following in zip(sent, NAMES[1:], strict=True):
        assert developer.post(url(draft, step), sent[step] | {"go": "next"}).url == url(draft, following)

    kept = choices(draft)
    assert (kept.purpose, kept.name, kept.title, kept.personal) == (
        "analyst",
        "late-flights",
        "Late flights",
        "masked",
    )
    assert (kept.domains, kept.recipes) == (("flights",), ("flights/daily",))
    assert (kept.data, kept.sample_rows) == ({"flights.orders": "sample"}, 50)
    assert kept.overrides == {"fewest": 3, "place": "Leeds"}
    assert (kept.members, kept.days) == ({"vic": "developer"}, 30)
    assert (kept.max_parallel_nodes, kept.max_run_seconds) == (2, 5400)
    review = see(developer, draft, "review")
    for said in (
        "Masked copy of flights.customers",
        "Sample of flights.orders",
        "1 secret of its own",
        "1 more person",
    ):
        assert said in review
    assert "s3cret" not in review + str(KitchenDraft.objects.get().choices)

    developer.post(url(draft, "review"), {"go": "create", "plan_digest": digest_in(review)})
    provision.drain("worker", timezone.now)
    kitchen = Kitchen.objects.get(slug="late-flights")
    assert kitchen.state == "ready", kitchen.state_note
    assert values_for_kitchen(kitchen) == {"KEY": "s3cret"}
    assert Membership.objects.get(kitchen=kitchen).role == "developer"
    assert KitchenDraft.objects.get().choices["secrets"] == {}


DATA = {"personal": "reference", "sample_rows": "9"}
NAME = {"name": "late-flights", "parent": "production", "parent_revision": "0"}


@pytest.mark.parametrize(
    ("step", "given", "field", "said"),
    [
        ("purpose", {"purpose": "fun"}, "purpose", "fun"),
        ("name", NAME | {"name": "No Spaces"}, "name", "is written in lower case"),
        ("name", NAME | {"name": "main"}, "name", "is reserved for the hub itself"),
        ("name", NAME | {"name": "sandbox"}, "name", "There is, or was, a kitchen named"),
        ("name", NAME | {"name": ""}, "name", "This field is required."),
        ("name", NAME | {"parent": "nowhere"}, "parent", "nowhere"),
        ("name", NAME | {"parent_revision": "99"}, "parent_revision", "99"),
        ("changes", {"recipes": ["flights/none"]}, "recipes", "flights/none"),
        ("data", {"personal": "reference", "sample_rows": "0"}, "sample_rows", "greater than or equal to 1"),
        ("data", DATA | {"data-flights.orders": "masked"}, "data-flights.orders", "has no personal column"),
        ("data", DATA | {"data-flights.none": "empty"}, "__all__", "has no dataset flights.none"),
        ("values", {"value-fewest": "many"}, "value-fewest", "This is not a whole number, such as 150."),
        ("values", {"value-fewest": "true"}, "value-fewest", "This is not a whole number"),
        ("secrets", {"new_name": "a b", "new_value": "x"}, "new_name", "letters, digits and underscores"),
        ("secrets", {"new_name": "KEY"}, "new_value", "A secret has a name and a value."),
        ("people", {"username": "nobody", "role": "viewer"}, "username", "There is no person"),
        ("people", {"username": "", "role": "admin"}, "role", "admin"),
        ("lifetime", {"days": "9999"}, "days", "9999"),
        ("lifetime", {"days": "7", "minutes": "0"}, "minutes", "greater than or equal to 1"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(shop, developer, step, given, field, said):
    shop.child("sandbox")
    draft = begin(developer)
    before = choices(draft)

    answer = developer.post(url(draft, step), given | {"go": "next"})

    assert answer.status_code == 200
    assert said in " ".join(answer.context["form"].errors[field])
    assert choices(draft) == before


def test_a_fault_of_another_step_is_said_with_the_way_there(shop, developer):
    draft = begin(developer)
    shop.child("feature-developer")

    page = see(developer, draft, "lifetime")

    assert "There is, or was, a kitchen named" in page
    assert f'<a href="{url(draft, "name")}">Mend it</a>' in page
    assert "Make it now" not in page
    assert developer.post(url(draft, "lifetime"), {"days": "3", "go": "next"}).url == url(draft, "review")


def test_the_summary_follows_what_is_chosen_without_keeping_it(shop, developer):
    draft = begin(developer)

    answer = developer.post(
        url(draft, "data"), {"personal": "masked", "sample_rows": "10"}, headers={"HX-Request": "true"}
    )

    said = answer.content.decode()
    assert said.lstrip("{# ").startswith("What would") or "<aside" in said
    assert "1 masked copy" in said
    assert "<html" not in said
    assert choices(draft).personal == "reference"


def test_a_summary_of_what_does_not_fit_offers_nothing(shop, developer):
    draft = begin(developer)

    answer = developer.post(url(draft, "lifetime"), {"days": "x"}, headers={"HX-Request": "true"})

    assert "Something in the form does not fit yet." in answer.content.decode()
    assert "Make it now" not in answer.content.decode()


@pytest.mark.parametrize(
    ("name", "said"), [("late-flights", "is free"), ("sandbox", "There is, or was"), ("A", "3 to 40")]
)
def test_a_name_is_looked_at_while_it_is_typed(shop, developer, name, said):
    shop.child("sandbox")

    answer = developer.get(reverse("kitchen-draft-name", args=[begin(developer)]), {"name": name})

    assert said in answer.content.decode()


def test_personal_columns_that_are_seen_are_said_in_words(shop, developer):
    page = see(developer, begin(developer), "review")

    assert "flights.customers (email, city) has personal columns and comes as it is" in page
    assert "Below production, personal columns come masked." in page


def test_another_purpose_presets_what_was_not_chosen(shop, developer):
    draft = begin(developer)

    developer.post(url(draft, "purpose"), {"purpose": "hotfix", "go": "next"})

    assert (choices(draft).name, choices(draft).days) == ("fix-developer", 1)
    developer.post(url(draft, "name"), NAME | {"go": "next"})
    developer.post(url(draft, "purpose"), {"purpose": "canary", "go": "next"})
    assert (choices(draft).name, choices(draft).tier) == ("late-flights", "canary")
    assert "until it is retired" in see(developer, draft, "lifetime")


def test_a_draft_begins_from_the_kitchen_one_comes_from(shop, developer):
    shop.child("sandbox")

    draft = begin(developer, parent="sandbox", purpose="datafix")

    assert (choices(draft).parent, choices(draft).purpose) == ("sandbox", "datafix")
    assert developer.get(reverse("kitchen-new"), {"purpose": "fun"}).status_code == 422


def test_a_draft_is_nobody_elses(shop, developer, browser):
    draft = begin(developer)

    for client, status in ((browser("admin"), 404), (browser("viewer"), 403)):
        assert client.get(url(draft, "purpose")).status_code == status
        assert client.post(url(draft, "review"), {"go": "create"}).status_code == status
        assert client.get(reverse("kitchen-draft-name", args=[draft])).status_code == status
    assert developer.get(url(draft, "nothing")).status_code == 404


def test_of_ten_thousand_datasets_thirty_are_shown_and_others_are_found(shop, developer):
    for number in range(40):
        publish(shop.kitchen, f"flights.t{number}")
    draft = begin(developer)

    assert see(developer, draft, "data").count('name="data-flights.') == 30
    found = developer.get(url(draft, "data"), {"search": "t39", "domain": "flights"}).content.decode()
    assert found.count('name="data-flights.') == 1
    answer = developer.post(
        url(draft, "data"),
        {
            "personal": "reference",
            "sample_rows": "5",
            "data-flights.t39": "empty",
            "go": "filter",
            "search": "t1",
        },
    )
    assert answer.url == url(draft, "data") + "?domain=&search=t1"
    page = developer.get(answer.url).content.decode()
    assert page.count('name="data-flights.') == 12


@pytest.mark.parametrize("count", [1, 3])
def test_the_data_step_costs_the_same_for_any_number_of_datasets(
    shop, developer, django_assert_num_queries, count
):
    for number in range(count):
        publish(shop.kitchen, f"flights.t{number}")
    draft = begin(developer)

    with django_assert_num_queries(19):  # session, person, frame; draft, plan, rows
        see(developer, draft, "data")


def test_a_secret_of_the_hub_is_inherited_or_its_own(shop, developer):
    secrets.set_secret(name="KEY", value="of the hub", by=THE_HUB, now=shop.now)
    draft = begin(developer)
    assert "inherited" in see(developer, draft, "secrets")

    developer.post(url(draft, "secrets"), {"own-KEY": "mine", "go": "next"})
    assert set(choices(draft).secrets) == {"KEY"}
    assert "inherit again" in see(developer, draft, "secrets")

    developer.post(url(draft, "secrets"), {"inherit-KEY": "on", "go": "next"})
    assert choices(draft).secrets == {}


def test_a_connection_is_tried_in_place_by_who_may(shop, browser):
    settings = {"host": "127.0.0.1", "port": 1, "database": "d", "user": "u"}
    connections.save_connection(name="dwh", settings=settings, by=THE_HUB, now=shop.now)
    operator, developer = browser("operator"), browser("developer")
    draft = begin(operator)
    attempt = reverse("kitchen-draft-try", args=[draft, "dwh"])
    assert attempt in see(operator, draft, "secrets")

    answer = operator.post(attempt)

    assert 'id="connection-dwh"' in answer.content.decode()
    assert "never tried" not in answer.content.decode()
    theirs = begin(developer)
    assert "Try</button>" not in see(developer, theirs, "secrets")
    assert developer.post(reverse("kitchen-draft-try", args=[theirs, "dwh"])).status_code == 403


def test_somebody_is_added_and_removed(shop, developer):
    factories.make_person("vic", "viewer")
    draft = begin(developer)

    answer = developer.post(url(draft, "people"), {"username": "vic", "role": "viewer", "go": "filter"})
    assert answer.url.startswith(url(draft, "people"))
    assert choices(draft).members == {"vic": "viewer"}
    developer.post(url(draft, "people"), {"role-vic": "", "username": "", "role": "viewer", "go": "next"})
    assert choices(draft).members == {}


@pytest.fixture
def broken(monkeypatch) -> None:
    """The last step of every kitchen fails, until the test undoes its patches."""

    def fail(*_):
        raise OSError

    monkeypatch.setattr(STEPS["ready"], "do", fail)


def making(slug: str, *what: str) -> str:
    return reverse("kitchen-making-act" if what else "kitchen-making", args=[slug, *what])


def test_a_kitchen_being_made_shows_its_steps_and_asks_again(shop, developer):
    by = developer_actor()
    provision.create(Choices(name="masked", personal="masked"), by=by, now=shop.now)

    page = developer.get(making("masked")).content.decode()

    assert "Being made: 2 of 5 steps are done, now: Masked copy of flights.customers" in page
    assert 'hx-trigger="every 1s, wake"' in page
    assert "Cancel and undo" in page
    assert developer.get(reverse("kitchen-detail", args=["masked"])).url == making("masked")
    etag = re.search(r'data-etag="([^"]+)"', page)[1]
    again = {"HX-Request": "true", "If-None-Match": f'"{etag}"'}
    assert developer.get(making("masked"), headers=again).status_code == 304

    provision.drain("worker", timezone.now)
    assert "Open the kitchen" in developer.get(making("masked"), headers=again).content.decode()


def developer_actor():
    from kitchens.models import Person

    return Person.objects.get(username="developer").actor()


def test_cancel_and_undo(shop, developer):
    provision.create(Choices(name="masked", personal="masked"), by=developer_actor(), now=shop.now)

    page = developer.post(making("masked", "cancel"), follow=True).content.decode()

    assert "Making it was cancelled. Everything that was made is undone." in page
    assert "Try again" in page
    assert developer.post(making("masked", "burn")).status_code == 404


def test_one_that_failed_says_why_and_is_tried_again(shop, developer, monkeypatch, broken):
    provision.create(Choices(name="sandbox"), by=developer_actor(), now=shop.now)
    page = developer.get(making("sandbox")).content.decode()
    assert "The hub has a fault here (OSError)" in page
    assert "Everything that was made is undone." in page

    monkeypatch.undo()
    page = developer.post(making("sandbox", "retry"), follow=True).content.decode()

    assert "Open the kitchen" in page


def test_what_is_left_over_is_listed_with_a_button(shop, developer, monkeypatch, broken):
    monkeypatch.setattr(STEPS["branch"], "undo", lambda *_: 1 / 0)
    provision.create(Choices(name="sandbox"), by=developer_actor(), now=shop.now)

    page = developer.get(making("sandbox")).content.decode()

    assert "Left over: Branch kitchens/sandbox at" in page
    assert "Clean up again" in page
    monkeypatch.undo()
    assert "Clean up again" not in developer.post(making("sandbox", "clean"), follow=True).content.decode()


def test_the_list_shows_what_is_not_finished(shop, developer, monkeypatch, broken):
    assert "Not finished" not in developer.get(reverse("kitchen-list")).content.decode()
    provision.create(Choices(name="undone"), by=THE_HUB, now=shop.now)
    monkeypatch.setattr(STEPS["branch"], "undo", lambda *_: 1 / 0)
    provision.create(Choices(name="left"), by=THE_HUB, now=shop.now)
    provision.create(Choices(name="masked", personal="masked"), by=THE_HUB, now=shop.now)

    page = developer.get(reverse("kitchen-list")).content.decode()

    for slug, said in (("undone", "not made"), ("left", "left over"), ("masked", "being made")):
        assert making(slug) in page
        assert said in page


def test_a_viewer_sees_the_making_and_is_offered_nothing(shop, developer, browser):
    provision.create(Choices(name="masked", personal="masked"), by=THE_HUB, now=shop.now)
    viewer = browser("viewer")

    assert "Cancel and undo" not in viewer.get(making("masked")).content.decode()
    assert viewer.post(making("masked", "cancel")).status_code == 403
    assert Provision.objects.get().state == "creating"
    assert ProvisionStep.objects.filter(state="done").count() == 2
