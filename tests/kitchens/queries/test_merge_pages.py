"""What the pages of merges are told, at a fixed number of queries."""

from __future__ import annotations

import pytest
from django.utils import timezone

from hub.common.errors import MissingError
from kitchens.actions import merges
from kitchens.core.merging import Resolution
from kitchens.core.roles import THE_HUB
from kitchens.models import Kitchen
from kitchens.ports import ports
from kitchens.queries import merges as queries
from tests.changing import NOW, commit, green, kitchen_of, later, mesh, person, publish, request_of

NOTES = "domains/sales/notes.md"


@pytest.fixture(autouse=True)
def _settled_by_the_test(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no recipe run in a candidate."""
    monkeypatch.setattr(ports, "build_candidate", lambda request_id, *, now: None)


@pytest.fixture
def production(db, hub_home) -> Kitchen:
    return mesh(approvals=1)


def changed(production: Kitchen, name: str = "late-flights", text: bytes = b"one\nTWO\nthree\n") -> Kitchen:
    kitchen = kitchen_of(production, name)
    commit(kitchen, {NOTES: text})
    return kitchen


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_two_queries(production, django_assert_num_queries, count):
    for number in range(count):
        request = request_of(changed(production, f"kitchen-{number}"), by=person(f"ann{number}").actor())
        merges.approve(request, by=person(f"bo{number}").actor(), now=NOW)

    with django_assert_num_queries(2):
        rows = queries.rows(queries.requests("open"))

    assert [row.waits for row in rows] == ["Its candidate has not been built yet."] * count
    assert [row.approvals for row in rows] == [1] * count


def test_a_row_says_what_the_request_waits_for(production):
    request = request_of(changed(production))
    said = [queries.rows(queries.requests())[0].waits]
    merges.start_candidate(request, by=THE_HUB, now=NOW)
    said.append(queries.rows(queries.requests())[0].waits)
    merges.candidate_settled(request.pk, green=True, note="", now=NOW)
    said.append(queries.rows(queries.requests())[0].waits)
    merges.approve(request, by=person("bo").actor(), now=NOW)
    said.append(queries.rows(queries.requests())[0].waits)
    merges.merge(request, by=THE_HUB, now=NOW)
    said.append(queries.rows(queries.requests())[0].waits)

    assert said == [
        "Its candidate has not been built yet.",
        "Its candidate is being built.",
        "It waits for 1 approval.",
        "It can be merged.",
        "The hub merged it as revision 3.",
    ]


def test_the_page_sums_up_and_says_what_comes_next(production):
    publish(production, "sales.orders", "old")
    request = merges.start_candidate(request_of(changed(production)), by=THE_HUB, now=NOW)
    publish(request.candidate, "sales.orders", "built", rows=12)
    merges.candidate_settled(request.pk, green=True, note="", now=NOW)

    page = queries.request_page(queries.get_request(request.pk), person("bo").actor())

    assert page.summary == "1 file, 1 dataset changes, 8 of 9 gates open"
    assert page.next is not None
    assert (page.next.name, page.next.sentence) == ("approvals", "0 of 1 approval.")
    changed_data = page.datasets[0]
    assert (changed_data.name, changed_data.what) == ("sales.orders", "changed")
    assert (changed_data.rows_before, changed_data.rows_after) == (10, 12)
    assert page.rights.approve == ""
    assert page.rights.merge == "0 of 1 approval."
    assert [event.what for event in page.events] == ["opened", "candidate.started", "candidate.green"]


def test_the_page_says_why_somebody_may_not_approve(production):
    ann = person("ann")
    kitchen = kitchen_of(production)
    commit(kitchen, {NOTES: b"x\n"}, by=person("cy").actor())
    request = queries.get_request(request_of(kitchen, by=ann.actor()).pk)

    said = {
        name: queries.request_page(request, actor).rights.approve
        for name, actor in {
            "opener": ann.actor(),
            "author": type(ann).objects.get(username="cy").actor(),
            "viewer": person("vi", "viewer").actor(),
            "other": person("bo").actor(),
        }.items()
    }

    assert said == {
        "opener": "You opened it: somebody else has to look at it.",
        "author": "You wrote a part of it: somebody else has to look at it.",
        "viewer": "This needs the role developer in production.",
        "other": "",
    }


def test_an_approval_of_an_earlier_state_is_marked(production):
    kitchen = changed(production)
    request = request_of(kitchen)
    merges.approve(request, by=person("bo").actor(), now=NOW)
    commit(kitchen, {NOTES: b"more\n"})

    page = queries.request_page(queries.get_request(request.pk), THE_HUB)

    assert [said.void for said in page.said] == ["It was about an earlier state."]
    assert page.moved.startswith("The hub changed “Change” in late-flights")


def test_a_merged_request_is_shown_as_it_was(production):
    kitchen = changed(production)
    request = green(request_of(kitchen))
    merges.approve(request, by=person("bo").actor(), now=NOW)
    merges.merge(request, by=THE_HUB, now=later(1))
    commit(kitchen, {NOTES: b"more\n"})

    page = queries.request_page(queries.get_request(request.pk), THE_HUB)

    assert (page.files, page.gates, page.moved) == (1, (), "")
    assert dict(page.lead)["Merged"] == later(1)
    assert queries.changes_page(queries.get_request(request.pk)).files[0].path == NOTES


def test_files_stand_side_by_side_with_what_was_said_about_them(production):
    kitchen = changed(production, text=b"one\nTWO\nthree\nfour\nfive\nsix\nseven\neight\n")
    commit(kitchen, {"domains/sales/new.md": b"new\n", "domains/sales/empty.md": b""})
    commit(kitchen, {"domains/sales/picture.png": bytes(range(256))})
    request = request_of(kitchen)
    merges.comment(request, "Why?", by=person("bo").actor(), now=timezone.now(), path=NOTES, line=2)

    page = queries.changes_page(request)

    files = {file.path.rpartition("/")[2]: file for file in page.files}
    assert list(files) == ["empty.md", "new.md", "notes.md", "picture.png"]
    assert files["picture.png"].binary
    assert (files["empty.md"].status, files["empty.md"].blocks) == ("added", ())
    lines = [(line.kind, line.left_number, line.left, line.right_number, line.right)
             for block in files["notes.md"].blocks for line in block.lines]  # fmt: skip
    assert lines[1] == ("changed", 2, "two", 2, "TWO")
    assert lines[-1] == ("added", None, "", 8, "eight")
    assert files["notes.md"].comments[0].text == "Why?"


def test_a_conflict_stands_in_three_panes(production):
    kitchen = changed(production)
    commit(production, {NOTES: b"one\nzwei\nthree\nfour\nfive\nsix\nseven\n"})
    request = request_of(kitchen)

    page = queries.conflict_page(request, NOTES)

    hunk = page.conflict.clash.hunks[0]
    assert (hunk.target, hunk.base[0], hunk.source) == (("zwei\n",), "two\n", ("TWO\n",)) or hunk.target[
        0
    ] == "zwei\n"
    assert (page.left, page.merged) == (1, None)
    taken = Resolution("source", page.conflict.sides)
    request = merges.resolve(request, NOTES, taken, by=THE_HUB, now=NOW)
    page = queries.conflict_page(request, NOTES)
    assert (page.left, page.merged) == (0, "one\nTWO\nthree\n")
    with pytest.raises(MissingError):
        queries.conflict_page(request, "README.md")
