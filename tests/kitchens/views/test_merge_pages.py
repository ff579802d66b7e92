"""Pages of merges: what blocks, files beside each other, conflicts in three panes, words, going back."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from kitchens.models import Kitchen, MergeRequest
from kitchens.queries.data import newest
from tests import changing

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("hub_home")]
NOTES = "domains/sales/notes.md"


@pytest.fixture(autouse=True)
def _today(monkeypatch):
    monkeypatch.setattr(changing, "NOW", timezone.now())
    monkeypatch.setattr(changing, "ENDS", (timezone.now() + timedelta(days=5)).date())


@pytest.fixture
def production() -> Kitchen:
    return changing.mesh()


def text_of(answer) -> str:
    assert answer.status_code == 200, answer.content.decode()[:300]
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode())))


def changed(
    production: Kitchen, name: str = "late-flights", text: bytes = b"one\nTWO\nthree\nfour\n"
) -> Kitchen:
    kitchen = changing.kitchen_of(production, name)
    changing.commit(kitchen, {NOTES: text}, now=changing.NOW)
    return kitchen


def clashing(production: Kitchen) -> MergeRequest:
    kitchen = changed(production)
    changing.commit(production, {NOTES: b"one\nzwei\nthree\nfour\nfive\nsix\nseven\n"}, now=changing.NOW)
    return changing.request_of(kitchen)


def act(client: Client, request: MergeRequest, what: str, **given):
    return client.post(reverse("merge-do", args=[request.pk, what]), given, follow=True)


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_for_any_number_of_requests(
    browser, production, django_assert_num_queries, count
):
    for number in range(count):
        changing.request_of(changed(production, f"change-{number}"), title=f"Change {number}")
    client = browser("developer")

    with django_assert_num_queries(5):
        said = text_of(client.get(reverse("merge-list")))

    assert said.count("Its candidate has not been built yet.") == count


def test_a_list_without_requests_says_where_one_comes_from(browser, production):
    assert "A kitchen’s page opens one for what it has changed." in text_of(
        browser().get(reverse("merge-list"))
    )


def test_a_developer_opens_a_request_from_the_kitchen(browser, production):
    kitchen = changed(production)
    url = reverse("merge-new", args=[kitchen.slug])
    client = browser("developer")

    assert "1 file would change in Production, none of which clashes." in text_of(client.get(url))
    answer = client.post(url, {"title": "Better words", "intent": "Twos are loud."}, follow=True)

    made = MergeRequest.objects.get()
    assert answer.redirect_chain[-1][0] == made.get_absolute_url()
    assert "Twos are loud." in text_of(answer)


def test_a_request_without_a_title_is_refused_at_the_field(browser, production):
    url = reverse("merge-new", args=[changed(production).slug])

    answer = browser("developer").post(url, {"title": ""})

    assert "This field is required." in text_of(answer)
    assert not MergeRequest.objects.exists()


def test_a_second_request_leads_to_the_one_that_is_open(browser, production):
    request = changing.request_of(changed(production))

    answer = browser("developer").get(reverse("merge-new", args=[request.source.slug]))

    assert answer.url == request.get_absolute_url()


def test_production_has_no_parent_to_merge_into(browser, production):
    answer = browser().get(reverse("merge-new", args=["production"]))

    assert answer.status_code == 422
    assert "Production has no parent to merge into." in unescape(answer.content.decode())


@pytest.mark.parametrize(
    "part", ["merge-detail", "merge-changes", "merge-data", "merge-impact", "merge-checks", "merge-candidate"]
)
def test_every_part_of_a_request_opens_for_a_viewer(browser, production, part):
    request = changing.request_of(changed(production))

    said = text_of(browser("viewer").get(reverse(part, args=[request.pk])))

    assert (
        "Nothing has to run" if part == "merge-candidate" else "The merged state has not been built yet."
    ) in said


def test_files_stand_beside_each_other_with_words_about_them(browser, production):
    request = changing.request_of(changed(production))
    act(browser("developer"), request, "comment", text="Why so loud?", path=NOTES, line="2")

    html = browser().get(reverse("merge-changes", args=[request.pk])).content.decode()

    assert re.search(r'side-changed">.*?two</td>.*?TWO</td>', html, re.DOTALL)
    assert "Why so loud?" in html


def test_what_may_not_be_done_says_why(browser, production):
    request = changing.request_of(changed(production))

    answer = act(browser("viewer"), request, "build")

    assert answer.status_code == 403
    assert request.candidate_state == ""


def test_an_unknown_action_is_not_found(browser, production):
    request = changing.request_of(changed(production))

    assert act(browser(), request, "explode").status_code == 404


def test_building_and_merging_lead_to_one_revision(browser, production):
    request = changing.request_of(changed(production))
    client = browser("admin")

    act(client, request, "build")
    request.refresh_from_db()
    assert request.candidate_state in ("building", "green")
    changing.merges.candidate_settled(request.pk, green=True, note="", now=timezone.now())
    said = text_of(act(client, request, "merge"))

    assert f"Merged: Production is at revision {newest(production).number}" in said
    assert newest(production).cause == "merge"


def test_a_merge_before_the_candidate_is_refused_with_the_gate(browser, production):
    request = changing.request_of(changed(production))

    answer = act(browser("admin"), request, "merge")

    assert answer.status_code == 409
    assert "The merged state has not been built yet." in unescape(answer.content.decode())


def test_the_box_answers_not_modified_while_nothing_happens(browser, production):
    request = changing.request_of(changed(production))
    client, url = browser(), reverse("merge-box", args=[request.pk])
    etag = re.search(r'data-etag="([^"]+)"', client.get(url).content.decode())

    again = client.get(url, headers={"If-None-Match": f'"{etag[1]}"'})

    assert again.status_code == 304


def test_a_withdrawn_request_is_shown_as_withdrawn(browser, production):
    request = changing.request_of(changed(production))

    said = text_of(act(browser("developer"), request, "withdraw"))

    assert "The kitchen is as it was." in said
    assert "Comment" not in said


def test_a_conflict_is_resolved_hunk_by_hunk(browser, production):
    request = clashing(production)
    url = reverse("merge-conflict", args=[request.pk, NOTES])
    client = browser("developer")
    html = client.get(url).content.decode()
    hunks = sorted(set(re.findall(r'name="(hunk-\d+)"', html)))
    sides = re.findall(r'name="sides" value="([^"]*)"', html)[:3]

    answer = client.post(
        url, {"take": "hunks", "sides": sides, **dict.fromkeys(hunks, "source")}, follow=True
    )

    assert "Every conflict is resolved." in text_of(answer)


def test_a_conflict_is_undone_again(browser, production):
    request = clashing(production)
    url = reverse("merge-conflict", args=[request.pk, NOTES])
    client = browser("developer")
    sides = re.findall(r'name="sides" value="([^"]*)"', client.get(url).content.decode())[:3]
    client.post(url, {"take": "target", "sides": sides})

    said = text_of(client.post(url, {"take": "undo", "sides": sides}, follow=True))

    assert "in conflict" in said


def test_a_decision_on_other_versions_than_these_is_refused(browser, production):
    request = clashing(production)
    url = reverse("merge-conflict", args=[request.pk, NOTES])

    answer = browser("developer").post(url, {"take": "target", "sides": ["0" * 40] * 3})

    assert answer.status_code in (409, 422)


def test_a_file_that_is_not_in_conflict_is_missing(browser, production):
    request = clashing(production)

    assert browser().get(reverse("merge-conflict", args=[request.pk, "README.md"])).status_code == 404


def test_what_the_parent_has_is_taken_in(browser, production):
    kitchen = changed(production)
    changing.commit(production, {"domains/sales/new.md": b"new\n"}, now=changing.NOW)
    url = reverse("merge-new", args=[kitchen.slug]) + "?down=1"
    client = browser("developer")

    assert "domains/sales/new.md" in text_of(client.get(url))
    said = text_of(client.post(url, follow=True))

    assert "has everything of Production now" in said


def test_taking_in_what_clashes_leads_to_the_conflict(browser, production):
    kitchen = clashing(production).source
    url = reverse("merge-new", args=[kitchen.slug]) + "?down=1"

    answer = browser("developer").post(url, follow=True)

    assert NOTES in answer.redirect_chain[-1][0]


def test_going_back_shows_what_it_does_and_does_it(browser, production):
    to = newest(production).number
    changing.commit(production, {NOTES: b"all new\n"}, now=changing.NOW)
    url = reverse("kitchen-rollback", args=["production", to])
    client = browser("admin")

    assert "1 file and 0 datasets go back" in text_of(client.get(url))
    said = text_of(client.post(url, {"note": "It was wrong."}, follow=True))

    assert f"is as it was at revision {to}" in said
    assert newest(production).cause == "rollback"


def test_going_back_needs_a_reason(browser, production):
    changing.commit(production, {NOTES: b"all new\n"}, now=changing.NOW)

    answer = browser("admin").post(reverse("kitchen-rollback", args=["production", 1]), {"note": ""})

    assert "This field is required." in text_of(answer)
    assert newest(production).cause == "commit"
