"""What engines and programs quote in their messages: values of rows, where a personal column is near."""

from __future__ import annotations

import re

from kitchens.core.datadiff import HIDDEN

# What a message may quote: texts in either kind of quotes, keys, and numbers or dates of three digits and more.
QUOTED = re.compile(r"'([^']*)'|\"([^\"]*)\"|=\(([^)]*)|(?<![\w.])(-?\d[\d.,:T-]+\d|-?\d{3,})")


def without_values(text: str, said: str) -> str:
    """Return a message up to the first thing it quotes that is not in `said`, the words of whoever wrote the statement.

    What follows may be cut in the middle of a value, as engines nest quotes without a mark; so nothing of it is kept.
    """
    known = said.lower()
    for found in QUOTED.finditer(text):
        quoted = next(part for part in found.groups() if part is not None)
        if quoted and quoted.lower() not in known:
            return f"{text[: found.start()].rstrip()} {HIDDEN}".lstrip()
    return text
