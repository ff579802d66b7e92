"""Bodies are taken apart so that one bad item spoils no other."""

from __future__ import annotations

import pytest

from hub.common.errors import InvalidError
from monitoring.core.events.reading import MOST_ITEMS, UnreadableError, read_batch


def faults(body: bytes, **how) -> list[bool]:
    return [item.fault is not None for item in read_batch(body, **how).items]


@pytest.mark.parametrize(
    "bad",
    [b"{nope}", b"NaN", b'{"a": 1, "a": 2}', b"[" * 5000 + b"]" * 5000, b'"\\ud800"', b'{"a": "\xff"}', b"1e999", b"9" * 5000,
     b'{"' + b"k" * 300 + b'": 1}'],
)  # fmt: skip
def test_an_item_that_cannot_be_read_is_a_fault_of_its_own(bad):
    assert faults(b'[{"a": "x,]}"}, ' + bad + b", {}]") == [False, True, False]
    assert faults(b"{}\n" + bad + b"\n{}", lines=True) == [False, True, False]


def test_an_array_that_is_cut_keeps_what_was_whole():
    assert faults(b'[{"a": 1}, {"b": [1, 2]}, {"c": "tru') == [False, False, True]


def test_a_line_may_hold_every_character_but_its_end():
    assert faults('{"a": "\u2028\u0085"}\r\n{}'.encode(), lines=True) == [False, False]


@pytest.mark.parametrize("body", [b"", b" ", b"{", b"nope", b"[]", b"\xff\xfe\x00"])
def test_what_is_no_list_of_items_is_refused_as_a_whole(body):
    with pytest.raises(UnreadableError):
        read_batch(body)


def test_more_items_than_are_taken_are_refused_as_a_whole():
    for body in (b"[" + b"{}," * MOST_ITEMS + b"{}]", b"[" + b"{}," * MOST_ITEMS + b"{}, {]"):
        with pytest.raises(InvalidError):
            read_batch(body)


def test_a_text_that_never_ends_is_looked_at_once():
    assert faults(b'[{"a": "' + b'\\"' * 400_000) == [True]  # hours, were each quote looked at again
