"""Making a kitchen: planned, made step by step, and undone where it cannot be."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import settings

from hub.common.errors import ConflictError, InvalidError, MissingError, NotAllowedError
from kitchens.actions import provision, revisions
from kitchens.actions.provision.journal import go_on
from kitchens.actions.provision.steps import STEPS, Work
from kitchens.actions.provision.steps.people import seal_for_draft
from kitchens.actions.retire import retire_kitchen
from kitchens.core.git import MeshRepository
from kitchens.core.provision import Choices
from kitchens.core.roles import THE_HUB, Actor
from kitchens.models import (
    AuditEntry,
    Kitchen,
    Membership,
    Pointer,
    Provision,
    ProvisionStep,
    Revision,
    Secret,
)
from kitchens.queries.secrets import values_for_kitchen
from tests import factories
from tests.kitchens.actions.shop import publish_rows
from tests.small_mesh import SmallMesh

CHOICES = Choices(name="late-flights", title="Late flights")


def make(mesh: SmallMesh, by: Actor, choices: Choices = CHOICES, digest: str = "") -> Kitchen:
    return provision.create(choices, by=by, now=mesh.now, digest=digest)


def states(kitchen: Kitchen) -> dict[str, str]:
    return dict(ProvisionStep.objects.filter(provision__kitchen=kitchen).values_list("kind", "state"))


def branch(kitchen: Kitchen) -> str | None:
    return MeshRepository(settings.MESH_REPOSITORY).head(kitchen.branch)


def break_step(monkeypatch, kind: str, method: str = "do") -> None:
    def fail(*_: object) -> str:
        raise InvalidError("The disk is full.", remedy="Make room.")

    monkeypatch.setattr(STEPS[kind], method, fail)


def test_the_usual_kitchen_is_ready_at_once_and_its_journal_says_how(shop, dee):
    kitchen = make(shop, dee)

    assert (kitchen.state, kitchen.title, kitchen.owner_id) == ("ready", "Late flights", dee.person_id)
    assert kitchen.ready_at - shop.now < timedelta(seconds=5)
    assert states(kitchen) == {"branch": "done", "fork": "done", "ready": "done"}
    assert Provision.objects.get().state == "ready"
    assert branch(kitchen) == kitchen.revisions.get().commit
    assert AuditEntry.objects.filter(what="kitchen.created", subject="late-flights").count() == 1
    assert shop.rows("flights.customers", kitchen) == shop.rows("flights.customers")


def test_it_is_made_from_the_last_green_revision(shop, dee):
    green = shop.kitchen.head
    shop.commit({"domains/flights/notes.md": "not run yet\n"})

    plan = provision.plan_kitchen(CHOICES, by=dee, now=shop.now)
    kitchen = make(shop, dee)

    assert plan.parent_revision == green == shop.kitchen.head - 1
    assert kitchen.revisions.get().parent_revision.number == green
    assert (
        plan.verdicts[2].said
        == f"Revision {green} of production is the last green one; 1 newer revision of it not yet run green."
    )


def test_a_chosen_revision_is_pinned(shop, dee):
    kitchen = make(shop, dee, CHOICES.but(parent_revision=2))

    assert kitchen.revisions.get().parent_revision.number == 2


def test_a_plan_says_everything_that_will_be_made(shop, dee):
    choices = CHOICES.but(data={"flights.customers": "masked", "flights.orders": "sample"}, sample_rows=10)

    plan = provision.plan_kitchen(choices, by=dee, now=shop.now)

    assert [step.kind for step in plan.steps] == ["branch", "fork", "copy", "copy", "place", "ready"]
    assert plan.steps[2].title.startswith("Masked copy of flights.customers: 40 rows")
    assert plan.steps[3].title.startswith("Sample of flights.orders: 10 rows")
    assert plan.by_reference == 0
    assert plan.summary().startswith("1 branch, 0 datasets by reference (0 bytes), 1 masked copy (")
    assert {copy.dataset: dict(copy.masks) for copy in plan.copies} == {
        "flights.customers": {"email": "hash", "name": "first_letter", "city": "drop", "id": "null"},
        "flights.orders": {},
    }
    assert not Kitchen.objects.filter(slug="late-flights").exists()


def test_a_plan_warns_of_personal_columns_that_are_seen_as_they_are(shop, dee):
    plan = provision.plan_kitchen(CHOICES, by=dee, now=shop.now)
    masked = provision.plan_kitchen(CHOICES.but(personal="masked"), by=dee, now=shop.now)

    assert [verdict.level for verdict in plan.verdicts] == ["warn", "pass", "pass", "pass"]
    assert "flights.customers (email, name, city, id)" in plan.verdicts[0].said
    assert masked.verdicts[0].level == "pass"
    assert [copy.dataset for copy in masked.copies] == ["flights.customers", "flights.orders"]


def test_what_steps_took_before_is_what_they_are_expected_to_take(shop, dee):
    make(shop, dee)
    ProvisionStep.objects.filter(kind="branch").update(ended_at=shop.now + timedelta(seconds=3))
    ProvisionStep.objects.filter(kind="branch").update(started_at=shop.now)

    plan = provision.plan_kitchen(CHOICES.but(name="another"), by=dee, now=shop.now)

    assert (plan.steps[0].expected_seconds, plan.steps[0].basis) == (3, "median of the last 1")


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": "Late"}, "name"),
        ({"purpose": "fun"}, "purpose"),
        ({"tier": "production"}, "tier"),
        ({"days": 0}, "ends_on"),
        ({"ends_on": "soon"}, "ends_on"),
        ({"ends_on": "2031-01-01"}, "ends_on"),
        ({"data": {"flights.nothing": "empty"}}, "data"),
        ({"data": {"flights.customers": "gift"}}, "data"),
        ({"personal": "shown"}, "personal"),
        ({"sample_rows": 0}, "sample_rows"),
        ({"overrides": {"fewestt": 3}}, "overrides"),
        ({"secrets": {"a b": "x"}}, "secrets"),
        ({"members": {"nobody": "viewer"}}, "members"),
        ({"members": {"dee": "admin"}}, "members"),
        ({"ingredients": {"flights/daily/queue": {}}}, "ingredients"),
        ({"max_parallel_nodes": 0}, "max_parallel_nodes"),
        ({"max_run_seconds": 10**9}, "max_run_seconds"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_made(shop, dee, wrong, field):
    with pytest.raises(InvalidError) as caught:
        make(shop, dee, CHOICES.but(**wrong))

    assert caught.value.field.partition(".")[0] == field
    assert not Kitchen.objects.filter(slug="late-flights").exists()


def test_a_revision_or_a_parent_that_is_not_there_is_missed(shop, dee):
    for wrong in ({"parent_revision": 99}, {"parent": "nowhere"}):
        with pytest.raises(MissingError):
            make(shop, dee, CHOICES.but(**wrong))


def test_a_viewer_plans_nothing(shop):
    with pytest.raises(NotAllowedError):
        provision.plan_kitchen(CHOICES, by=Actor(None, "Vi", "viewer"), now=shop.now)


def test_nobody_has_more_open_kitchens_than_the_rule_says(shop, dee):
    for number in range(25):
        factories.make_kitchen(f"k-{number}", owner_id=dee.person_id)

    assert provision.plan_kitchen(CHOICES, by=dee, now=shop.now).denied
    with pytest.raises(NotAllowedError, match="You have 25 open kitchens"):
        make(shop, dee)
    assert make(shop, THE_HUB).state == "ready"


def test_exactly_the_plan_that_was_shown_is_made(shop, dee):
    token = provision.plan_kitchen(CHOICES, by=dee, now=shop.now).token(shop.now)

    with pytest.raises(ConflictError, match="not what was planned"):
        make(shop, dee, CHOICES.but(overrides={"fewest": 3}), token)
    assert make(shop, dee, CHOICES, token).state == "ready"


def test_a_plan_is_void_after_a_quarter_of_an_hour(shop, dee):
    token = provision.plan_kitchen(CHOICES, by=dee, now=shop.now).token(shop.now)
    shop.forward(901)

    with pytest.raises(ConflictError, match="older than 15 minutes"):
        make(shop, dee, CHOICES, token)


def test_a_plan_is_void_once_the_parent_has_moved(shop, dee):
    token = provision.plan_kitchen(CHOICES, by=dee, now=shop.now).token(shop.now)
    publish_rows(shop.kitchen, shop.now)

    with pytest.raises(
        ConflictError, match="production has moved on since the plan was made: from revision 5 to 6"
    ):
        make(shop, dee, CHOICES, token)
    with pytest.raises(InvalidError):
        make(shop, dee, CHOICES, "no digest")


def test_overrides_people_and_secrets_of_its_own_are_there_when_it_opens(shop, dee):
    factories.make_person("vic", "viewer")
    choices = CHOICES.but(
        overrides={"fewest": 3},
        members={"vic": "developer"},
        secrets={"KEY": seal_for_draft("KEY", "s3cret")},
    )

    kitchen = make(shop, dee, choices)

    assert kitchen.revisions.get().overrides == {"fewest": 3}
    member = Membership.objects.get(kitchen=kitchen)
    assert (member.person.username, member.role, member.added_by_id) == ("vic", "developer", dee.person_id)
    assert values_for_kitchen(kitchen) == {"KEY": "s3cret"}
    assert "s3cret" not in str(Provision.objects.get().plan)


@pytest.mark.parametrize("kind", ["branch", "fork", "members", "secrets", "empty", "place", "ready"])
def test_a_step_that_fails_has_everything_undone_and_can_be_tried_again(shop, dee, monkeypatch, kind):
    factories.make_person("vic", "viewer")
    choices = CHOICES.but(
        members={"vic": "developer"},
        secrets={"KEY": seal_for_draft("KEY", "s3cret")},
        data={"flights.orders": "empty"},
    )
    break_step(monkeypatch, kind)

    kitchen = make(shop, dee, choices)

    assert kitchen.state == "failed"
    assert "The disk is full. Make room. Everything that was made is undone." in kitchen.state_note
    assert Provision.objects.get().state == "undone"
    assert branch(kitchen) is None
    assert not Revision.objects.filter(kitchen=kitchen).exists()
    assert not Pointer.objects.filter(kitchen=kitchen).exists()
    assert not Membership.objects.filter(kitchen=kitchen).exists()
    assert not Secret.objects.filter(kitchen=kitchen).exists()

    monkeypatch.undo()
    assert provision.retry(kitchen, by=dee, now=shop.now).state == "ready"
    kitchen.refresh_from_db()
    assert (kitchen.state, kitchen.state_note) == ("ready", "")
    assert values_for_kitchen(kitchen) == {"KEY": "s3cret"}
    assert shop.rows("flights.orders", kitchen) == []
    with pytest.raises(ConflictError):
        provision.retry(kitchen, by=dee, now=shop.now)


def test_every_step_done_twice_makes_the_same_once_and_undone_twice_leaves_nothing(shop, dee):
    factories.make_person("vic", "viewer")
    sealed = {"KEY": seal_for_draft("KEY", "s3cret")}
    choices = CHOICES.but(members={"vic": "viewer"}, secrets=sealed, data={"flights.orders": "empty"})
    kitchen = make(shop, dee, choices)
    journal = Provision.objects.get()

    def again(step: ProvisionStep) -> Work:
        return Work(kitchen, journal, step, dee, shop.now, shop.clock, lambda: True)

    for step in journal.steps.order_by("place"):
        STEPS[step.kind].do(again(step), STEPS[step.kind].prepare(again(step)))
    assert kitchen.revisions.count() == 2
    assert (
        Membership.objects.count(),
        Secret.objects.count(),
        Pointer.objects.filter(kitchen=kitchen).count(),
    ) == (1, 1, 1)

    for step in [*journal.steps.order_by("-place")] * 2:
        STEPS[step.kind].undo(again(step))
    assert branch(kitchen) is None
    assert (Membership.objects.count(), Secret.objects.count(), kitchen.revisions.count()) == (0, 0, 0)


def test_the_name_of_one_that_was_undone_is_free_again(shop, dee, monkeypatch):
    break_step(monkeypatch, "fork")
    failed = make(shop, dee)
    monkeypatch.undo()

    kitchen = make(shop, dee)

    failed.refresh_from_db()
    assert (kitchen.slug, kitchen.state) == ("late-flights", "ready")
    assert failed.slug == f"late-flights--{failed.pk}"
    with pytest.raises(ConflictError, match="was taken meanwhile"):
        provision.retry(failed, by=dee, now=shop.now)


def test_what_cannot_be_undone_is_listed_keeps_the_name_and_is_removed_later(shop, dee, monkeypatch):
    break_step(monkeypatch, "ready")
    break_step(monkeypatch, "branch", "undo")

    kitchen = make(shop, dee)

    assert kitchen.state_note.endswith("Something is left over.")
    assert states(kitchen) == {"branch": "left_over", "fork": "undone", "ready": "undone"}
    with pytest.raises(InvalidError, match="There is, or was"):
        make(shop, dee)
    with pytest.raises(ConflictError, match="Clean up what is left over first"):
        provision.retry(kitchen, by=dee, now=shop.now)

    monkeypatch.undo()
    assert provision.clean(kitchen, by=dee, now=shop.now).state == "undone"
    assert branch(kitchen) is None
    with pytest.raises(ConflictError, match="left nothing over"):
        provision.clean(kitchen, by=dee, now=shop.now)
    assert make(shop, dee).state == "ready"


def test_a_fault_of_the_hub_is_said_without_its_inside(shop, dee, monkeypatch):
    def fail(*_: object) -> str:
        raise RuntimeError("password=hunter2")

    monkeypatch.setattr(STEPS["fork"], "do", fail)

    kitchen = make(shop, dee)

    assert kitchen.state == "failed"
    assert "The hub has a fault here (RuntimeError)" in kitchen.state_note
    assert "hunter2" not in str(list(ProvisionStep.objects.values_list("log", "fault")))


def test_cancelling_what_waits_for_a_worker_undoes_it_at_once(shop, dee):
    kitchen = make(shop, dee, CHOICES.but(data={"flights.customers": "masked"}))
    assert kitchen.state == "provisioning"

    assert provision.cancel(kitchen, by=dee, now=shop.now).state == "undone"

    kitchen.refresh_from_db()
    assert (kitchen.state, branch(kitchen)) == ("failed", None)
    assert kitchen.state_note == "Making it was cancelled. Everything that was made is undone."
    assert states(kitchen)["copy"] == "skipped"
    assert provision.cancel(kitchen, by=dee, now=shop.now).state == "undone"


def test_a_kitchen_that_is_ready_is_not_cancelled(shop, dee):
    with pytest.raises(ConflictError, match="is ready already"):
        provision.cancel(make(shop, dee), by=dee, now=shop.now)


def test_a_step_that_another_living_process_has_is_left_alone(shop, dee):
    kitchen = make(shop, dee, CHOICES.but(data={"flights.customers": "masked"}))
    step = ProvisionStep.objects.get(kind="copy")
    step.owner, step.lease_until, step.state = "another", shop.now + timedelta(days=36500), "running"
    step.save()

    assert provision.drain("worker", shop.clock) == 0
    assert not go_on(step.provision_id, "worker", shop.clock, slow=True)
    assert states(kitchen)["copy"] == "running"


def test_a_step_that_takes_every_process_with_it_is_given_up(shop, dee):
    kitchen = make(shop, dee, CHOICES.but(data={"flights.customers": "masked"}))
    ProvisionStep.objects.filter(kind="copy").update(state="running")
    for _ in range(7):
        ProvisionStep.objects.filter(kind="copy", state="running").update(lease_until=None, owner="dead")
        step = ProvisionStep.objects.get(kind="copy")
        step.details["claims"] = 9
        step.save()
    provision.drain("worker", shop.clock)

    kitchen.refresh_from_db()
    assert kitchen.state == "failed"
    assert "begun again and again" in kitchen.state_note


def test_a_parent_that_is_being_stood_on_is_not_retired(shop, dee):
    parent = make(shop, dee)
    make(shop, dee, Choices(name="below", parent="late-flights", data={"flights.customers": "masked"}))

    with pytest.raises(ConflictError, match="below"):
        retire_kitchen(parent, by=dee, now=shop.now)


def test_of_a_kitchen_of_a_kitchen_what_the_parent_wrote_is_counted_too(shop, dee):
    parent = make(shop, dee)
    publish_rows(parent, shop.now)
    revisions.append(parent, cause="commit", by=THE_HUB, at=shop.now)

    plan = provision.plan_kitchen(Choices(name="below", parent="late-flights"), by=dee, now=shop.now)

    assert (plan.by_reference, plan.parent_revision) == (2, 2)
