"""Spoils valid events and files in every way we know of. The dice are seeded: a trial can be repeated."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from copy import deepcopy
from typing import Any

# Texts of JSON that json.dumps would not write: put in the place of a mark when a document is written.
_STRANGE = (
    "NaN", "Infinity", "-Infinity", "1e999", "-1e999", "9" * 5000, "1" + "0" * 25, '{"a": 1, "a": 2}',
    "[" * 2000 + "]" * 2000, '{"a":' * 2000 + "1" + "}" * 2000, '"\\ud800"', '"\\u0000"', '"\\udfff\\ud800"',
)  # fmt: skip
_HOSTILE: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 0.5, 2**31, 2**63, -(2**63) - 1, 1e308, -1e-308, "", " ", "x" * 300, "x" * 3000, [], {},
    [[]], [None], [1, "a", {}], {"": ""}, {"k" * 300: 1}, {"a": {"b": {"c": [1]}}}, "2026-99-99T00:00:00Z", "2026-03-01",
    "now", "9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+14:00", "2099-01-01T00:00:00Z", "1969-12-31T23:59:59Z", "GREEN",
    "passed", "'; DROP TABLE kitchens_kitchen; --", "<script>alert(1)</script>", "../../etc/passwd", "{{ 7 * 7 }}",
    "\u202egnp.exe",
    "\U0001f4a9", "a\nb\tc", "\x7f\x1b[31m", "ÄÖ\u0301", [{}] * 600, [{"name": "x", "status": "PASSED"}] * 501, "1e999",
    "NaN",
)  # fmt: skip
_MARK = "@@strange "


def written(document: Any) -> str:
    """Return the document as text; where a strange thing was put into it, it stands there."""
    text = json.dumps(document)
    for number, strange in enumerate(_STRANGE):
        text = text.replace(f'"{_MARK}{number}"', strange)
    return text


def spoiled(document: Any, dice: random.Random) -> Any:
    """Return a copy with one to four places of it spoiled. It may still be valid by luck."""
    made = [deepcopy(document)]
    for _ in range(dice.choice((1, 1, 1, 2, 4))):
        place, key = _place(made, dice)
        dice.choice(_ACTS)(place, key, dice)
    return made[0] if made else None


def broken(text: str, dice: random.Random) -> bytes:
    """Return the text as bytes that are cut, changed, or in another encoding."""
    body = text.encode()
    way = dice.randrange(7)
    at = dice.randrange(len(body))
    if way == 0:
        return body[:at]
    if way == 1:
        return body[:at] + bytes([dice.randrange(256)]) + body[at + 1 :]
    if way == 2:
        return body[:at] + bytes(dice.randrange(256) for _ in range(8)) + body[at:]
    if way == 3:
        return text.encode(dice.choice(("utf-16", "utf-32", "utf-16-le", "utf-8-sig")), "replace")
    if way == 4:
        return body[:at] + b"\xff\xfe\x80" + body[at:]
    if way == 5:
        return body[:at] + body[at : at + 40] * 20 + body[at + 40 :]
    return b"\0" * 4 + body


def spoiled_xml(text: str, dice: random.Random) -> bytes:
    """Return XML with what is hostile in XML: entities, bombs, odd attributes, other encodings."""
    bombs = '<!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;">]>'
    outside = '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>'
    head, _, rest = text.partition("\n")
    acts: tuple[Callable[[], str], ...] = (
        lambda: f"{head}\n{bombs}\n{rest.replace('trace', '&d;')}",
        lambda: f"{head}\n{outside}\n{rest.replace('trace', '&b;')}",
        lambda: text.replace('time="0.5"', f'time="{dice.choice(("NaN", "1e999", "-9" * 200, "", "x"))}"'),
        lambda: text.replace(
            'name="test_sum"', dice.choice(("", 'name=""', f'name="{"n" * 20_000}"', 'name="&#xD800;"'))
        ),
        lambda: text.replace("2026-03-01", dice.choice(("9999-99-99", "0001-01-01", "2099-01-01", "today"))),
        lambda: text.replace("utf-8", dice.choice(("utf-16", "ebcdic", "utf-7", "big5", "none"))),
        lambda: text.replace("testsuite", dice.choice(("suite", "testcase", "html"))),
        lambda: text.replace("trace", "<x>" * 5000 + "</x>" * 5000),
        lambda: text.replace("trace", "]]>" if dice.random() < 0.5 else "<![CDATA[" + "t" * 50_000 + "]]>"),
    )
    return dice.choice(acts)().encode()


def _place(made: list[Any], dice: random.Random) -> tuple[Any, Any]:
    """Return a container somewhere in the document and a key or index in it."""
    found: list[tuple[Any, Any]] = [(made, 0)] if dice.random() < 0.03 else []
    todo = [made[0]] if made else []
    while todo:
        one = todo.pop()
        keys = list(one) if isinstance(one, dict) else range(len(one)) if isinstance(one, list) else ()
        for key in keys:
            found.append((one, key))
            if len(found) < 2000:
                todo.append(one[key])
    return dice.choice(found) if found else (made, 0)


def _replace(place: Any, key: Any, dice: random.Random) -> None:
    place[key] = deepcopy(dice.choice(_HOSTILE))


def _strange(place: Any, key: Any, dice: random.Random) -> None:
    place[key] = f"{_MARK}{dice.randrange(len(_STRANGE))}"


def _leave_out(place: Any, key: Any, dice: random.Random) -> None:
    if isinstance(place, dict):
        del place[key]
    else:
        place[key] = None


def _rename(place: Any, key: Any, dice: random.Random) -> None:
    if isinstance(place, dict):
        place[dice.choice((f"{key} ", str(key).upper(), "\0", "\ud800", "k" * 100_000, ""))] = place.pop(key)


def _wrap(place: Any, key: Any, dice: random.Random) -> None:
    for _ in range(dice.choice((1, 1, 30))):
        place[key] = [place[key]] if dice.random() < 0.5 else {"value": place[key]}


_ACTS = (_replace, _replace, _replace, _strange, _leave_out, _rename, _wrap)
