"""The life of an incident, on real runs: it opens, is told, is looked after, ends by itself, and flaps."""

from __future__ import annotations

import pytest

from hub.common.errors import ConflictError, InvalidError, NotAllowedError
from kitchens.core.roles import THE_HUB
from kitchens.models import AuditEntry
from monitoring.actions import incidents
from monitoring.models import Episode, Incident, IncidentEvent, Notice
from recipes.models import TestResult
from tests import factories
from tests.monitoring.actions.incidents.conftest import later, note, only, run


@pytest.fixture
def ann(watched):
    return factories.make_person("ann", "developer").actor()


def kinds(**which) -> list[str]:
    return list(Notice.objects.filter(**which).order_by("id").values_list("kind", flat=True))


def told(kind: str) -> str:
    return IncidentEvent.objects.filter(what=kind).latest("id").said


def test_a_red_run_opens_an_incident_named_after_its_root_and_given_to_the_owner(watched, owner):
    run(watched), run(watched, 1)

    one = only()

    assert (one.title, one.state, one.severity, one.owner) == (
        "“enough rows” is red in flights/daily",
        "open",
        "stop",
        owner,
    )
    assert one.urgency == 4
    assert one.episodes.count() == 1


def test_green_again_resolves_it_with_a_notice_to_everyone_who_was_told(watched, hook):
    run(watched, 1)
    Notice.objects.update(state="sent", sent_at=watched.now)
    run(watched)

    one = only()

    assert (one.state, one.reason, one.urgency) == ("resolved", "green", 0)
    assert kinds() == ["opened", "recovered"]
    assert Notice.objects.get(kind="recovered").text.startswith(
        "flights.raw has 1 row (expected at least 3).\nIt was red for 1 h"
    )


def test_what_was_over_before_anybody_was_told_is_told_to_nobody(watched, hook):
    run(watched, 1), run(watched)

    assert list(Notice.objects.values_list("kind", "state")) == [("opened", "dropped")]


def test_red_again_within_a_day_opens_the_same_incident_and_counts_a_flap(watched, hook):
    run(watched, 1), run(watched), run(watched, 1)

    one = only()

    assert (one.state, one.flaps, one.reason, one.resolved_at) == ("open", 1, "", None)
    assert kinds(state="waiting") == ["reopened"]
    assert one.episodes.count() == 2


def test_red_again_after_days_is_another_incident(watched):
    run(watched, 1), run(watched), run(watched, 1, hours=50)

    assert list(Incident.objects.order_by("id").values_list("state", "flaps")) == [
        ("resolved", 0),
        ("open", 0),
    ]


def test_a_warning_that_joins_does_not_tell_anybody_again(watched, hook):
    run(watched, 12)
    assert (only().severity, kinds()) == ("warn", ["opened"])
    Episode.objects.update(dataset="flights.raw")

    run(watched, 1)

    assert Incident.objects.filter(resolved_at=None).count() == 1


def test_an_incident_that_stops_something_after_it_only_warned_is_told_as_worse(watched, hook):
    run(watched, 12)
    first = Episode.objects.get()
    Episode.objects.filter(pk=first.pk).update(dataset="flights.raw")
    other = Episode.objects.get()
    other.pk, other.series, other.node, other.test, other.severity, other.told = (
        None,
        None,
        "x",
        "",
        "stop",
        False,
    )
    other.incident = None
    other.save(force_insert=True)

    note(watched)

    assert (only().severity, only().urgency) == ("stop", 4)
    assert kinds() == ["opened", "worse"]


def test_the_same_episode_taken_up_twice_changes_nothing(watched, hook):
    run(watched, 1)
    before = list(IncidentEvent.objects.values_list("what", flat=True))
    Episode.objects.update(told=False)

    note(watched)

    assert list(IncidentEvent.objects.values_list("what", flat=True)) == before
    assert kinds() == ["opened"]


def test_who_acknowledges_looks_after_it_and_nobody_else_is_woken(watched, ann):
    run(watched, 1)

    incidents.acknowledge(only(), by=ann, now=watched.now)
    incidents.acknowledge(only(), by=ann, now=watched.now)

    one = only()
    assert (one.state, one.assignee.username, one.due_at) == ("acknowledged", "ann", None)
    assert IncidentEvent.objects.filter(what="acknowledged").count() == 1
    assert AuditEntry.objects.filter(what="incident.acknowledged", person=ann.person_id).count() == 1


def test_a_snooze_ends_at_its_time(watched, ann):
    run(watched, 1)
    incidents.snooze(only(), later(watched, hours=2), by=ann, now=watched.now)
    assert only().urgency == 0

    watched.forward(7200)
    note(watched)

    assert (only().state, told("woke")) == ("open", "The time it was snoozed for is over.")


def test_a_snooze_never_hides_that_it_gets_worse(watched, ann, hook):
    run(watched, 1)
    incidents.snooze(only(), None, by=ann, now=watched.now)
    run(watched, 1)
    assert only().state == "snoozed"
    TestResult.objects.update(n_fail=500)
    Episode.objects.update(told=False)

    note(watched)

    assert only().state == "open"
    assert kinds() == ["opened", "worse"]


@pytest.mark.parametrize("days", [-1, 0, 31])
def test_a_snooze_ends_in_the_future_and_within_a_month(watched, ann, days: int):
    run(watched, 1)

    with pytest.raises(InvalidError, match="within 30 days"):
        incidents.snooze(only(), later(watched, days=days), by=ann, now=watched.now)


def test_what_is_said_to_be_fixed_but_is_red_in_the_next_run_opens_again(watched, ann):
    run(watched, 1)
    incidents.resolve(only(), "data_fixed", by=ann, now=watched.now)

    run(watched, 1)

    assert (only().state, only().flaps) == ("open", 1)


def test_a_false_alarm_stays_closed_while_the_test_stays_red(watched, ann):
    run(watched, 1)
    incidents.resolve(only(), "false_alarm", comment="The supplier was closed.", by=ann, now=watched.now)

    run(watched, 1)

    assert (only().state, only().reason, only().comment) == (
        "resolved",
        "false_alarm",
        "The supplier was closed.",
    )


def test_what_will_not_be_fixed_until_a_day_opens_again_on_that_day(watched, ann):
    run(watched, 1)
    facts = {"comment": "After the move.", "until": later(watched, days=3)}
    incidents.resolve(only(), "wont_fix", by=ann, now=watched.now, **facts)

    watched.forward(3 * 86400)
    note(watched)

    assert only().state == "open"


def test_a_duplicate_hands_its_episodes_over(watched, ann):
    run(watched, 1), run(watched), run(watched, 1, hours=50)
    first, second = Incident.objects.order_by("id")

    incidents.resolve(second, "duplicate", duplicate_of=first.pk, by=ann, now=watched.now)

    assert first.episodes.count() == 2
    incidents.reopen(first, by=ann, now=watched.now)
    with pytest.raises(InvalidError, match="duplicate itself"):
        incidents.resolve(first, "duplicate", duplicate_of=second.pk, by=ann, now=watched.now)


@pytest.mark.parametrize(
    ("facts", "wrong"),
    [
        ({"reason": "because"}, "The reason is one of"),
        ({"reason": "green"}, "The reason is one of"),
        ({"reason": "expected"}, "Say in a word why"),
        ({"reason": "wont_fix", "comment": "later"}, "Say until when"),
        ({"reason": "duplicate"}, "by its number"),
        ({"reason": "duplicate", "duplicate_of": 999}, "by its number"),
    ],
)
def test_a_resolution_says_what_it_lacks(watched, ann, facts: dict, wrong: str):
    run(watched, 1)

    with pytest.raises(InvalidError, match=wrong):
        incidents.resolve(only(), by=ann, now=watched.now, **facts)

    assert only().is_open


def test_what_is_resolved_cannot_be_snoozed_or_given_away(watched, ann):
    run(watched, 1)
    incidents.resolve(only(), "code_fixed", by=ann, now=watched.now)

    with pytest.raises(ConflictError, match="cannot be snoozed"):
        incidents.snooze(only(), None, by=ann, now=watched.now)
    with pytest.raises(ConflictError, match="nobody has to look after it"):
        incidents.assign(only(), "ann", by=ann, now=watched.now)


def test_it_is_given_to_people_who_exist(watched, ann):
    run(watched, 1)
    incidents.assign(only(), "ann", by=ann, now=watched.now)

    assert (only().assignee.username, told("assigned")) == ("ann", "gave it to Ann Okafor")
    with pytest.raises(InvalidError, match="nobody 'bob'"):
        incidents.assign(only(), "bob", by=ann, now=watched.now)


def test_comments_and_links_stand_in_the_story(watched, ann):
    run(watched, 1)
    incidents.comment(only(), " I look at it. ", by=ann, now=watched.now)
    incidents.link(only(), "https://tickets.example.org/12", "Ticket 12", by=ann, now=watched.now)

    story = only().events.filter(by=ann.person_id)
    assert list(story.values_list("what", "text", "url")) == [
        ("commented", "I look at it.", ""),
        ("linked", "Ticket 12", "https://tickets.example.org/12"),
    ]


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "ftp://x/",
        "//x",
        "https://",
        "https://a b/",
        "https://u:p@x/",
        "http://[",
        "x" * 600,
        "https://x/\n",
    ],
)
def test_only_addresses_of_the_web_are_linked(watched, ann, url: str):
    run(watched, 1)

    with pytest.raises(InvalidError):
        incidents.link(only(), url if url != "https://x/\n" else "https://x/\ny", by=ann, now=watched.now)


def test_viewers_may_comment_and_nothing_else(watched):
    run(watched, 1)
    viewer = factories.make_person("vera", "viewer").actor()

    incidents.comment(only(), "Seen.", by=viewer, now=watched.now)
    for refused in (
        lambda: incidents.acknowledge(only(), by=viewer, now=watched.now),
        lambda: incidents.resolve(only(), "data_fixed", by=viewer, now=watched.now),
        lambda: incidents.link(only(), "https://x.org/", by=viewer, now=watched.now),
    ):
        with pytest.raises(NotAllowedError):
            refused()


def test_a_kitchen_tells_its_own_user_and_nobody_else(watched, hook, mail, owner):
    cook = factories.make_person("carl", "developer", email="carl@example.org")
    kitchen = watched.child()
    kitchen.owner = cook
    kitchen.save()

    run(watched, 1, kitchen=kitchen)

    assert list(Notice.objects.values_list("channel__name", "to")) == [("mail", "carl@example.org")]
    assert only().owner == cook


def test_production_tells_by_its_routes_and_whoever_looks_after_it(watched, hook, mail, owner):
    run(watched, 1)

    assert sorted(Notice.objects.values_list("channel__name", "to")) == [
        ("mail", "olga@example.org"),
        ("ops", ""),
    ]


def test_nobody_answers_so_somebody_else_is_told_once(watched, hook):
    from monitoring.actions.alerts.channels import save_channel
    from monitoring.models import Route

    chief = save_channel(
        name="chief", kind="webhook", settings={}, secret="https://x.org/y", by=THE_HUB, now=watched.now
    )
    Route.objects.update(escalate_to=chief, escalate_minutes=30)
    run(watched, 1)
    for _ in range(3):
        watched.forward(1000)
        note(watched)

    assert kinds(channel=chief) == ["escalated"]
    assert "Nobody has acknowledged it for 30 min" in Notice.objects.get(channel=chief).text


def test_an_old_history_is_grouped_without_telling_anybody(watched, hook):
    run(watched, 1)
    Notice.objects.all().delete()
    Incident.objects.all().delete()
    Episode.objects.update(told=False, incident=None)

    watched.forward(3 * 86400)
    note(watched)

    assert only().is_open
    assert not Notice.objects.exists()


def test_the_end_of_a_kitchen_ends_its_incidents(watched):
    kitchen = watched.child()
    run(watched, 1, kitchen=kitchen)
    kitchen.state = "retired"
    kitchen.save()

    note(watched)

    assert (only().state, only().reason) == ("resolved", "ended")
