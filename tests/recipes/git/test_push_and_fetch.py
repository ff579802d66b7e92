"""What people do with git at the hub, with the real git: clone, fetch, push; and what is refused, in words."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from kitchens.actions.retire import retire_kitchen
from kitchens.core.git import Author, MeshRepository
from kitchens.core.roles import THE_HUB
from kitchens.models import ApiToken, AuditEntry, Kitchen, Person
from kitchens.queries.data import newest
from recipes.models import CommitIndex
from tests.recipes.git.conftest import FOLDER, RECIPE, Clone, key_of

BETTER = {f"{FOLDER}/sum.sql": "SELECT day, count(*) AS orders FROM sales.orders GROUP BY day\n"}


def test_a_push_becomes_a_revision_by_its_person_with_the_commits_own_author(sandbox, clone, mira):
    mine = clone()
    assert (mine.folder / FOLDER / "recipe.yaml").read_text() == RECIPE
    commit = mine.commit(BETTER, "Say what is counted")

    said = mine.push()

    assert said.code == 0, said.text
    assert "sandbox is at revision 2." in said.text
    revision = newest(sandbox)
    assert (revision.number, revision.cause, revision.commit) == (2, "commit", commit)
    assert (revision.by, revision.note) == (mira, "Say what is counted")
    repository = MeshRepository(settings.MESH_REPOSITORY)
    assert repository.head("kitchens/sandbox") == commit
    assert repository.log(commit, 1)[0].author == "Mira Vogel"
    assert CommitIndex.objects.filter(commit=commit).exists()
    entry = AuditEntry.objects.get(what="recipe.pushed")
    assert (entry.person_id, entry.via, entry.details["commit"]) == (mira.pk, "api", commit)


def test_what_others_pushed_comes_by_a_pull(sandbox, clone):
    mine, yours = clone(), clone(into="yours")
    commit = mine.commit(BETTER)
    assert mine.push().code == 0

    assert yours.git("pull", "-q").code == 0
    assert yours.git("rev-parse", "HEAD").text.strip() == commit


@pytest.mark.parametrize("wrong", ["", "hub_wrong", "revoked", "expired"])
def test_without_a_right_token_git_is_asked_for_one(sandbox, tmp_path, address, mira, wrong, client):
    if wrong in ("revoked", "expired"):
        key = key_of(mira, "read")
        when = timezone.now() - timedelta(minutes=1)
        ApiToken.objects.update(**{f"{wrong}_at" if wrong == "revoked" else "expires_at": when})
    else:
        key = wrong

    said = Clone(tmp_path).git("clone", address(key), "clone")

    assert said.code != 0
    assert "could not read" in said.text or "Authentication failed" in said.text
    answer = client.get("/git/mesh.git/info/refs?service=git-upload-pack")
    assert (answer.status_code, answer.headers["WWW-Authenticate"][:5]) == (401, "Basic")
    assert "Settings, Tokens" in answer.content.decode()


def test_a_token_that_only_reads_fetches_and_does_not_push(sandbox, clone, mira):
    reading = clone(token=key_of(mira, "read"))
    reading.commit(BETTER)

    said = reading.push()

    assert said.code != 0
    assert "none of them covers this" in said.text
    assert newest(sandbox).number == 1


def test_a_viewer_fetches_and_does_not_push(sandbox, clone):
    vera = Person.objects.create_user("vera", role="viewer")
    reading = clone(token=key_of(vera, "read", "change"))
    reading.commit(BETTER)

    said = reading.push()

    assert said.code != 0
    assert "needs the role developer" in said.text


def test_a_broken_recipe_is_refused_with_its_faults_on_the_terminal(sandbox, clone):
    mine = clone()
    mine.commit(
        {f"{FOLDER}/recipe.yaml": RECIPE.replace("sum.sql", "som.sql"), f"{FOLDER}/sum.sql": "SELEKT 1"}
    )

    said = mine.push()

    assert said.code != 0
    assert f"remote: {FOLDER}/recipe.yaml:2:" in said.text
    assert "Did you mean sum.sql?" in said.text
    assert "nothing was taken in. Mend the faults" in said.text
    assert newest(sandbox).number == 1
    mine.commit({f"{FOLDER}/recipe.yaml": RECIPE, **BETTER}, "Mend it")
    assert mine.push().code == 0


def test_a_broken_domain_is_refused(sandbox, clone):
    mine = clone()
    mine.commit({"domains/sales/domain.yaml": "titel: x\n"})

    said = mine.push()

    assert said.code != 0
    assert "domains/sales/domain.yaml:1:1:" in said.text


def refused(said, words: str, kitchen: Kitchen, before: int) -> None:
    assert said.code != 0, said.text
    assert words in said.text.replace("\nremote: ", " ")
    assert newest(kitchen).number == before


def test_a_protected_kitchen_takes_no_push(mesh, clone):
    Kitchen.objects.update(protected=True)
    mine = clone("main")
    mine.commit(BETTER)

    refused(mine.push(), "is protected: it changes by merges only", mesh, 2)


def test_a_canary_takes_no_push(sandbox, clone):
    Kitchen.objects.filter(pk=sandbox.pk).update(tier="canary")
    mine = clone()
    mine.commit(BETTER)

    refused(mine.push(), "is a canary: it changes by merges only", sandbox, 1)


def test_a_retired_kitchen_takes_no_push(sandbox, clone):
    mine = clone()
    retire_kitchen(sandbox, by=THE_HUB, now=timezone.now())
    mine.commit(BETTER)

    refused(mine.push(), "The kitchen sandbox is retired.", sandbox, 1)


def test_branches_are_made_and_removed_in_the_hub_and_tags_stay_at_home(sandbox, clone):
    mine = clone()
    mine.commit(BETTER)

    refused(
        mine.push("origin", "HEAD:refs/heads/kitchens/new"),
        "There is no kitchen with this branch",
        sandbox,
        1,
    )
    refused(mine.push("origin", "HEAD:refs/heads/other"), "Make the kitchen in the hub first", sandbox, 1)
    refused(mine.push("origin", "HEAD:refs/tags/v1"), "is no branch", sandbox, 1)
    refused(mine.push("origin", ":kitchens/sandbox"), "cannot be deleted by a push", sandbox, 1)
    assert set(MeshRepository(settings.MESH_REPOSITORY).heads()) == {"main", "kitchens/sandbox"}


def test_a_forced_push_is_refused(sandbox, clone):
    mine = clone()
    mine.commit(BETTER)
    assert mine.push().code == 0
    mine.git("commit", "--amend", "-m", "Other history")

    refused(mine.push("--force", "origin", "HEAD"), "would throw away what others may build on", sandbox, 2)


def test_what_the_hub_would_not_write_is_refused_wherever_in_the_history(sandbox, clone):
    mine = clone()

    def try_to_push(words: str) -> None:
        mine.git("commit", "-m", "Bad")
        mine.git("rm", "-rfq", "--cached", "bad")
        mine.git("commit", "-m", "Gone again")
        refused(mine.push(), words, sandbox, 1)
        mine.git("reset", "-q", "--hard", "origin/kitchens/sandbox")
        mine.git("clean", "-fdq")

    (mine.folder / "bad").symlink_to("/etc/passwd")
    mine.git("add", "bad")
    try_to_push("is a symbolic link")
    mine.git("update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},bad")
    try_to_push("is a submodule")
    mine.write("bad/a:b", "x")
    mine.git("add", "bad")
    try_to_push("holds a character that not every system can store")
    mine.write("bad/data.csv", "x" * (2 * 1024 * 1024 + 1))
    mine.git("add", "bad")
    try_to_push("is larger than 2048 KB")


def test_names_that_differ_in_capitals_only_are_refused(sandbox, clone):
    mine = clone()
    mine.commit({"readme.md": "x"})

    refused(mine.push(), "differ in capitals only", sandbox, 1)


def test_of_two_pushers_at_once_one_is_taken_and_the_other_is_told_why(sandbox, clone):
    clones = [clone(into=f"clone-{n}") for n in range(4)]
    commits = [mine.commit({f"notes-{n}.txt": "x"}, f"Note {n}") for n, mine in enumerate(clones)]
    said = {}

    def push(number: int) -> None:
        said[number] = clones[number].push()

    threads = [threading.Thread(target=push, args=[n]) for n in range(4)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]

    winners = [n for n in said if said[n].code == 0]
    assert len(winners) == 1, {n: s.text for n, s in said.items()}
    assert newest(sandbox).number == 2
    assert newest(sandbox).commit == commits[winners[0]] == _head()
    for number in said.keys() - winners:
        text = said[number].text
        assert "pull --rebase" in text or "moved on" in text or "fetch first" in text, text
        assert clones[number].git("pull", "-q", "--rebase").code == 0
        assert clones[number].push().code == 0
    assert newest(sandbox).number == 5


def _head() -> str | None:
    return MeshRepository(settings.MESH_REPOSITORY).head("kitchens/sandbox")


def test_only_kitchens_that_may_be_seen_are_shown_and_no_candidates(sandbox, mesh, tmp_path, address, key):
    repository = MeshRepository(settings.MESH_REPOSITORY)
    hidden = repository.prepare(
        expected=newest(mesh).commit,
        changes={"x": b"x"},
        author=Author("A"),
        message="Hidden",
        at=timezone.now(),
    )
    repository.create_branch("kitchens/candidate-1-1", hidden)
    Kitchen.objects.create(
        slug="candidate-1-1", title="c", parent=mesh, tier="candidate", branch="kitchens/candidate-1-1",
        store="embedded", created_at=timezone.now(),
    )  # fmt: skip

    said = Clone(tmp_path).git("ls-remote", address(key))

    assert said.code == 0
    assert {line.split()[1] for line in said.text.splitlines()} == {
        "HEAD", "refs/heads/main", "refs/heads/kitchens/sandbox"
    }  # fmt: skip
    Clone(tmp_path).git("init", "-q", "own")
    fetched = Clone(tmp_path / "own").git("fetch", address(key), hidden)
    assert fetched.code != 0


def test_a_branch_behind_its_ledger_is_mended_before_anybody_fetches(sandbox, clone):
    mine = clone()
    first = newest(sandbox).commit
    commit = mine.commit(BETTER)
    assert mine.push().code == 0
    MeshRepository(settings.MESH_REPOSITORY).move("kitchens/sandbox", expected=commit, to=first)

    assert clone(into="later").git("rev-parse", "HEAD").text.strip() == commit


def test_git_on_the_file_system_does_not_go_round_the_hub(sandbox, clone):
    mine = clone()
    mine.commit(BETTER)

    said = mine.push(str(settings.MESH_REPOSITORY), "HEAD:refs/heads/kitchens/sandbox")

    refused(said, "takes pushes through the hub only", sandbox, 1)


def test_other_addresses_of_the_repository_are_not_there(sandbox, client, key):
    import base64

    basic = {"HTTP_AUTHORIZATION": f"Basic {base64.b64encode(f'x:{key}'.encode()).decode()}"}
    for path in (
        "HEAD",
        "config",
        "objects/info/packs",
        "../hub.sqlite3",
        "info/refs",
        "info/refs?service=git-x",
    ):
        assert client.get(f"/git/mesh.git/{path}", **basic).status_code == 404
