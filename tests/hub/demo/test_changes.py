"""The changes of the demo: planned so that they fit the mesh, and made through the real actions with an earlier clock."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest

from hub.common.errors import ConflictError
from hub.demo.changes.acts import Ask, GiveUp, Settle, Standing
from hub.demo.changes.money_and_visits import MENDS_RENAMED
from hub.demo.changes.planned import Commit, Planned, workday
from hub.demo.changes.steps import CHANGES, change_steps, mending_steps
from hub.demo.changes.work import begin_work
from hub.demo.edits import Edit, apply
from hub.demo.files import mesh_files
from hub.demo.people import PEOPLE, create_people
from hub.demo.steps import chained
from hub.demo.suppliers.world import World
from hub.demo.trials import MENDED, TRIED
from kitchens.models import Approval, Change, Kitchen, MergeRequest
from kitchens.queries.data import newest
from tests.changing import NOW as OPENED
from tests.changing import mesh
from tests.hub.demo.test_mesh import read

WORLD = World(date(2026, 11, 24))
THEN = datetime(2026, 3, 10, 11, 0, tzinfo=UTC)
NOTES = "domains/sales/notes.md"
SMALL = Planned(
    "small-change", 10, "maria", "sales/daily", "Five becomes fünf",
    (Commit("Say it in German", (Edit(NOTES, "five", "fünf"),)), Commit("And six", (Edit(NOTES, "six", "sechs"),))),
    "For the visitors.", "tom", comments=(("ruth", "Nice."),),
)  # fmt: skip


def test_every_change_fits_the_mesh_as_the_ones_before_have_left_it():
    files = mesh_files()
    for change in sorted(CHANGES, key=lambda change: -change.ago):
        changed = dict(files)
        for commit in change.commits:
            changed |= apply(commit.edits, changed.__getitem__)
        read(changed)
        files = changed if change.ends == "merged" else files
    for edits in (MENDS_RENAMED.commits[0].edits, TRIED, MENDED):
        files |= apply(edits, files.__getitem__)
    read(files)


def test_about_thirty_are_merged_all_over_the_mesh_and_a_few_end_otherwise():
    ends = [change.ends for change in CHANGES]

    assert 28 <= ends.count("merged") <= 35
    assert {"rolled_back", "abandoned", "asked", "red"} <= set(ends)
    assert {change.recipe.split("/")[0] for change in CHANGES if change.ends == "merged"} == {
        "reference", "sales", "logistics", "finance", "marketing",
    }  # fmt: skip
    assert len({change.slug for change in CHANGES}) == len(CHANGES)


def test_nobody_agrees_to_a_change_of_their_own():
    may = {name for name, _, role in PEOPLE if role in ("developer", "operator", "admin")}

    for change in CHANGES:
        assert change.by in may
        assert change.reviewer in {"", *may} - {change.by}
        assert change.reviewer or change.ends not in ("merged", "rolled_back")


@pytest.mark.parametrize("later", range(7))
def test_what_breaks_comes_before_what_mends_whatever_the_day_of_the_week(later):
    anchor = WORLD.anchor + timedelta(days=later)
    by_slug = {change.slug: change for change in CHANGES}

    for change in CHANGES:
        assert change.begun(anchor) <= change.asked(anchor) <= change.settled(anchor)
        if change.mends:
            assert change.begun(anchor) > by_slug[change.mends].settled(anchor)
    wider, closer = by_slug["wider-differences"], by_slug["closer-differences"]
    assert wider.begun(anchor) < closer.settled(anchor) < wider.asked(anchor)
    assert max(by_slug["title-of-products"].settled(anchor), wider.asked(anchor)) <= anchor


def test_weekends_are_free():
    assert workday(date(2026, 11, 21)) == date(2026, 11, 20)
    assert workday(date(2026, 11, 22), later=True) == date(2026, 11, 23)
    assert workday(date(2026, 11, 23)) == date(2026, 11, 23)


def test_merges_go_one_after_the_other_and_after_all_that_was_under_way():
    steps = chained(change_steps(WORLD) + mending_steps(WORLD, datetime(2026, 10, 31, 5, tzinfo=UTC)))
    moving = [step for step in steps if step.act and step.act.moves_production]

    assert len(moving) == sum(change.ends in ("merged", "rolled_back", "red") for change in CHANGES) + 1
    for before, after in pairwise(moving):
        assert after.alone or before.key in after.needs


def test_a_text_that_is_not_there_once_is_not_edited():
    with pytest.raises(ConflictError, match="does not hold once"):
        apply([Edit("a", "x", "y")], {"a": b"xx"}.__getitem__)


@pytest.fixture
def production(db, hub_home) -> Kitchen:
    create_people(OPENED)
    return mesh(approvals=1)


def settle(change: Planned) -> Settle:
    act = Settle(change)
    while not act.go_on(THEN + timedelta(hours=25)):
        pass
    return act


def test_a_change_is_made_with_the_clock_of_its_day(production):
    begin_work(SMALL, THEN)
    assert Ask(SMALL).go_on(THEN + timedelta(hours=3))
    act = settle(SMALL)

    change = Change.objects.get(kitchen__slug=SMALL.slug)
    assert (change.state, change.commits, change.domains) == ("merged", 2, ["sales"])
    moments = [
        change.kitchen_asked_at, change.first_commit_at, change.requested_at, change.first_review_at,
        change.approved_at, change.candidate_started_at, change.candidate_green_at, change.merged_at,
    ]  # fmt: skip
    assert moments == sorted(moments)
    assert THEN - timedelta(hours=4) < moments[0] < moments[-1] < THEN + timedelta(hours=26)
    assert Kitchen.objects.get(slug=SMALL.slug).state == "retired"
    assert act.is_over(Standing.read())


def test_doing_it_again_after_a_stop_does_nothing_twice(production):
    for _ in range(2):
        begin_work(SMALL, THEN)
        Ask(SMALL).go_on(THEN)
    settle(SMALL)
    settle(SMALL)

    assert MergeRequest.objects.count() == Approval.objects.count() == 1
    assert newest(Kitchen.objects.get(slug=SMALL.slug)).number == 4  # made, two commits, merged


def test_a_change_that_was_wrong_is_out_again_on_the_same_day(production):
    wrong = Planned(**{**vars(SMALL), "ends": "rolled_back"})
    before = newest(production)
    begin_work(wrong, THEN)
    Ask(wrong).go_on(THEN)
    settle(wrong)

    change = Change.objects.get(kitchen__slug=wrong.slug)
    assert change.state == "rolled_back"
    assert change.merged_at
    assert change.rolled_back_at
    assert change.rolled_back_at - change.merged_at < timedelta(hours=5)
    assert newest(production).number == before.number + 2


def test_a_change_that_is_given_up_ends_with_its_kitchen(production):
    begin_work(SMALL, THEN)
    act = GiveUp(SMALL)
    assert not act.is_over(Standing.read())
    assert act.go_on(THEN + timedelta(days=4))

    assert Change.objects.get(kitchen__slug=SMALL.slug).abandoned_at == THEN + timedelta(days=4)
    assert act.is_over(Standing.read())
