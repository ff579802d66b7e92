"""The parts of git over HTTP that need no git: bodies, hooks, what is left of cut-off pushes."""

from __future__ import annotations

import gzip
import io
import os
import subprocess
import time
from pathlib import Path

import pytest

from hub.common.errors import InvalidError
from kitchens.core.git import MeshRepository
from kitchens.core.git.bodies import TooLargeError, spooled
from kitchens.core.git.hooks import put_hooks, sweep_pushes


@pytest.mark.parametrize(("encoding", "packed"), [("", False), ("gzip", True), ("x-gzip", True)])
@pytest.mark.parametrize("told", [True, False])
def test_a_body_is_read_and_unpacked_into_a_file(encoding, packed, told):
    raw = b"0032want\n" * 20_000
    sent = gzip.compress(raw) if packed else raw

    file, size = spooled(io.BytesIO(sent), len(sent) if told else None, encoding, len(raw))

    with file:
        assert (file.read(), size) == (raw, len(raw))


def test_a_body_never_grows_beyond_its_limit_however_well_it_is_packed():
    bomb = gzip.compress(b"\0" * 50_000_000)
    assert len(bomb) < 100_000

    with pytest.raises(TooLargeError, match="larger than 1 MB"):
        spooled(io.BytesIO(bomb), len(bomb), "gzip", 1024 * 1024)
    source = io.BytesIO(b"x" * 3_000_000)
    with pytest.raises(TooLargeError):
        spooled(source, None, "", 1024 * 1024)
    assert source.read() == b""  # read to its end, so that the sender hears of it


@pytest.mark.parametrize(("sent", "encoding"), [(b"not gzip", "gzip"), (b"x", "br")])
def test_a_body_that_cannot_be_unpacked_is_refused(sent, encoding):
    with pytest.raises(InvalidError):
        spooled(io.BytesIO(sent), len(sent), encoding, 1000)


def test_no_more_is_read_than_was_told():
    source = io.BytesIO(b"abcdef")

    file, size = spooled(source, 4, "", 100)

    with file:
        assert (file.read(), size, source.read()) == (b"abcd", 4, b"ef")


def test_hooks_stand_from_the_start_are_mended_and_hold_no_path_of_the_machine(tmp_path: Path):
    folder = MeshRepository.create(tmp_path / "mesh.git").path / "hooks"
    assert {file.name for file in folder.glob("p*-receive")} == {"pre-receive", "proc-receive"}
    assert not put_hooks(tmp_path / "mesh.git")

    (folder / "pre-receive").write_text("#!/bin/sh\nexit 0\n")
    (folder / "proc-receive").chmod(0o644)
    (folder / "ask_the_hub.py").unlink()

    assert put_hooks(tmp_path / "mesh.git")
    assert not put_hooks(tmp_path / "mesh.git")
    assert os.access(folder / "proc-receive", os.X_OK)
    assert str(tmp_path) not in "".join(file.read_text() for file in folder.iterdir() if file.is_file())
    alone = subprocess.run([folder / "pre-receive"], env={}, capture_output=True, text=True)
    assert alone.returncode == 1
    assert "through the hub only" in alone.stderr


def test_what_a_killed_push_left_goes_after_a_day(tmp_path: Path):
    repository = MeshRepository.create(tmp_path / "mesh.git").path
    old, new = (
        repository / "objects" / "tmp_objdir-incoming-a",
        repository / "objects" / "tmp_objdir-incoming-b",
    )
    for folder in (old, new):
        folder.mkdir()
        (folder / "pack").write_text("x")
    os.utime(old, (0, time.time() - 2 * 24 * 3600))

    assert sweep_pushes(repository) == 1
    assert not old.exists()
    assert new.exists()
