"""Notices go out for real: by HTTP, by SMTP, by Apprise; once or again with the same key, and never unsaid."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from datetime import timedelta

import pytest
from django.conf import settings as conf
from django.db import connection

from hub.common.errors import InvalidError, NotAllowedError
from kitchens.actions.secrets import rotate_keys
from kitchens.core.roles import THE_HUB
from kitchens.models import AuditEntry, Secret
from kitchens.queries.secrets import secret_names, values_for_kitchen
from monitoring.actions.alerts.channels import delete_channel, pause_channel, save_channel, try_channel
from monitoring.models import Channel, Notice
from monitoring.queries.alerts import dead_channels, is_due, sent_in_week
from tests import factories
from tests.monitoring.actions.alerts.conftest import NOW, hook, mail, notice, send

DAY = 86400
of_apprise = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of what its plugins import


def states() -> list[str]:
    return list(Notice.objects.order_by("id").values_list("state", flat=True))


def test_a_webhook_gets_json_with_the_key_that_names_it_for_ever(web, incident):
    notice(hook(web), incident)

    assert send() == 1

    path, headers, body = web.posts[0]
    assert (path, headers["Idempotency-Key"]) == ("/T0/secret-part", "incident-1-1-opened")
    assert body["key"] == "incident-1-1-opened"
    assert (body["title"], body["kind"], body["incident"]) == ("Red: number 1", "opened", incident.pk)
    assert body["url"] == "https://hub.example.org/incidents/1/"
    assert states() == ["sent"]


def test_a_mail_arrives_with_subject_text_link_and_an_id_made_of_the_key(post, incident):
    notice(mail(post), incident)

    assert send() == 1

    people, sent = post.mails[0]
    assert people == ["team@example.org"]
    assert (sent["Subject"], sent["Message-ID"]) == ("Red: number 1", "<incident-1-1-opened@example.org>")
    assert sent["References"] == f"<incident-{incident.pk}@example.org>"
    assert "31 of 224 rows failed." in sent.get_content()
    assert "https://hub.example.org/incidents/1/" in sent.get_content()


def test_a_mail_to_one_person_goes_to_them_alone(post, incident):
    notice(mail(post), incident, to="olga@example.org")

    send()

    assert post.mails[0][0] == ["olga@example.org"]


def test_the_password_of_the_mail_server_is_used_and_shown_nowhere(post, incident):
    channel = mail(post, "hunter2-hunter2", user="hub")
    notice(channel, incident)

    send()

    assert post.logins
    assert "hunter2" not in str(vars(channel)) + str(
        list(AuditEntry.objects.values_list("details", flat=True))
    )


@of_apprise
def test_a_chat_is_told_by_apprise(web, incident):
    address = f"json://127.0.0.1:{web.port}/a-token"
    channel = save_channel(name="chat", kind="chat", settings={}, secret=address, by=THE_HUB, now=NOW)
    notice(channel, incident)

    assert send() == 1, Notice.objects.get().error

    path, _, body = web.posts[0]
    assert path.strip("/") == "a-token"
    assert body["title"] == "Red: number 1"
    assert "https://hub.example.org/incidents/1/" in body["message"]


@of_apprise
@pytest.mark.parametrize("kind", ["webhook", "chat"])
def test_a_private_address_is_refused_unless_allowed(web, incident, settings, kind: str):
    settings.ALERT_ALLOW_PRIVATE = False
    scheme = "http" if kind == "webhook" else "json"
    address = f"{scheme}://localhost:{web.port}/token-of-ours"
    channel = save_channel(name="inner", kind=kind, settings={}, secret=address, by=THE_HUB, now=NOW)
    notice(channel, incident)

    assert send() == 0

    assert web.posts == []
    assert Channel.objects.get().failures == 1
    assert socket.getaddrinfo("localhost", web.port)  # only guarded while it sends


def test_redirects_are_not_followed(web, incident):
    web.answer, web.redirect = 302, "http://169.254.169.254/"
    notice(hook(web), incident)

    assert send() == 0

    assert Notice.objects.get().error == "127.0.0.1 answered 302."


def test_a_channel_that_fails_is_tried_again_later_and_later_and_then_given_up(web, incident):
    web.answer = 500
    channel = hook(web)
    notice(channel, incident)
    at, tried = 0.0, 0
    while states() == ["waiting"] and tried < 20:
        send(at)
        tried += 1
        at = (Notice.objects.get().due_at - NOW).total_seconds()

    assert (states(), tried, len(web.posts)) == (["failed"], 10, 10)
    assert at > DAY - 3600
    assert Notice.objects.get().error == "127.0.0.1 answered 500."


def test_a_dead_channel_is_shown_until_something_goes_out_again(web, incident):
    web.answer = 500
    channel = hook(web)
    notice(channel, incident)
    for at in (0, 60, 600):
        send(at)
    assert [one.name for one in dead_channels()] == ["ops"]
    web.answer = 204

    assert send(6000) == 1

    assert dead_channels() == []
    channel.refresh_from_db()
    assert (channel.failures, channel.last_error, channel.failing_since) == (0, "", None)


def test_what_waits_behind_a_failure_waits_as_long_and_costs_no_try(web, incident):
    web.answer = 500
    channel = hook(web)
    for number in range(5):
        notice(channel, incident, number)

    send()

    assert len(web.posts) == 1
    assert not is_due(NOW + timedelta(seconds=29))
    assert list(Notice.objects.order_by("id").values_list("tries", flat=True)) == [1, 0, 0, 0, 0]


def test_one_dead_channel_keeps_no_other_from_being_told(web, post, incident):
    web.answer = 500
    notice(hook(web), incident, 1)
    notice(mail(post), incident, 2)

    assert send() == 1
    assert len(post.mails) == 1


@pytest.mark.django_db(transaction=True)
def test_a_kill_between_sending_and_writing_it_down_sends_it_again_with_the_same_key(web, incident):
    notice(hook(web), incident)
    database = conf.DATABASES["default"]
    url = f"sqlite:///{database['NAME']}" if "sqlite" in database["ENGINE"] else (
        f"postgresql://{database['USER']}:{database['PASSWORD']}@{database['HOST']}:{database['PORT']}/{database['NAME']}"
    )  # fmt: skip
    around = os.environ | {
        "DATABASE_URL": url,
        "HUB_HOME": str(conf.HUB_HOME),
        "HUB_ALERT_ALLOW_PRIVATE": "1",
        "HUB_CRASH_POINT": "alert.delivered",
    }
    killed = subprocess.run(
        [sys.executable, "manage.py", "alerts"], cwd=conf.BASE_DIR, env=around, check=False
    )

    assert killed.returncode == -signal.SIGKILL
    assert states() == ["sending"]
    claimed = Notice.objects.get().leased_until - timedelta(seconds=90)
    from monitoring.actions.alerts.sending import send_due

    assert send_due(lambda: claimed + timedelta(seconds=89)) == 0
    assert send_due(lambda: claimed + timedelta(seconds=91)) == 1
    assert [headers["Idempotency-Key"] for _, headers, _ in web.posts] == ["incident-1-1-opened"] * 2
    assert states() == ["sent"]


@pytest.mark.django_db(transaction=True)
def test_two_that_send_at_the_same_time_send_nothing_twice(web, incident):
    channel = hook(web)
    for number in range(20):
        notice(channel, incident, number)

    def work() -> None:
        send()
        connection.close()

    both = [threading.Thread(target=work) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()

    assert sorted(body["title"] for *_, body in web.posts) == sorted(f"Red: number {n}" for n in range(20))
    assert set(states()) == {"sent"}


def test_a_digest_is_one_message_with_all_that_waited(web, incident):
    channel = hook(web)
    for number in range(3):
        notice(channel, incident, number, digest=True, waits="digest")

    assert send() == 1

    assert web.posts[0][2]["title"] == "3 notices of the DataOps Hub"
    assert "• Red: number 2" in web.posts[0][2]["text"]
    assert states() == ["sent"] * 3
    assert sent_in_week(channel.pk, NOW) == 1


def test_what_is_over_the_budget_comes_in_one_message_the_next_day(web, incident):
    channel = hook(web, budget=2)
    for number in range(5):
        notice(channel, incident, number, severity="warn")

    assert send() == 2
    assert Notice.objects.filter(state="waiting", waits="budget").count() == 3
    assert send(13 * 3600) == 0
    assert send(14 * 3600) == 1
    assert web.posts[-1][2]["title"] == "3 notices of the DataOps Hub"


def test_a_paused_channel_sends_nothing_until_it_is_resumed(web, incident):
    channel = hook(web)
    notice(channel, incident)
    pause_channel(channel, True, by=THE_HUB, now=NOW)
    assert send() == 0

    pause_channel(channel, False, by=THE_HUB, now=NOW)
    assert send() == 1


def test_a_trial_is_tried_once_and_says_why_not(web):
    channel = hook(web)
    web.answer = 404
    try_channel(channel, by=THE_HUB, now=NOW)

    send()

    assert states() == ["failed"]
    assert Notice.objects.get().error == "127.0.0.1 answered 404."
    assert "secret-part" not in Notice.objects.get().error


@of_apprise
def test_an_error_quotes_no_part_of_the_address(db, hub_home, incident, settings):
    settings.ALERT_ALLOW_PRIVATE = True
    address = "json://no-such-host.invalid/very-secret-token"
    channel = save_channel(name="chat", kind="chat", settings={}, secret=address, by=THE_HUB, now=NOW)
    notice(channel, incident)

    send()

    assert Channel.objects.get().last_error
    assert "very-secret-token" not in Channel.objects.get().last_error


def test_the_secret_of_a_channel_reaches_no_node_and_no_page_of_secrets(web):
    hook(web)
    production = factories.make_production()

    assert Secret.objects.get().name == "channel:ops"
    assert values_for_kitchen(production) == {}
    assert list(secret_names(production)) == []


def test_changed_keys_open_the_secrets_of_channels_all_the_same(web, incident):
    notice(hook(web), incident)
    rotate_keys(by=THE_HUB, now=NOW, forget=True)

    assert send() == 1


def test_another_mail_server_does_not_get_the_password_that_is_kept(post):
    mail(post, "hunter2-hunter2", user="hub")

    with pytest.raises(InvalidError, match="has to be given again"):
        mail(post, host="evil.example.org", user="hub")

    assert mail(post, user="hub", to="others@example.org").settings["to"] == ["others@example.org"]


@pytest.mark.parametrize(
    ("kind", "facts", "secret", "wrong"),
    [
        ("webhook", {}, "ftp://x.org/", "http or https"),
        ("webhook", {}, "https://user:password@x.org/", "not sent"),
        ("webhook", {}, None, "needs its address"),
        ("webhook", {}, "https://x.org/\nHost: y", "one line"),
        ("chat", {}, "dbus://", "does not tell people by"),
        ("chat", {}, "syslog://local7", "does not tell people by"),
        ("chat", {}, "file:///etc/passwd", "does not tell people by"),
        ("pigeon", {}, "x", "A channel is one of"),
        ("email", {"host": "/tmp/socket"}, None, "one name or address"),
        ("email", {"sender": "a@b.org\nBcc: c@d.org"}, None, "no e-mail address"),
        ("email", {"to": "a@b.org, nobody"}, None, "no e-mail address"),
        ("email", {"port": 0}, None, "port is a whole number"),
    ],
)
def test_what_a_channel_does_not_take_is_said(db, hub_home, kind, facts, secret, wrong):
    whole = {
        "host": "mail.example.org",
        "port": 25,
        "security": "none",
        "sender": "hub@example.org",
    } | facts

    with pytest.raises(InvalidError, match=wrong):
        save_channel(name="x-1", kind=kind, settings=whole, secret=secret, by=THE_HUB, now=NOW)


def test_channels_are_for_operators(web):
    channel = hook(web)
    developer = factories.make_person("dora", "developer").actor()

    for refused in (
        lambda: try_channel(channel, by=developer, now=NOW),
        lambda: pause_channel(channel, True, by=developer, now=NOW),
        lambda: delete_channel(channel, by=developer, now=NOW),
    ):
        with pytest.raises(NotAllowedError):
            refused()


def test_a_removed_channel_leaves_no_secret_behind(web):
    delete_channel(hook(web), by=THE_HUB, now=NOW)

    assert not Secret.objects.exists()
