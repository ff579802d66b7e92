"""Settings, Alerts: channels by form, routes, trials, and a dead channel that is shown."""

from __future__ import annotations

import html
import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from kitchens.core.roles import THE_HUB
from monitoring.actions.alerts.channels import save_channel
from monitoring.actions.alerts.routes import add_route
from monitoring.models import Channel, Notice, Route
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("hub_home")]
NOW = timezone.now()
PLAIN = {"budget": "40", "digest_minutes": "0", "timezone": "UTC"}
MAIL = PLAIN | {
    "name": "mail",
    "host": "mail.example.org",
    "port": "587",
    "security": "starttls",
    "sender": "hub@example.org",
    "to": "a@b.org",
}


def make_channel(name: str = "ops") -> Channel:
    return save_channel(
        name=name, kind="webhook", settings={}, secret=f"https://x.org/{name}-secret", by=THE_HUB, now=NOW
    )


def text_of(answer) -> str:
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", answer.content.decode())))


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_costs_the_same_for_any_number_of_channels_and_routes(
    browser: Client, django_assert_num_queries, count: int
):
    factories.make_production()
    for number in range(count):
        add_route(channel=make_channel(f"ops-{number}"), by=THE_HUB, now=NOW)

    with django_assert_num_queries(11):  # session, person, frame; channels, routes; choices of the form: 6
        said = text_of(browser.get(reverse("settings-alerts")))

    assert f"ops-{count - 1}" in said


@pytest.mark.parametrize("count", [1, 3])
def test_a_channel_costs_the_same_however_much_went_out(
    browser: Client, django_assert_num_queries, count: int
):
    factories.make_production()
    channel = make_channel()
    for number in range(count):
        Notice.objects.create(
            channel=channel,
            kind="opened",
            key=f"{number}",
            title=f"Red {number}",
            text="",
            created_at=NOW,
            due_at=NOW,
        )

    with django_assert_num_queries(
        9
    ):  # session, person, frame; channel, notices, loudest, waiting, sent, routed
        said = text_of(browser.get(channel.get_absolute_url()))

    assert f"Red {count - 1}" in said
    assert "https://x.org/…" in said
    assert "ops-secret" not in said


def test_without_a_channel_the_page_says_what_that_means(browser: Client):
    factories.make_production()

    assert "Nobody is told yet when something turns red." in text_of(browser.get(reverse("settings-alerts")))


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        ("email", MAIL),
        ("webhook", PLAIN | {"name": "hook", "address": "https://hooks.example.org/a-secret"}),
        (
            "chat",
            PLAIN | {"name": "chat", "address": "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/#ops"},
        ),
    ],
)
def test_a_channel_is_made_and_changed_by_its_form(browser: Client, kind: str, given: dict):
    factories.make_production()
    made = browser.post(f"{reverse('settings-alerts')}?kind={kind}", given)
    channel = Channel.objects.get()
    assert made.headers["Location"] == channel.get_absolute_url()

    kept = {name: value for name, value in given.items() if name != "address"} | {
        "budget": "7",
        "quiet_from": "22:00",
        "quiet_to": "07:00",
    }
    assert browser.post(channel.get_absolute_url(), kept).status_code == 302

    channel.refresh_from_db()
    assert (channel.kind, channel.budget, channel.quiet_from.hour) == (kind, 7, 22)
    shown = browser.get(channel.get_absolute_url()).content.decode()
    assert "a-secret" not in shown
    assert "TIiajkdnlazkcOXrIdevi7FQ" not in shown
    if kind == "email":
        assert 'value="a@b.org"' in shown


def test_a_wrong_channel_is_told_at_its_field(browser: Client):
    factories.make_production()

    said = text_of(
        browser.post(reverse("settings-alerts"), MAIL | {"to": "nobody", "timezone": "Mars/Olympus"})
    )

    assert "'nobody' is no e-mail address." in said
    assert not Channel.objects.exists()


def test_a_channel_is_tried_paused_resumed_and_removed(browser: Client):
    factories.make_production()
    channel = make_channel()

    for what in ("try", "pause", "resume"):
        answer = browser.post(reverse("alert-channel-do", args=["ops", what]))
        assert answer.headers["Location"] == channel.get_absolute_url()
    assert Notice.objects.get().kind == "trial"
    assert browser.post(reverse("alert-channel-do", args=["ops", "explode"])).status_code == 404
    assert browser.post(reverse("alert-channel-do", args=["ops", "delete"])).headers["Location"] == reverse(
        "settings-alerts"
    )
    assert not Channel.objects.exists()


def test_the_page_of_a_channel_follows_a_trial_by_itself(browser: Client):
    factories.make_production()
    channel = make_channel()
    url = reverse("alert-channel-live", args=["ops"])
    tag = re.search(r'data-etag="([^"]+)"', browser.get(url).content.decode())[1]
    assert browser.get(url, headers={"If-None-Match": f'"{tag}"'}).status_code == 304

    Channel.objects.filter(pk=channel.pk).update(
        failures=3, failing_since=NOW, last_error="x.org answered 500."
    )

    said = text_of(browser.get(url, headers={"If-None-Match": f'"{tag}"'}))
    assert "It does not answer since" in said
    assert "x.org answered 500." in said


def test_a_dead_channel_is_shown_at_home_and_on_the_page(browser: Client):
    factories.make_production()
    make_channel()
    Channel.objects.update(failures=3, failing_since=NOW, last_error="x.org answered 500.")

    assert "ops does not answer" in text_of(browser.get(reverse("settings-alerts")))
    assert "The channel ops does not answer: x.org answered 500." in text_of(browser.get(reverse("home")))


def test_a_route_is_added_and_removed(browser: Client):
    factories.make_production()
    factories.make_domain("flights")
    make_channel()
    given = {
        "form": "route",
        "channel": "ops",
        "domain": "flights",
        "severity": "stop",
        "kitchen": "production",
    }
    given |= {
        "timezone": "UTC",
        "escalate_to": "ops",
        "escalate_minutes": "30",
        "begins": "08:00",
        "ends": "18:00",
    }

    browser.post(reverse("settings-alerts"), given)

    route = Route.objects.get()
    assert (route.domain, route.severity, route.escalate_minutes, route.begins.hour) == (
        "flights",
        "stop",
        30,
        8,
    )
    assert "08:00–18:00" in text_of(browser.get(reverse("settings-alerts")))
    browser.post(reverse("alert-route-delete", args=[route.pk]))
    assert not Route.objects.exists()
    assert browser.post(reverse("alert-route-delete", args=[route.pk])).status_code == 404


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"escalate_to": "ops"}, "names a channel and the minutes"),
        ({"begins": "08:00"}, "a beginning and an end"),
        ({"timezone": "Mars/Olympus"}, "There is no time zone"),
        ({"kitchen": "faster-joins"}, "Select a valid choice"),
    ],
)
def test_a_wrong_route_is_told_at_its_field(browser: Client, given: dict, said: str):
    factories.make_kitchen()
    make_channel()
    whole = {"form": "route", "channel": "ops", "kitchen": "production", "timezone": "UTC"} | given

    assert said in text_of(browser.post(reverse("settings-alerts"), whole))
    assert not Route.objects.exists()


def test_a_channel_that_no_route_leads_to_says_so_and_leads_to_the_form(browser: Client):
    factories.make_production()
    channel = make_channel()

    before = text_of(browser.get(channel.get_absolute_url()))
    form = browser.get(reverse("settings-alerts"), {"channel": channel.name})
    add_route(channel=channel, by=THE_HUB, now=NOW)
    after = text_of(browser.get(channel.get_absolute_url()))

    assert "No route leads here yet" in before
    assert f'<option value="{channel.name}" selected>' in form.content.decode()
    assert "No route leads here yet" not in after


def test_a_route_is_changed_where_it_stands(browser: Client):
    factories.make_production()
    route = add_route(channel=make_channel(), by=THE_HUB, now=NOW)
    other = make_channel("night")
    url = reverse("alert-route", args=[route.pk])
    sent = {"channel": "night", "severity": "stop", "kitchen": "production", "timezone": "UTC"}

    shown = browser.get(url).content.decode()
    answer = browser.post(url, sent | {"begins": "22:00", "ends": "06:00"})
    wrong = browser.post(url, sent | {"begins": "22:00"})

    route.refresh_from_db()
    assert '<option value="ops" selected>' in shown
    assert (answer.status_code, route.channel, route.severity) == (302, other, "stop")
    assert str(route.begins) == "22:00:00"
    assert "Hours have a beginning and an end." in text_of(wrong)


def test_whoever_may_not_change_alerts_is_refused_a_route(client: Client):
    factories.make_production()
    route = add_route(channel=make_channel(), by=THE_HUB, now=NOW)
    client.force_login(factories.make_person("vera", "viewer"))

    answer = client.post(reverse("alert-route", args=[route.pk]), {"channel": "ops"})

    assert answer.status_code == 403
