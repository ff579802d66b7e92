"""The mesh repository: compare-and-swap, paths, history, and what happens when it is broken."""

from __future__ import annotations

import multiprocessing
import os
import stat
import time
from datetime import UTC, datetime
from pathlib import Path

import pygit2
import pytest

from hub.common.errors import ConflictError, HubError, InvalidError, MissingError
from kitchens.core.git import FILE_LIMIT, Author, MeshRepository

AT = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
MIRA = Author("Mira Vogel", "mira@hub.example")


@pytest.fixture
def mesh(tmp_path: Path) -> MeshRepository:
    return MeshRepository.create(tmp_path / "mesh.git")


def commit(
    mesh: MeshRepository, changes: dict[str, bytes | None], expected: str | None = None, **more
) -> str:
    given = {"author": MIRA, "message": "Change", "at": AT} | more
    return mesh.commit("main", expected=expected, changes=changes, **given)


def test_an_empty_repository_has_no_head_and_takes_a_first_commit(mesh):
    assert mesh.head("main") is None

    made = commit(mesh, {"README.md": b"hello\n"})

    assert mesh.head("main") == made
    assert mesh.read_file(made, "README.md") == b"hello\n"


def test_a_commit_keeps_its_author_time_and_message(mesh):
    made = commit(mesh, {"a.txt": b"1"}, message="Why it is\n\nlong text")

    (entry,) = mesh.log(made)

    assert (entry.author, entry.email, entry.at) == ("Mira Vogel", "mira@hub.example", AT)
    assert entry.title == "Why it is"


@pytest.mark.parametrize("name", ["", "<>", "a\nb <x@y>", "Zoë\x00", ".", "  "])
def test_any_name_of_a_person_can_be_an_author(mesh, name):
    made = commit(mesh, {"a.txt": b"1"}, author=Author(name, "<bad\nmail>"))

    assert mesh.log(made)[0].author


def test_a_commit_on_an_old_tip_is_refused_and_changes_nothing(mesh):
    first = commit(mesh, {"a.txt": b"1"})
    second = commit(mesh, {"a.txt": b"2"}, first)

    with pytest.raises(ConflictError, match="has moved on"):
        commit(mesh, {"a.txt": b"3"}, first)
    with pytest.raises(ConflictError):
        commit(mesh, {"a.txt": b"3"}, None)

    assert mesh.head("main") == second


def test_only_the_named_files_change(mesh):
    first = commit(mesh, {"a/b/c.txt": b"1", "a/d.txt": b"2", "e.txt": b"3"})
    second = commit(mesh, {"a/b/c.txt": None, "a/d.txt": b"22"}, first)

    tree = str(pygit2.Repository(str(mesh.path))[second].tree.id)

    assert mesh.read_tree(tree) == {"a/d.txt": b"22", "e.txt": b"3"}


def test_a_commit_that_changes_nothing_is_refused(mesh):
    first = commit(mesh, {"a.txt": b"1"})

    with pytest.raises(InvalidError, match="Nothing has changed"):
        commit(mesh, {"a.txt": b"1"}, first)


def test_deleting_what_is_not_there_is_refused(mesh):
    first = commit(mesh, {"a.txt": b"1"})

    for path in ("b.txt", "c/d.txt"):
        with pytest.raises(MissingError, match="to delete"):
            commit(mesh, {path: None}, first)


@pytest.mark.parametrize(
    "path",
    [
        "", "/etc/passwd", "../x", "a/../x", "a//b", "./a", "a/.", ".git/config", "a/.GIT/hooks/x", ".git./x", ".git /x",
        "GIT~1/x", "a\\b", "a\nb", "a\x00b", "a\x7fb", "con:stream", "a/" + "x" * 101, "x/" * 130, "a ", "a.", " a",
        "a\u200db", "\ud800", "e\u0301.txt", ".g\u200cit/x",
        "d\u043emains/sales/x", "a/recipe.y\u0430ml", "a/\u03bfne.sql",
    ],
)  # fmt: skip
def test_a_path_that_could_mean_something_else_is_refused(mesh, path):
    with pytest.raises(InvalidError):
        commit(mesh, {path: b"x"})

    assert mesh.head("main") is None


def test_names_that_differ_in_capitals_only_are_refused(mesh):
    first = commit(mesh, {"a/Load.py": b"1"})

    with pytest.raises(InvalidError, match="capitals"):
        commit(mesh, {"a/load.py": b"1"}, first)
    with pytest.raises(InvalidError, match="capitals"):
        commit(mesh, {"A/x.py": b"1"}, first)

    commit(mesh, {"a/load.py": b"1", "a/Load.py": None}, first)


def test_a_file_cannot_stand_in_the_way_of_a_folder(mesh):
    first = commit(mesh, {"a": b"1", "b/c": b"1"})

    for changes in ({"a/x": b"1"}, {"b": b"1"}, {"n": b"1", "n/m": b"1"}):
        with pytest.raises(InvalidError):
            commit(mesh, changes, first)


def test_a_file_too_large_is_refused(mesh):
    with pytest.raises(InvalidError, match="larger than"):
        commit(mesh, {"a.bin": b"x" * (FILE_LIMIT + 1)})


@pytest.mark.parametrize(
    "branch", ["", "dev", "kitchens/", "kitchens/A", "kitchens/../main", "refs/heads/main", "kitchens/a.lock"]
)
def test_a_branch_has_one_of_two_forms(mesh, branch):
    with pytest.raises(InvalidError):
        mesh.head(branch)


def test_a_kitchen_is_a_branch_of_its_own(mesh):
    first = commit(mesh, {"a.txt": b"1"})
    mesh.create_branch("kitchens/mine", first)

    second = mesh.commit(
        "kitchens/mine", expected=first, changes={"a.txt": b"2"}, author=MIRA, message="x", at=AT
    )

    assert (mesh.head("main"), mesh.head("kitchens/mine")) == (first, second)
    with pytest.raises(ConflictError, match="there already"):
        mesh.create_branch("kitchens/mine", second)
    with pytest.raises(MissingError):
        mesh.create_branch("kitchens/other", "0" * 40)


def test_the_recipe_folders_of_a_commit_are_found_with_their_content_id(mesh):
    files = {
        "domains/sales/domain.yaml": b"title: Sales\n",
        "domains/sales/recipes/daily/recipe.yaml": b"a",
        "domains/sales/recipes/daily/sql/x.sql": b"b",
        "domains/sales/recipes/loose.txt": b"c",
        "domains/ops/recipes/copy/recipe.yaml": b"a",
        "domains/ops/recipes/copy/sql/x.sql": b"b",
        "README.md": b"d",
    }
    made = commit(mesh, files)

    trees = mesh.recipe_trees(made)

    assert list(trees) == ["ops/copy", "sales/daily"]
    assert trees["ops/copy"] == trees["sales/daily"]
    assert mesh.read_tree(trees["ops/copy"]) == {"recipe.yaml": b"a", "sql/x.sql": b"b"}
    assert mesh.recipe_trees(commit(mesh, {p: None for p in files if "recipes" in p}, made)) == {}


def test_links_and_executables_are_told_apart(mesh):
    git = pygit2.Repository(str(mesh.path))
    builder = git.TreeBuilder()
    builder.insert("link", git.create_blob(b"/etc/passwd"), pygit2.enums.FileMode.LINK)
    builder.insert("run.sh", git.create_blob(b"echo"), pygit2.enums.FileMode.BLOB_EXECUTABLE)
    builder.insert("module", git.create_blob(b"x"), pygit2.enums.FileMode.COMMIT)
    tree = builder.write()
    first = str(git.create_commit("refs/heads/main", MIRA.signature(AT), MIRA.signature(AT), "x", tree, []))

    kinds = {entry.path: (entry.kind, entry.executable) for entry in mesh.entries(str(tree))}
    second = commit(mesh, {"run.sh": b"echo 2"}, first)

    assert kinds == {"link": ("link", False), "run.sh": ("file", True), "module": ("module", False)}
    assert list(mesh.read_tree(str(tree))) == ["run.sh"]
    with pytest.raises(MissingError, match="regular file"):
        mesh.read_file(first, "link")
    assert git[second].tree["run.sh"].filemode == pygit2.enums.FileMode.BLOB_EXECUTABLE


def test_the_history_of_a_path_holds_only_the_commits_that_touched_it(mesh):
    first = commit(mesh, {"a.txt": b"1", "b.txt": b"1"}, message="one")
    second = commit(mesh, {"b.txt": b"2"}, first, message="two")
    third = commit(mesh, {"a.txt": b"3"}, second, message="three")

    assert [e.title for e in mesh.log(third)] == ["three", "two", "one"]
    assert [e.title for e in mesh.log(third, path="a.txt")] == ["three", "one"]
    assert [e.title for e in mesh.log(third, limit=1)] == ["three"]
    assert mesh.last_change(third, since=first).title == "two"


def test_a_difference_shows_each_file_with_its_lines(mesh):
    text = b"".join(b"line %d\n" % n for n in range(30))
    first = commit(mesh, {"a.txt": text, "gone.txt": b"x\n", "old/name.txt": text + b"x\n", "d.bin": b"\0\1"})
    second = commit(
        mesh,
        {
            "a.txt": text.replace(b"line 3\n", b"line three\n"),
            "gone.txt": None,
            "new.txt": b"n\n",
            "old/name.txt": None,
            "new/name.txt": text + b"x\n",
            "d.bin": b"\0\2",
        },
        first,
    )

    changes = {change.path: change for change in mesh.diff(first, second)}

    assert {path: change.status for path, change in changes.items()} == {
        "a.txt": "changed",
        "gone.txt": "deleted",
        "new.txt": "added",
        "new/name.txt": "renamed",
        "d.bin": "changed",
    }
    (hunk,) = changes["a.txt"].hunks
    assert ("-", "line 3") in hunk.lines
    assert ("+", "line three") in hunk.lines
    assert (changes["a.txt"].added, changes["a.txt"].removed) == (1, 1)
    assert changes["d.bin"].binary
    assert changes["new/name.txt"].old_path == "old/name.txt"
    assert {change.status for change in mesh.diff(None, first)} == {"added"}
    assert [change.path for change in mesh.diff(first, second, "new")] == ["new/name.txt"]


def _append_lines(path: str, who: int, count: int) -> None:
    mesh = MeshRepository(Path(path))
    for number in range(count):
        while True:
            head = mesh.head("main")
            try:
                mesh.commit(
                    "main",
                    expected=head,
                    changes={f"p{who}/n{number}.txt": b"x"},
                    author=Author(f"writer {who}"),
                    message="x",
                    at=AT,
                )
                break
            except ConflictError:
                continue


def test_four_processes_that_commit_at_once_lose_nothing(mesh):
    first = commit(mesh, {"a.txt": b"1"})
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=_append_lines, args=(str(mesh.path), w, 25)) for w in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)

    head = mesh.head("main")

    assert [writer.exitcode for writer in writers] == [0] * 4
    assert len(mesh.log(head, limit=1000)) == 101
    assert len(mesh.diff(first, head)) == 100


def test_a_lock_left_by_a_killed_process_does_not_stop_the_branch_for_good(mesh):
    first = commit(mesh, {"a.txt": b"1"})
    lock = mesh.path / "refs" / "heads" / "main.lock"
    lock.write_text("")

    with pytest.raises(HubError, match="repository cannot be"):
        commit(mesh, {"a.txt": b"2"}, first)

    os.utime(lock, (time.time() - 120, time.time() - 120))
    commit(mesh, {"a.txt": b"2"}, first)


def test_a_missing_or_broken_repository_is_said_in_words(tmp_path, mesh):
    with pytest.raises(HubError, match="no mesh repository"):
        MeshRepository(tmp_path / "nowhere").head("main")

    first = commit(mesh, {"a.txt": b"1", "b/recipes.txt": b"2"})
    for file in (mesh.path / "objects").rglob("*"):
        if file.is_file():
            file.chmod(stat.S_IRUSR | stat.S_IWUSR)
            file.write_bytes(b"rubbish")
    fresh = MeshRepository(mesh.path)
    for action in (
        fresh.recipe_trees,
        fresh.log,
        lambda c: fresh.read_file(c, "a.txt"),
        lambda c: fresh.diff(None, c),
    ):
        with pytest.raises(HubError):
            action(first)

    (mesh.path / "HEAD").unlink()
    with pytest.raises(HubError, match="cannot be read"):
        MeshRepository(mesh.path).head("main")
