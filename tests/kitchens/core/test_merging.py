"""Merging in memory: what git cannot merge by itself is told with three sides, and put right as somebody decides."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from hub.common.errors import ConflictError, InvalidError, MissingError
from kitchens.core.git import Author, MeshRepository
from kitchens.core.git.merging import brought, commit_merge, preview
from kitchens.core.merging import Resolution, clash_of

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
ANN = Author("Ann", "ann@example.org")
LINES = [f"line {n}\n".encode() for n in range(30)]


def text(**changed: bytes) -> bytes:
    """Return thirty lines, some of them changed: `_3=b"x"` is line 3."""
    lines = list(LINES)
    for name, line in changed.items():
        lines[int(name[1:])] = line
    return b"".join(lines)


class Sides:
    """A repository with two branches that began with the same files."""

    def __init__(self, path, base):
        self.repository = MeshRepository.create(path / "mesh.git")
        self.base = self._commit("main", None, base)
        self.repository.create_branch("kitchens/k", self.base)
        self.target = self.source = self.base

    def _commit(self, branch, expected, changes):
        told = {"author": ANN, "message": "Change", "at": NOW}
        return self.repository.commit(branch, expected=expected, changes=changes, **told)

    def change(self, *, target=None, source=None):
        if target:
            self.target = self._commit("main", self.target, target)
        if source:
            self.source = self._commit("kitchens/k", self.source, source)
        return self

    def preview(self, resolutions=None):
        told = {"target": self.target, "source": self.source, "resolutions": resolutions}
        return preview(self.repository, **told)

    def merged(self, path, resolutions=None):
        commit = commit_merge(self.repository, self.preview(resolutions), author=ANN, message="m", at=NOW)
        return self.repository.read_file(commit, path)


@pytest.fixture
def sides(tmp_path):
    return lambda base: Sides(tmp_path, base)


def only(found):
    assert len(found.conflicts) == 1
    return found.conflicts[0]


def test_changes_in_other_lines_and_files_merge_by_themselves(sides):
    both = sides({"a": text(), "b": b"b"}).change(
        target={"a": text(_3=b"target\n"), "t": b"t"}, source={"a": text(_20=b"source\n"), "b": None}
    )

    found = both.preview()

    assert found.conflicts == ()
    assert {(c.path, c.status) for c in found.changes} == {("a", "changed"), ("b", "deleted")}
    assert both.merged("a") == text(_3=b"target\n", _20=b"source\n")


def test_the_merge_commit_has_both_as_parents_and_moves_no_branch(sides):
    both = sides({"a": text()}).change(target={"t": b"t"}, source={"s": b"s"})

    commit = commit_merge(both.repository, both.preview(), author=ANN, message="Merge", at=NOW)

    assert both.repository.log(commit, limit=1)[0].parents == (both.target, both.source)
    assert both.repository.head("main") == both.target


def test_what_the_target_has_already_is_up_to_date(sides):
    both = sides({"a": b"a"}).change(target={"t": b"t"})

    found = both.preview()

    assert (found.up_to_date, found.fast_forward, found.changes) == (True, False, ())
    back = preview(both.repository, target=both.source, source=both.target)
    assert (back.up_to_date, back.fast_forward) == (False, True)


def test_clashing_lines_are_told_with_all_three_sides(sides):
    both = sides({"a": text()}).change(
        target={"a": text(_3=b"target\n", _10=b"t\n")}, source={"a": text(_3=b"source\n", _20=b"s\n")}
    )

    conflict = only(both.preview())

    assert (conflict.kind, conflict.path) == ("content", "a")
    hunk = conflict.clash.hunks[0]
    assert (hunk.base, hunk.target, hunk.source) == (("line 3\n",), ("target\n",), ("source\n",))
    assert (hunk.base_start, hunk.target_start, hunk.source_start) == (4, 4, 4)
    assert len(hunk.before) == 3
    assert "t\n" in conflict.clash.after
    assert "s\n" in conflict.clash.after


@pytest.mark.parametrize(
    ("pick", "line"),
    [
        ("source", b"source\n"),
        ("target", b"target\n"),
        ("both", b"target\nsource\n"),
        ("base", b"line 3\n"),
    ],
)
def test_a_hunk_becomes_what_was_picked(sides, pick, line):
    both = sides({"a": text()}).change(
        target={"a": text(_3=b"target\n")}, source={"a": text(_3=b"source\n", _20=b"s\n")}
    )
    conflict = only(both.preview())

    told = {"a": Resolution("hunks", conflict.sides, hunks=(pick,))}

    assert both.merged("a", told) == text(_3=line, _20=b"s\n")


def test_each_hunk_is_picked_on_its_own(sides):
    both = sides({"a": text()}).change(
        target={"a": text(_3=b"t3\n", _20=b"t20\n")}, source={"a": text(_3=b"s3\n", _20=b"s20\n")}
    )
    conflict = only(both.preview())

    told = {"a": Resolution("hunks", conflict.sides, hunks=("source", "target"))}

    assert both.merged("a", told) == text(_3=b"s3\n", _20=b"t20\n")


def test_lines_put_in_at_the_same_place_clash(sides):
    both = sides({"a": b"one\ntwo\n"}).change(target={"a": b"one\nt\ntwo\n"}, source={"a": b"one\ns\ntwo\n"})
    conflict = only(both.preview())

    assert (conflict.clash.hunks[0].base, conflict.clash.hunks[0].target) == ((), ("t\n",))
    told = {"a": Resolution("hunks", conflict.sides, hunks=("both",))}
    assert both.merged("a", told) == b"one\nt\ns\ntwo\n"


def test_a_last_line_without_an_end_is_not_glued_to_the_next(sides):
    both = sides({"a": b"one"}).change(target={"a": b"target"}, source={"a": b"source"})
    conflict = only(both.preview())

    assert both.merged("a", {"a": Resolution("hunks", conflict.sides, hunks=("both",))}) == b"target\nsource"


def test_a_file_added_on_both_sides_clashes_where_it_differs(sides):
    both = sides({"x": b"x"}).change(
        target={"a": b"same\ntarget\nend\n"}, source={"a": b"same\nsource\nend\n"}
    )
    conflict = only(both.preview())

    assert conflict.kind == "add-add"
    assert conflict.clash.hunks[0].before == ("same\n",)
    told = {"a": Resolution("hunks", conflict.sides, hunks=("source",))}
    assert both.merged("a", told) == b"same\nsource\nend\n"


def test_a_file_emptied_on_one_side_and_changed_on_the_other_clashes(sides):
    both = sides({"a": b"one\n"}).change(target={"a": b""}, source={"a": b"other\n"})
    conflict = only(both.preview())

    assert (conflict.kind, conflict.clash.hunks[0].target) == ("content", ())
    assert both.merged("a", {"a": Resolution("target", conflict.sides)}) == b""


def test_a_binary_file_is_taken_as_a_whole(sides):
    both = sides({"a": bytes(range(256))}).change(
        target={"a": bytes(range(255))}, source={"a": bytes(range(254))}
    )
    conflict = only(both.preview())

    assert (conflict.kind, conflict.clash, conflict.source.text) == ("binary", None, None)
    assert both.merged("a", {"a": Resolution("source", conflict.sides)}) == bytes(range(254))


def test_text_that_is_not_utf_8_is_taken_as_a_whole(sides):
    both = sides({"a": b"caf\xe9\n"}).change(target={"a": b"th\xe9\n"}, source={"a": b"lait\xe9\n"})

    assert only(both.preview()).kind == "binary"


@pytest.mark.parametrize("deleter", ["target", "source"])
def test_a_file_deleted_on_one_side_and_changed_on_the_other(sides, deleter):
    changer = "source" if deleter == "target" else "target"
    both = sides({"a": text(), "b": b"b"}).change(**{deleter: {"a": None}, changer: {"a": text(_3=b"new\n")}})
    conflict = only(both.preview())

    assert (conflict.kind, conflict.clash) == ("delete-modify", None)
    assert both.merged("a", {"a": Resolution(changer, conflict.sides)}) == text(_3=b"new\n")
    with pytest.raises(MissingError):
        both.merged("a", {"a": Resolution(deleter, conflict.sides)})


def test_a_file_renamed_on_one_side_takes_the_changes_of_the_other_along(sides):
    both = sides({"a": text()}).change(
        target={"a": None, "b": text(_3=b"target\n")}, source={"a": text(_20=b"source\n")}
    )

    assert both.preview().conflicts == ()
    assert both.merged("b") == text(_3=b"target\n", _20=b"source\n")


@pytest.mark.parametrize("mover", ["target", "source"])
def test_a_clash_in_a_renamed_file_stands_at_its_new_name(sides, mover):
    other = "source" if mover == "target" else "target"
    both = sides({"a": text()}).change(
        **{mover: {"a": None, "b": text(_3=b"moved\n")}, other: {"a": text(_3=b"stayed\n")}}
    )
    conflict = only(both.preview())

    assert (conflict.path, conflict.kind) == ("b", "content")
    assert both.merged("b", {"b": Resolution(other, conflict.sides)}) == text(_3=b"stayed\n")
    with pytest.raises(MissingError):
        both.merged("a", {"b": Resolution(other, conflict.sides)})


def test_a_file_renamed_in_two_ways_is_decided_name_by_name(sides):
    both = sides({"a": text()}).change(target={"a": None, "t": text()}, source={"a": None, "s": text()})
    found = both.preview()

    assert [(one.path, one.kind) for one in found.conflicts] == [("s", "rename"), ("t", "rename")]
    told = {one.path: Resolution("source", one.sides) for one in found.conflicts}
    assert both.merged("s", told) == text()
    with pytest.raises(MissingError):
        both.merged("t", told)


def test_a_file_where_the_other_side_has_a_folder(sides):
    both = sides({"k": b"k"}).change(target={"a": b"file\n"}, source={"a/b": b"in a folder\n"})
    conflict = only(both.preview())

    assert conflict.kind == "folder"
    assert both.merged("a", {"a": Resolution("target", conflict.sides)}) == b"file\n"
    assert both.merged("a/b", {"a": Resolution("source", conflict.sides)}) == b"in a folder\n"


def test_names_that_differ_in_capitals_only_are_a_conflict(sides):
    both = sides({"k": b"k"}).change(target={"Notes.md": b"1"}, source={"notes.md": b"2"})
    conflict = only(both.preview())

    assert conflict.kind == "name"
    assert "differ in capitals only" in conflict.sentence


def test_a_resolution_of_other_versions_is_ignored_and_named(sides):
    both = sides({"a": text()}).change(target={"a": text(_3=b"t\n")}, source={"a": text(_3=b"s\n")})
    old = Resolution("source", only(both.preview()).sides)
    both.change(source={"a": text(_3=b"newer\n")})

    found = both.preview({"a": old, "gone": old})

    assert [one.path for one in found.open] == ["a"]
    assert dict(found.ignored) == {
        "a": "A side has changed since this was resolved; look at it once more.",
        "gone": "This file is no longer in conflict.",
    }


def test_an_open_conflict_has_no_tree_and_cannot_be_committed(sides):
    both = sides({"a": text()}).change(
        target={"a": text(_3=b"t\n")}, source={"a": text(_3=b"s\n"), "new": b"n"}
    )

    found = both.preview()

    assert found.tree == ""
    assert [change.path for change in found.changes] == ["new"]  # the rest can be looked at all the same
    with pytest.raises(ConflictError, match="Both sides changed a"):
        commit_merge(both.repository, found, author=ANN, message="m", at=NOW)


def test_merges_that_crossed_merge_again(sides):
    both = sides({"a": text()}).change(target={"a": text(_3=b"t\n")}, source={"a": text(_20=b"s\n")})
    up = commit_merge(both.repository, both.preview(), author=ANN, message="up", at=NOW)
    down_of = preview(both.repository, target=both.source, source=both.target)
    down = commit_merge(both.repository, down_of, author=ANN, message="down", at=NOW)

    found = preview(both.repository, target=up, source=down)

    assert (found.conflicts, found.changes) == ((), ())


def test_what_is_brought_are_the_commits_the_target_has_not(sides):
    both = sides({"a": b"a"}).change(source={"b": b"b"}).change(source={"c": b"c"}, target={"t": b"t"})

    found = brought(both.repository, source=both.source, target=both.target)

    assert found[0].commit == both.source
    assert len(found) == 2


def test_edits_that_come_to_the_same_are_settled():
    base, same = ["one\n", "two\n", "three\n"], ["one\n", "TWO\n", "three\n"]

    clash = clash_of(base, same, same, [(1, 2, 1, 2)], [(1, 2, 1, 2)])

    assert (clash.hunks, "".join(clash.after)) == ((), "one\nTWO\nthree\n")


@pytest.mark.parametrize(
    "given",
    [
        {"take": "source"},
        {"take": "source", "sides": ["a", "b"]},
        {"take": "mine", "sides": ["a", "b", "c"]},
        {"take": "hunks", "sides": ["a", "b", "c"], "hunks": ["left"]},
        {"take": "text", "sides": ["a", "b", "c"], "text": "x" * (2 * 1024 * 1024 + 1)},
    ],
)
def test_a_resolution_that_says_nothing_is_refused(given):
    with pytest.raises(InvalidError):
        Resolution.from_dict(given)


def test_a_recipe_is_merged_by_key_where_only_lines_clash(sides):
    base = b"nodes:\n  load: {kind: python}\n"
    both = sides({"r/recipe.yaml": base}).change(
        target={"r/recipe.yaml": base + b"  daily: {kind: sql}\n"},
        source={"r/recipe.yaml": base + b"  routes: {kind: sql}\n"},
    )

    found = both.preview()

    assert (found.conflicts, found.structural) == ((), ("r/recipe.yaml",))
    assert both.merged("r/recipe.yaml").count(b"kind: sql") == 2
