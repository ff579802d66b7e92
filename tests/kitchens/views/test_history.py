"""The history of a kitchen: who, why, what; paged, with each revision's difference to the one before it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from kitchens.actions.kitchens import create_kitchen, create_production
from kitchens.core.git import MeshRepository
from kitchens.core.roles import THE_HUB
from kitchens.models import Kitchen, Pointer
from kitchens.queries.data import newest
from tests import factories

pytestmark = pytest.mark.django_db
NOW = factories.NOW


@pytest.fixture
def browser(client: Client) -> Client:
    client.force_login(factories.make_person("mira", role="viewer"))
    return client


@pytest.fixture
def sandbox(hub_home, settings) -> Kitchen:
    """A kitchen with a commit, values set, data published and a moved pin: revisions 2 to 5."""
    production = create_production(by=THE_HUB, now=NOW)
    ends = NOW.date() + timedelta(days=30)
    kitchen = create_kitchen(name="sandbox", parent=production, ends_on=ends, by=THE_HUB, now=NOW)
    pinned = newest(kitchen).parent_revision
    commit = MeshRepository(settings.MESH_REPOSITORY).commit(
        "kitchens/sandbox",
        expected=newest(kitchen).commit,
        changes={f"notes-{n}.txt": f"note {n}\n".encode() for n in range(6)},
        author=factories_author(),
        message="Notes",
        at=NOW,
    )
    carried = {"commit": commit, "parent_revision": pinned}
    factories.make_revision(kitchen, "commit", note="Six notes", **carried)
    factories.make_revision(kitchen, "override", overrides={"least": 7}, **carried)
    published = factories.make_revision(kitchen, "publish", overrides={"least": 7}, made_by_run=12, **carried)
    for name, rows in (("sales.daily", 224), ("sales.weekly", 32)):
        dataset = factories.make_dataset(name)
        Pointer.objects.create(
            kitchen=kitchen, dataset=dataset, revision=published, number=published.number,
            snapshot=factories.make_snapshot(dataset, rows),
        )  # fmt: skip
    above = factories.make_revision(production)
    factories.make_revision(kitchen, "merge", overrides={"least": 7}, commit=commit, parent_revision=above)
    return kitchen


def factories_author():
    from kitchens.core.git import Author

    return Author("Mira")


def test_each_revision_says_what_it_changed(sandbox, browser):
    text = browser.get(reverse("kitchen-history", args=["sandbox"])).content.decode()

    assert "Six notes" in text
    assert "<code>notes-0.txt</code>" in text
    assert "and 2 more" in text
    assert "<code>least</code>: as inherited → 7" in text
    assert "sales.daily and 1 more" in text
    assert reverse("run-detail", args=[12]) in text
    assert "reads from production@2 now" in text


def test_one_revision_shows_its_difference_in_the_panel_and_by_its_own_address(sandbox, browser):
    url = reverse("kitchen-revision", args=["sandbox", 2])
    panel = browser.get(url, headers={"HX-Request": "true"}).content.decode()
    assert "note 3" in panel
    assert "<html" not in panel
    page = browser.get(url).content.decode()
    assert "note 3" in page
    assert "<html" in page

    data = browser.get(reverse("kitchen-revision", args=["sandbox", 4])).content.decode()
    assert "224" in data
    first = browser.get(reverse("kitchen-revision", args=["sandbox", 1])).content.decode()
    assert "This is where the kitchen begins." in first
    assert browser.get(reverse("kitchen-revision", args=["sandbox", 99])).status_code == 404


def test_the_history_is_paged_by_number(sandbox, browser):
    for _ in range(60):
        factories.make_revision(sandbox, "publish")

    text = browser.get(reverse("kitchen-history", args=["sandbox"])).content.decode()
    assert "?after=36" in text
    older = browser.get(reverse("kitchen-history", args=["sandbox"]), {"after": "36"}).content.decode()
    assert 'id="revision-35"' in older
    assert 'id="revision-36"' not in older


@pytest.mark.parametrize("rows", [1, 3])
def test_the_history_costs_the_same_for_one_row_and_for_three(
    hub_home, browser, django_assert_num_queries, rows
):
    production = create_production(by=THE_HUB, now=NOW)
    for _ in range(rows - 1):
        factories.make_revision(production, "publish")

    with django_assert_num_queries(6):
        browser.get(reverse("kitchen-history", args=["production"]))
