"""What the hub does by itself: it merges once nothing blocks, one after the other, in the name of who asked."""

from __future__ import annotations

import pytest

from hub.common.errors import InvalidError, NotAllowedError
from kitchens.actions import merges
from kitchens.actions.merges import leftovers
from kitchens.core.roles import THE_HUB, Actor
from kitchens.models import Kitchen, MergeRequest
from kitchens.queries.data import newest
from tests.changing import NOW, commit, green, kitchen_of, later, mesh, person, publish, request_of


@pytest.fixture
def production(db, hub_home) -> Kitchen:
    return mesh(approvals=1)


def opened(production: Kitchen, name: str, by: Actor = THE_HUB) -> MergeRequest:
    kitchen = kitchen_of(production, name)
    commit(kitchen, {f"domains/sales/{name}.md": b"new\n"})
    return request_of(kitchen, by=by, title=name)


def state(request: MergeRequest) -> tuple[str, str]:
    request.refresh_from_db()
    return request.state, request.candidate_state


def settle_all(now) -> None:
    for pk in MergeRequest.objects.filter(candidate_state="building").values_list("pk", flat=True):
        merges.candidate_settled(pk, green=True, note="", now=now)


def test_with_nothing_to_do_it_costs_one_query(production, django_assert_num_queries):
    opened(production, "first-one")

    with django_assert_num_queries(1):
        assert merges.go_on(NOW) == 0


def test_it_merges_as_soon_as_the_last_gate_opens_in_the_name_of_who_asked(production):
    ann = person("ann")
    request = opened(production, "first-one")
    merges.merge_when_green(request, True, by=ann.actor(), now=NOW)
    merges.go_on(later(1))
    assert state(request) == ("open", "")  # it waits for people first
    merges.approve(request, by=person("bo").actor(), now=later(2))
    merges.go_on(later(3))
    assert state(request) == ("open", "building")
    settle_all(later(4))

    merges.go_on(later(5))

    assert state(request) == ("merged", "green")
    assert (request.merged_by, request.closed_at) == (ann, later(5))
    assert newest(production).by == ann


def test_requests_into_one_kitchen_go_one_after_the_other(production):
    bo = person("bo")
    requests = [opened(production, f"kitchen-{number}") for number in range(3)]
    for request in requests:
        merges.approve(request, by=bo.actor(), now=NOW)
        merges.merge_when_green(request, True, by=THE_HUB_AS_ANN(), now=NOW)

    merges.go_on(later(1))
    assert [state(request)[1] for request in requests] == ["building", "", ""]
    settle_all(later(2))
    merges.go_on(later(3))
    assert [state(request)[0] for request in requests] == ["merged", "open", "open"]


def THE_HUB_AS_ANN() -> Actor:  # noqa: N802 - reads as what it is
    from kitchens.models import Person

    return (Person.objects.filter(username="ann").first() or person("ann")).actor()


def test_a_request_that_waits_for_people_keeps_nobody_waiting(production):
    bo = person("bo")
    first, second = opened(production, "first-one"), opened(production, "second-one")
    for request in (first, second):
        merges.merge_when_green(request, True, by=THE_HUB_AS_ANN(), now=NOW)
    merges.approve(second, by=bo.actor(), now=NOW)

    merges.go_on(later(1))

    assert (state(first), state(second)) == (("open", ""), ("open", "building"))


def test_nothing_is_merged_for_somebody_who_may_no_longer(production):
    ann = person("ann")
    request = green(opened(production, "first-one"))
    merges.approve(request, by=person("bo").actor(), now=NOW)
    merges.merge_when_green(request, True, by=ann.actor(), now=NOW)
    ann.role = "viewer"
    ann.save()

    merges.go_on(later(1))

    assert state(request)[0] == "open"
    assert not request.merge_when_green
    assert "could not be merged by the hub" in request.events.get(what="not_when_green").sentence


def test_a_viewer_asks_for_no_merge(production):
    with pytest.raises(NotAllowedError):
        merges.merge_when_green(
            opened(production, "first-one"), True, by=Actor(None, "Vi", "viewer"), now=NOW
        )


def test_a_merge_down_does_not_wait(production):
    kitchen = kitchen_of(production)
    commit(production, {"README.md": b"x"})
    request = merges.open_request(production, kitchen, title="down", by=THE_HUB, now=NOW)

    with pytest.raises(InvalidError):
        merges.merge_when_green(request, True, by=THE_HUB, now=NOW)


def test_asked_twice_it_is_told_once(production):
    request = opened(production, "first-one")

    for _ in range(2):
        merges.merge_when_green(request, True, by=THE_HUB, now=NOW)

    assert request.events.filter(what="when_green").count() == 1


def test_a_request_is_looked_at_when_a_kitchen_moves(production):
    request = opened(production, "first-one")
    commit(request.source, {"README.md": b"more"})

    merges.go_on(later(1))

    request.refresh_from_db()
    assert request.source_revision == newest(request.source)
    assert request.events.filter(what="source.moved").count() == 1


def test_a_candidate_is_not_built_again_by_itself_where_somebody_changed_files(production):
    request = green(opened(production, "first-one"))
    commit(request.source, {"README.md": b"more"})

    merges.go_on(later(1))

    assert state(request) == ("open", "void")


def test_candidates_nobody_needs_are_closed(production):
    request = green(opened(production, "first-one"))
    candidate = request.candidate
    MergeRequest.objects.filter(pk=request.pk).update(candidate=None)

    assert leftovers.recover(NOW) == 1
    candidate.refresh_from_db()
    assert candidate.state == "gone"
    assert leftovers.recover(NOW) == 0


def test_a_settled_candidate_that_was_replaced_settles_nothing(production):
    request = merges.start_candidate(opened(production, "first-one"), by=THE_HUB, now=NOW)
    first = request.candidate
    publish(request.source, "sales.x", "data")
    commit(request.source, {"README.md": b"more"})
    request = merges.start_candidate(request, by=THE_HUB, now=NOW)

    assert not merges.candidate_settled(request.pk, green=True, note="", now=NOW, candidate_id=first.pk)
    assert merges.candidate_settled(
        request.pk, green=False, note="x", now=NOW, candidate_id=request.candidate_id
    )
    assert not merges.candidate_settled(request.pk, green=True, note="", now=NOW)


def test_the_request_of_a_kitchen_that_is_gone_is_withdrawn(production):
    request = green(opened(production, "first-one"))
    Kitchen.objects.filter(pk=request.source_id).update(state="gone")

    assert leftovers.recover(NOW) == 1

    request.refresh_from_db()
    assert (request.state, request.candidate.state) == ("withdrawn", "gone")
