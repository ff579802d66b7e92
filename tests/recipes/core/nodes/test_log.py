"""The log file: bounded, read from any place in constant memory, safe to show."""

from __future__ import annotations

from pathlib import Path

import pytest

from recipes.core.nodes.log import HUB, LogFile, clean, tail
from recipes.core.nodes.masking import Masker, secrets_of


@pytest.fixture
def path(tmp_path) -> Path:
    return tmp_path / "deep" / "node.log"


def test_a_log_is_cut_at_its_limit_and_says_so(path):
    log = LogFile(str(path), limit=2000)
    for number in range(200):
        log.write(HUB, [f"line {number}"])
    log.close()

    lines = path.read_text().splitlines()
    assert path.stat().st_size < 2300
    assert "The log is cut here" in lines[-2]
    assert "further lines were dropped" in lines[-1]


def test_tail_goes_on_where_it_stopped(path):
    log = LogFile(str(path))
    log.write(HUB, [f"line {number}" for number in range(1000)])
    log.close()

    text, offset, pieces = "", 0, 0
    while True:
        piece, following = tail(path, offset, limit=1000)
        if following == offset:
            break
        text, offset, pieces = text + piece, following, pieces + 1

    assert text == path.read_text()
    assert pieces > 30


def test_tail_from_the_end_starts_at_a_line(path):
    log = LogFile(str(path))
    log.write(HUB, ["first", "second é", "third"])
    log.close()

    text, offset = tail(path, -60)

    assert text.count("\n") == 1
    assert "third" in text
    assert offset == path.stat().st_size


def test_tail_leaves_half_a_line_for_later(path):
    path.parent.mkdir()
    path.write_text("whole\nhal")

    assert tail(path, 0) == ("whole\n", 6)
    assert tail(path, 6) == ("", 6)
    assert tail(path, 999) == ("", 9)
    assert tail(path.with_name("none"), 5) == ("", 0)


def test_shown_text_holds_no_control_characters():
    assert clean("a\x1b[31mred\x1b[0m\x07b\x00\u202ec") == "ared�b��c"
    assert clean("2026-01-01T00:00:00.000Z | 10 %\r50 %\r100 %\n") == "2026-01-01T00:00:00.000Z | 100 %\n"
    assert clean("tab\tstays\r\nso\n") == "tab\tstays\nso\n"


def test_short_and_open_values_are_not_masked():
    mask = Masker(secrets_of({"pin": "1"}, {"db": {"host": "localhost", "password": "swordfish"}}))

    assert mask("1 localhost swordfish") == "1 localhost •••"


def test_each_line_of_a_key_is_masked():
    mask = Masker(secrets_of({"key": "-----BEGIN\nabcdefgh\nqrstuvwx\n"}, {}))

    assert mask.deep({"a": ["x abcdefgh y"]}) == {"a": ["x ••• y"]}
