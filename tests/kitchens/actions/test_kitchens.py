import threading
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection

from hub.common.errors import ConflictError, HubError, InvalidError, NotAllowedError
from kitchens.actions import domains, kitchens, retire, revisions
from kitchens.actions.tidy import tidy
from kitchens.core.branches import put_branch
from kitchens.core.git import Author, MeshRepository
from kitchens.core.roles import THE_HUB, Actor
from kitchens.models import AuditEntry, Domain, Kitchen, Person, Revision

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
ENDS = date(2026, 3, 8)
DEVELOPER = Actor(None, "Dee", "developer")


@pytest.fixture
def production(db, hub_home):
    return kitchens.create_production(by=THE_HUB, now=NOW)


@pytest.fixture
def repository(production, settings):
    return MeshRepository(settings.MESH_REPOSITORY)


def make(parent, name="late-flights", by=DEVELOPER, **more):
    return kitchens.create_kitchen(name=name, parent=parent, by=by, now=NOW, **({"ends_on": ENDS} | more))


def test_production_has_a_repository_a_first_commit_and_a_revision(production, repository):
    revision = Revision.objects.get()

    assert (production.slug, production.branch, production.head) == ("production", "main", 1)
    assert revision.commit == repository.head("main")
    assert b"domain.yaml" in repository.read_file(revision.commit, "README.md")


def test_production_is_made_once(production):
    again = kitchens.create_production(by=THE_HUB, now=NOW + timedelta(days=1))

    assert again == production
    assert Revision.objects.count() == 1


def test_production_takes_over_what_a_crash_left(db, hub_home, settings):
    repository = MeshRepository.create(settings.MESH_REPOSITORY)
    commit = repository.commit(
        "main", expected=None, changes={"README.md": b"mesh"}, author=Author("a", "a@b"), message="m", at=NOW
    )

    kitchen = kitchens.create_production(by=THE_HUB, now=NOW)

    assert kitchen.revisions.get().commit == commit


def test_a_kitchen_is_a_branch_a_row_and_a_revision_pinned_to_its_parent(production, repository):
    kitchen = make(production, title="Late flights")

    revision = kitchen.revisions.get()
    assert (kitchen.head, kitchen.branch, kitchen.store) == (1, "kitchens/late-flights", production.store)
    assert repository.head(kitchen.branch) == revision.commit == repository.head("main")
    assert revision.parent_revision == production.revisions.get()
    assert AuditEntry.objects.filter(what="kitchen.created", subject="late-flights").exists()


def test_a_kitchen_takes_its_commit_from_the_ledger_not_from_the_branch(production, repository):
    ledger = repository.head("main")
    repository.commit(
        "main",
        expected=ledger,
        changes={"x": b"1"},
        author=Author("a", "a@b"),
        message="not yet a revision",
        at=NOW,
    )

    assert make(production).revisions.get().commit == ledger


def test_a_kitchen_of_a_kitchen_pins_that_kitchens_newest(production):
    first = make(production)

    assert make(first, "second-one").revisions.get().parent_revision == first.revisions.get()


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": "Late Flights"}, "name"),
        ({"name": "production"}, "name"),
        ({"tier": "production"}, "tier"),
        ({"ends_on": None}, "ends_on"),
        ({"ends_on": NOW.date()}, "ends_on"),
        ({"ends_on": NOW.date() + timedelta(days=91)}, "ends_on"),
        ({"store": "postgresql"}, "store"),
    ],
)
def test_a_wrong_field_is_named_and_nothing_is_made(production, repository, wrong, field):
    with pytest.raises(InvalidError) as caught:
        make(production, **wrong)

    assert caught.value.field == field
    assert Kitchen.objects.count() == 1
    assert repository.head("kitchens/late-flights") is None


def test_a_canary_may_go_without_an_end(production):
    assert make(production, tier="canary", ends_on=None).ends_on is None


def test_a_viewer_makes_no_kitchen(production):
    with pytest.raises(NotAllowedError):
        make(production, by=Actor(None, "Vi", "viewer"))


def test_a_name_is_used_once_even_by_a_retired_kitchen(production):
    retire.retire_kitchen(make(production), by=DEVELOPER, now=NOW)

    with pytest.raises(InvalidError, match="There is, or was"):
        make(production)


def test_a_leftover_branch_of_a_crash_is_taken_over(production, repository, settings):
    old = repository.head("main")
    new = repository.commit(
        "main", expected=old, changes={"x": b"1"}, author=Author("a", "a@b"), message="more", at=NOW
    )
    revisions.append(production, cause="commit", by=THE_HUB, at=NOW, commit=new)
    put_branch(settings.MESH_REPOSITORY, "kitchens/late-flights", old)

    kitchen = make(production)

    assert repository.head(kitchen.branch) == kitchen.revisions.get().commit == new


def test_tidy_removes_a_branch_that_no_kitchen_stands_behind(production, repository, settings):
    put_branch(settings.MESH_REPOSITORY, "kitchens/late-flights", repository.head("main"))

    assert tidy(by=THE_HUB, now=NOW).removed == ("late-flights",)
    assert repository.head("kitchens/late-flights") is None
    assert tidy(by=THE_HUB, now=NOW).removed == ()


def test_tidy_leaves_kitchens_alone_and_makes_a_lost_branch_again(production, repository, settings):
    kitchen = make(production)
    (settings.MESH_REPOSITORY / "refs" / "heads" / kitchen.branch).unlink()

    assert tidy(by=THE_HUB, now=NOW).mended == ("late-flights",)
    assert repository.head(kitchen.branch) == kitchen.revisions.get().commit
    assert tidy(by=THE_HUB, now=NOW).mended == ()


def test_a_kitchen_is_extended_within_ninety_days(production):
    kitchen = make(production)

    later = NOW + timedelta(days=5)
    assert kitchens.extend_kitchen(
        kitchen, ends_on=date(2026, 6, 1), by=DEVELOPER, now=later
    ).ends_on == date(2026, 6, 1)
    with pytest.raises(InvalidError):
        kitchens.extend_kitchen(kitchen, ends_on=date(2027, 1, 1), by=DEVELOPER, now=later)
    with pytest.raises(InvalidError):
        kitchens.extend_kitchen(production, ends_on=date(2026, 6, 1), by=THE_HUB, now=later)


def test_a_kitchen_on_which_others_stand_is_not_retired(production):
    first = make(production)
    second = make(first, "second-one")

    with pytest.raises(ConflictError, match="second-one"):
        retire.retire_kitchen(first, by=DEVELOPER, now=NOW)

    retire.retire_kitchen(second, by=DEVELOPER, now=NOW)
    assert retire.retire_kitchen(first, by=DEVELOPER, now=NOW).state == "retired"
    assert retire.retire_kitchen(first, by=DEVELOPER, now=NOW + timedelta(1)).retired_at == NOW
    with pytest.raises(ConflictError):
        make(first, "third-one")
    with pytest.raises(InvalidError):
        retire.retire_kitchen(production, by=THE_HUB, now=NOW)


@pytest.mark.django_db(transaction=True)
def test_of_many_who_want_one_name_at_once_one_gets_it(hub_home, settings):
    production = kitchens.create_production(by=THE_HUB, now=NOW)
    start, made, refused = threading.Barrier(6), [], []

    def attempt():
        start.wait()
        try:
            made.append(make(production))
        except HubError as error:
            refused.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=attempt) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (len(made), len(refused)) == (1, 5)
    assert Kitchen.objects.filter(slug="late-flights").count() == 1
    assert MeshRepository(settings.MESH_REPOSITORY).head("kitchens/late-flights")


def test_domains_follow_the_files(production, repository):
    ada = Person.objects.create(username="ada")
    commit = repository.commit(
        "main",
        expected=repository.head("main"),
        changes={
            "domains/flights/domain.yaml": b"title: Flights\nowner: ada\n",
            "domains/weather/recipes/daily/recipe.yaml": b"nodes: {}\n",
        },
        author=Author("a", "a@b"),
        message="domains",
        at=NOW,
    )

    found = domains.sync_domains(commit, now=NOW)

    assert set(found) == {"flights", "weather"}
    assert (found["flights"].title, found["flights"].owner) == ("Flights", ada)
    assert found["weather"].title == "Weather"


def test_a_kitchens_commit_makes_new_domains_but_changes_no_known_ones(production, repository):
    def write(content):
        return repository.commit(
            "main", expected=repository.head("main"), changes={"domains/flights/domain.yaml": content},
            author=Author("a", "a@b"), message="x", at=NOW,
        )  # fmt: skip

    domains.sync_domains(write(b"title: Flights\n"), now=NOW)
    changed = write(b"title: Mine now\n")

    domains.sync_domains(changed, now=NOW, only_new=True)
    assert Domain.objects.get().title == "Flights"
    domains.sync_domains(changed, now=NOW)
    assert Domain.objects.get().title == "Mine now"


def test_one_bad_domain_file_changes_nothing(production, repository):
    commit = repository.commit(
        "main",
        expected=repository.head("main"),
        changes={"domains/a/domain.yaml": b"title: A\n", "domains/b/domain.yaml": b"titel: B\n"},
        author=Author("a", "a@b"),
        message="x",
        at=NOW,
    )

    with pytest.raises(InvalidError, match=r"domains/b/domain\.yaml"):
        domains.sync_domains(commit, now=NOW)
    assert not Domain.objects.exists()
