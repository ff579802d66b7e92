"""Settings, Retention; and what is left at the end of a kitchen on its page."""

from __future__ import annotations

from django.urls import reverse

from kitchens.actions.retire import retire_kitchen
from kitchens.core.roles import THE_HUB
from kitchens.models import Kitchen, Provision
from kitchens.queries import retention


def test_an_admin_sees_and_sets_the_days(mesh, browser):
    page = browser("viewer").get(reverse("settings-retention")).content.decode()
    assert "Old versions of datasets" in page
    assert "It has not run yet." in page
    assert 'type="number"' not in page

    browser("admin").post(reverse("settings-retention"), {"logs": "30", "staging": "many"})

    assert retention.days()["logs"] == 30
    assert retention.days()["staging"] == 14


def test_what_would_go_now_is_a_fragment(mesh, browser):
    said = browser("viewer").get(reverse("retention-preview")).content.decode()

    assert "Samples of failing rows" in said
    assert "0 B" in said


def test_the_page_of_a_retired_kitchen_leads_back(mesh, browser):
    kitchen = mesh.child()
    retire_kitchen(kitchen, by=THE_HUB, now=mesh.now)
    client = browser("developer")

    page = client.get(kitchen.get_absolute_url()).content.decode()
    assert "It can be brought back until" in page
    assert "is archived at" in page
    client.post(reverse("kitchen-restore", args=["sandbox"]))

    assert Kitchen.objects.get(slug="sandbox").state == "ready"
    assert "Bring it back" not in browser("viewer").get(kitchen.get_absolute_url()).content.decode()


def test_what_is_left_has_a_button(mesh, browser):
    kitchen = mesh.child()
    retire_kitchen(kitchen, by=THE_HUB, now=mesh.now)
    Provision.objects.update(state="left_over")
    Provision.objects.get(kind="teardown").steps.filter(kind="branch").update(
        state="left_over", fault="The disk is full."
    )
    client = browser("developer")

    assert "The disk is full." in client.get(kitchen.get_absolute_url()).content.decode()
    client.post(reverse("kitchen-clean", args=["sandbox"]))

    assert Provision.objects.get(kind="teardown").state == "ready"
    assert client.post(reverse("kitchen-clean", args=["sandbox"])).status_code == 404
