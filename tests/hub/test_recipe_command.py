"""`manage.py recipe check` reports every fault of a folder or a mesh and says so by its exit code."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

GOOD = {"recipe.yaml": "nodes: {a: {kind: sql, file: a.sql, writes: sales.a}}", "a.sql": "SELECT 1 AS n"}
BAD = {"recipe.yaml": "nodes: {a: {kind: sql, file: b.sql, writes: sales.a, foo: 1}}", "a.sql": "SELECT 1"}


@pytest.fixture
def mesh(tmp_path: Path) -> Path:
    for name, files in (("good", GOOD), ("bad", BAD)):
        folder = tmp_path / "domains" / "sales" / "recipes" / name
        folder.mkdir(parents=True)
        for file, text in files.items():
            (folder / file).write_text(text)
    return tmp_path


def test_a_folder_without_faults_is_said_to_be_fine(mesh, capsys):
    call_command("recipe", "check", str(mesh / "domains/sales/recipes/good"))

    assert capsys.readouterr().out == "1 recipe checked, no faults.\n"


def test_sql_is_checked_for_the_store_it_has_to_run_on(mesh, capsys):
    folder = mesh / "domains/sales/recipes/good"
    (folder / "a.sql").write_text("SELECT 1 AS n,\n  hash('a') AS h")
    call_command("recipe", "check", str(folder))

    with pytest.raises(SystemExit):
        call_command("recipe", "check", str(folder), "--store", "postgresql")

    said = capsys.readouterr().out
    assert "/a.sql:2:" in said
    assert "A PostgreSQL store does not know the function hash()." in said


def test_every_fault_of_a_mesh_is_printed_with_its_place_and_the_exit_code_is_1(mesh, capsys):
    with pytest.raises(SystemExit) as left:
        call_command("recipe", "check", str(mesh))

    lines = capsys.readouterr().out.splitlines()
    assert left.value.code == 1
    assert len(lines) == 3
    assert (
        "bad/recipe.yaml:1:24: There is no file 'b.sql' in the folder. Did you mean a.sql? [missing-file]"
        in lines[0]
    )
    assert "[unknown-key]" in lines[1]
    assert lines[2] == "2 recipes checked: 2 faults in 1 of them."


def test_the_faults_come_as_json_too(mesh, capsys):
    with pytest.raises(SystemExit):
        call_command("recipe", "check", str(mesh), "--json")

    bad, good = json.loads(capsys.readouterr().out)
    assert [fault["code"] for fault in bad["faults"]] == ["missing-file", "unknown-key"]
    assert good["faults"] == []


def test_a_folder_outside_a_mesh_takes_its_domain_from_the_option(tmp_path, capsys):
    for file, text in GOOD.items():
        (tmp_path / file).write_text(text)

    with pytest.raises(SystemExit):
        call_command("recipe", "check", str(tmp_path), "--domain", "ops")

    assert "belongs to the domain sales" in capsys.readouterr().out


def test_links_are_never_followed(mesh, capsys):
    folder = mesh / "domains/sales/recipes/good"
    (folder / "a.sql").unlink()
    (folder / "a.sql").symlink_to("/etc/hostname")

    with pytest.raises(SystemExit):
        call_command("recipe", "check", str(folder))

    assert "is a link" in capsys.readouterr().out


def test_a_folder_without_recipes_is_an_error_of_its_own(tmp_path):
    with pytest.raises(CommandError, match="no recipe") as error:
        call_command("recipe", "check", str(tmp_path))

    assert error.value.returncode == 2


def test_the_schema_is_printed_as_json(capsys):
    call_command("recipe", "schema")

    assert json.loads(capsys.readouterr().out)["title"] == "Recipe"
