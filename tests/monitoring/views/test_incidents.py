"""Pages of incidents and the inbox: what they say, what they cost, and what a click does."""

from __future__ import annotations

import html
import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from kitchens.models import Domain, Person
from monitoring.models import Channel, Episode, Incident, IncidentEvent, Notice
from monitoring.queries.incidents.inbox import mine
from monitoring.queries.incidents.lists import IncidentFilter, incidents
from tests import factories

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def make(number: int = 1, **facts) -> Incident:
    """An incident of production with an episode, an event and a notice."""
    kitchen = facts.pop("kitchen", None) or factories.make_production()
    made = {"domain": "flights", "title": f"“test {number}” is red in flights/daily", "urgency": 4}
    one = Incident.objects.create(kitchen=kitchen, opened_at=NOW - timedelta(hours=2), **made | facts)
    Episode.objects.create(
        kitchen=kitchen, domain="flights", recipe="daily", test=f"test {number}", verdict="fail",
        sentence="31 of 224 rows have no day.", opened_at=NOW, last_red_at=NOW, incident=one, after=number, told=True,
    )  # fmt: skip
    IncidentEvent.objects.create(incident=one, at=NOW, what="opened", said="it is open")
    channel = Channel.objects.get_or_create(
        name="ops", kind="webhook", settings={"shown": "https://x/…"}, defaults={"created_at": NOW}
    )[0]
    Notice.objects.create(
        incident=one, channel=channel, kind="opened", key=f"k{one.pk}", title="Red", text="t", created_at=NOW,
        due_at=NOW, state="failed", error="x.org answered 500.",
    )  # fmt: skip
    return one


def text_of(answer) -> str:
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", answer.content.decode())))


def me() -> Person:
    return Person.objects.get(username="ann")


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_for_any_number_of_incidents(
    browser: Client, django_assert_num_queries, count: int
):
    for number in range(count):
        make(number)

    with django_assert_num_queries(6):  # session, person, frame, domains; the list: 2
        said = text_of(browser.get(reverse("incident-list")))

    assert f"test {count - 1}" in said
    assert f"{count} stop something, {count} nobody has acknowledged." in said


@pytest.mark.parametrize("count", [1, 3])
def test_one_incident_costs_the_same_however_much_happened(
    browser: Client, django_assert_num_queries, count: int
):
    one = make()
    for number in range(count - 1):
        Episode.objects.filter(incident=make(number + 5)).update(incident=one)
        IncidentEvent.objects.update(incident=one)
        Notice.objects.update(incident=one)

    with django_assert_num_queries(
        9
    ):  # session, person, frame; the incident, episodes, story, notices, people, what it changes with
        said = text_of(browser.get(one.get_absolute_url()))

    assert "31 of 224 rows have no day." in said
    assert "x.org answered 500." in said
    assert "given up" in said


@pytest.mark.parametrize("count", [1, 3])
def test_the_inbox_costs_the_same_however_much_waits(browser: Client, django_assert_num_queries, count: int):
    for number in range(count):
        make(number, assignee=me())

    with django_assert_num_queries(8):  # session, person, frame; incidents: 3, merges, kitchens that end
        said = text_of(browser.get(reverse("inbox")))

    assert f"{count} of them nobody has acknowledged" in said


def test_the_inbox_holds_what_is_mine_and_nothing_else_the_most_urgent_first(browser: Client):
    other = factories.make_person("bob", "developer")
    factories.make_domain("flights", owner=me())
    make(1, urgency=3)
    make(2, assignee=other)
    make(3, domain="weather")
    make(4, urgency=0, state="snoozed", assignee=me())
    make(5, urgency=0, state="resolved", resolved_at=NOW, assignee=me())
    make(6, domain="weather", assignee=me())
    make(7, kitchen=factories.make_kitchen(owner=me()), owner=me(), domain="weather", urgency=1)

    said = text_of(browser.get(reverse("inbox")))

    assert re.findall(r"“test (\d)” is red", said) == ["6", "1", "7"]
    assert text_of(browser.get(reverse("inbox-count"))).split() == [
        "3",
        ",",
        "3",
        "incidents",
        "waiting",
        "for",
        "you",
    ]


def test_an_empty_inbox_says_what_will_stand_there(browser: Client):
    factories.make_production()

    assert "Nothing waits for you." in text_of(browser.get(reverse("inbox")))
    assert text_of(browser.get(reverse("inbox-count"))).strip() == ""


def test_the_count_costs_one_query(browser: Client, django_assert_num_queries):
    make(assignee=me())

    with django_assert_num_queries(3):  # session, person; the count
        browser.get(reverse("inbox-count"))


def test_ten_thousand_open_incidents_are_paged_by_key_without_losing_any(browser: Client):
    kitchen = factories.make_production()
    Incident.objects.bulk_create(
        Incident(
            kitchen=kitchen,
            domain="flights",
            title=f"red {n}",
            opened_at=NOW,
            assignee=me(),
            urgency=1 + n % 4,
        )
        for n in range(10_000)
    )

    url, seen = reverse("inbox"), []
    for _ in range(3):
        page = browser.get(url).content.decode()
        seen += re.findall(r'data-choice="(\d+)"', page)
        url = reverse("inbox") + re.search(r'href="(\?before=[\d.]+)"', page)[1]

    assert len(seen) == len(set(seen)) == 90
    assert "100+" in browser.get(reverse("inbox-count")).content.decode()
    listed = browser.get(reverse("incident-list")).content.decode()
    older = re.search(r'href="(\?before=\d+)" rel="next"', listed)[1]
    assert browser.get(reverse("incident-list") + older).status_code == 200


@pytest.mark.one_database  # the plans of PostgreSQL depend on its statistics
def test_lists_look_only_at_what_is_not_resolved(browser: Client):
    assert "incident_urgent" in mine(me().pk)[:50].explain()
    assert "incident_unresolved" in incidents(IncidentFilter())[:50].explain()


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("", ["3", "2", "1"]),
        ("?state=open", ["3", "1"]),
        ("?state=acknowledged", ["2"]),
        ("?state=resolved", ["4"]),
        ("?state=all", ["4", "3", "2", "1"]),
        ("?severity=warn", ["3"]),
        ("?domain=weather", ["1"]),
        ("?who=me", ["2"]),
        ("?who=nobody", ["3", "1"]),
        ("?kitchen=nowhere", []),
        ("?state=x&severity=y&who=z", ["3", "2", "1"]),
    ],
)
def test_the_list_is_narrowed_by_its_url(browser: Client, query: str, numbers: list[str]):
    make(1, domain="weather"), make(2, state="acknowledged", assignee=me())
    make(3, severity="warn"), make(4, state="resolved", reason="green", resolved_at=NOW)

    said = text_of(browser.get(reverse("incident-list") + query))

    assert re.findall(r"“test (\d)” is red", said) == numbers


def do(browser: Client, one: Incident, what: str, **given):
    return browser.post(reverse("incident-do", args=[one.pk, what]), given, headers={"HX-Request": "true"})


def test_each_form_of_the_page_does_its_thing_and_shows_the_page_again(browser: Client):
    one = make()

    for what, given, said in (
        ("acknowledge", {}, "acknowledged"),
        ("assign", {"username": ""}, "Nobody in particular has it now."),
        ("snooze", {"hours": "4"}, "It rests."),
        ("watch", {}, "waiting for green"),
        ("comment", {"text": "I look <b>now</b>."}, "I look"),
        ("link", {"url": "https://tickets.example.org/1", "title": "T1"}, "T1"),
        (
            "resolve",
            {"reason": "wont_fix", "comment": "Later.", "until": str((NOW + timedelta(days=9)).date())},
            "won’t be fixed",
        ),
        ("reopen", {}, "It is open again."),
        ("snooze", {"hours": ""}, "until it gets worse"),
    ):
        answer = do(browser, one, what, **given)
        assert said in text_of(answer), what
        assert b"<b>now</b>" not in answer.content
        assert b"<html" not in answer.content

    one.refresh_from_db()
    assert one.state == "snoozed"


def test_what_is_refused_says_why(browser: Client):
    one = make()

    answer = do(browser, one, "resolve", reason="expected")
    assert answer.status_code == 422
    assert "Say in a word why" in answer.content.decode()
    assert do(browser, one, "resolve", reason="wont_fix", comment="x", until="2026-99-99").status_code == 422
    assert do(browser, one, "explode").status_code == 404


def test_a_plain_form_leads_back_to_where_it_came_from(browser: Client):
    one = make(assignee=me())
    url = reverse("incident-do", args=[one.pk, "acknowledge"])

    assert browser.post(url, {"from": "inbox"}).headers["Location"] == reverse("inbox")
    assert browser.post(url).headers["Location"] == one.get_absolute_url()


def test_a_viewer_is_told_why_there_are_no_buttons(client: Client):
    one = make()
    client.force_login(factories.make_person("vera", "viewer"))

    said = text_of(client.get(one.get_absolute_url()))

    assert "this needs the role developer" in said
    assert "Acknowledge" not in said


def test_an_incident_of_a_closed_kitchen_is_for_its_people_alone(client: Client):
    one = make(kitchen=factories.make_kitchen(closed=True))
    client.force_login(factories.make_person("dora", "developer"))

    assert client.get(one.get_absolute_url()).status_code == 403
    assert client.post(reverse("incident-do", args=[one.pk, "comment"]), {"text": "x"}).status_code == 403
    assert "test 1" not in text_of(client.get(reverse("incident-list")))
    assert text_of(client.get(reverse("inbox-count"))).strip() == ""


def test_an_incident_that_is_not_there_says_so(browser: Client):
    factories.make_production()

    assert browser.get(reverse("incident-detail", args=[999])).status_code == 404
    assert Domain.objects.count() == 0


def test_an_open_page_is_answered_anew_only_once_something_has_happened(browser: Client):
    one = make()
    url = reverse("incident-live", args=[one.pk])
    shown = re.search(r'data-etag="(\w+)"', browser.get(one.get_absolute_url()).content.decode())
    assert shown
    seen = {"If-None-Match": f'"{shown[1]}"'}

    before = browser.get(url, headers=seen).status_code
    Episode.objects.filter(incident=one).update(closed_at=NOW, ending="green")
    after = browser.get(url, headers=seen)

    assert before == 304
    assert 'data-etag="' in after.content.decode()
    assert "green" in text_of(after)
