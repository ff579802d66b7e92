"""Incidents in a real browser: every form changes the page in place, and shows only the fields it needs."""

from __future__ import annotations

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from kitchens.models import Person
from monitoring.models import Incident, IncidentEvent
from tests import factories

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


def make() -> Incident:
    ann = Person.objects.get(username="ann")
    made = {
        "domain": "flights",
        "title": "“a” is red in flights/daily",
        "opened_at": timezone.now(),
        "urgency": 4,
    }
    factories.make_domain("flights")
    return Incident.objects.create(kitchen=factories.make_production(), owner=ann, **made)


def test_an_incident_is_taken_from_the_inbox_to_its_end_without_a_reload(page: Page):
    one = make()
    page.goto("/inbox/")
    expect(page.locator(".rail-count")).to_contain_text("1")
    page.get_by_role("link", name="“a” is red in flights/daily").click()
    page.evaluate("window.stayed = true")

    page.click("#acknowledge")
    expect(page.locator("#acknowledge")).to_have_count(0)
    page.fill("#talk-text", "I look <b>now</b>.")
    page.get_by_role("button", name="Comment").click()
    expect(page.locator(".story-text")).to_have_text("I look <b>now</b>.")
    page.get_by_text("Resolve…").click()
    expect(page.locator("input[name=until]")).to_be_hidden()
    page.select_option("select[name=reason]", "wont_fix")
    expect(page.locator("input[name=until]")).to_be_visible()
    page.select_option("select[name=reason]", "false_alarm")
    page.get_by_role("button", name="Resolve", exact=True).click()
    expect(page.locator("#toasts")).to_contain_text("Say in a word why: false alarm.")
    page.fill("textarea[name=comment]", "Holiday.")
    page.get_by_role("button", name="Resolve", exact=True).click()
    expect(page.locator("#reopen")).to_be_visible()

    assert page.evaluate("window.stayed") is True
    one.refresh_from_db()
    assert (one.state, one.reason, one.assignee.username) == ("resolved", "false_alarm", "ann")


def test_what_happens_is_shown_at_once_but_never_takes_away_what_somebody_types(page: Page):
    one = make()
    page.goto(one.get_absolute_url())
    page.fill("#talk-text", "I have seen this bef")

    IncidentEvent.objects.create(incident=one, at=timezone.now(), what="joined", said="“b” is red, too.")
    page.evaluate("htmx.trigger('#incident-live', 'wake')")
    expect(page.locator("#talk-text")).to_have_value("I have seen this bef")
    expect(page.locator(".story")).not_to_contain_text("“b” is red, too.")

    page.fill("#talk-text", "")
    page.locator("#talk-text").blur()
    page.evaluate("htmx.trigger('#incident-live', 'wake')")
    expect(page.locator(".story")).to_contain_text("“b” is red, too.")
