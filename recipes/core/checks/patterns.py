"""Regular expressions that mean the same in every store: a subset, checked and rewritten.

DuckDB takes RE2, PostgreSQL its own ARE. They differ in what `.` , `\\d`, `\\b` and case folding match, and both
refuse very large repeats. What is accepted here is rewritten so that nothing is left to the engine: classes are
spelled out in ASCII, `.` is any character but a line feed, groups do not capture, repeats are bounded.
"""

from __future__ import annotations

import re

LONGEST = 500  # characters of a pattern
LARGEST = 2000  # places of the automaton: repeats multiply
MOST = 255  # PostgreSQL's bound of a repeat
DEEPEST = 20
CLASSES = {"d": "0-9", "w": "0-9A-Za-z_", "s": " \\t\\n\\r\\f\\v"}
CONTROLS = "tnrfv"
SPECIAL = frozenset("\\^$.|?*+()[]{}")
REPEAT = re.compile(r"\{(\d{1,4})(?:(,)(\d{1,4})?)?\}")


class PatternError(ValueError):
    """A pattern that is not in the subset; the message is a full sentence with the place."""


def portable(pattern: str, *, ignore_case: bool = False) -> str:
    """Return the pattern rewritten for every store; PatternError says what is not allowed and where."""
    if not pattern:
        raise PatternError("The pattern is empty.")
    if len(pattern) > LONGEST:
        raise PatternError(f"The pattern has {len(pattern)} characters; at most {LONGEST} are allowed.")
    reader = _Reader(pattern, ignore_case)
    text, _ = reader.alternatives()
    if reader.place < len(pattern):
        raise reader.fault("has a closing bracket too many")
    return text


def whole(pattern: str) -> str:
    """Return a portable pattern that must match a whole text."""
    return f"^(?:{pattern})$"


class _Reader:
    """Reads a pattern once from left to right; every method returns the rewritten text and its size."""

    def __init__(self, pattern: str, ignore_case: bool) -> None:
        self.pattern = pattern
        self.ignore_case = ignore_case
        self.place = 0
        self.depth = 0

    def fault(self, what: str) -> PatternError:
        return PatternError(f"The pattern {what}, at character {min(self.place, len(self.pattern) - 1) + 1}.")

    def ahead(self, text: str) -> bool:
        return self.pattern.startswith(text, self.place)

    def take(self) -> str:
        if self.place >= len(self.pattern):
            raise self.fault("ends too early")
        self.place += 1
        return self.pattern[self.place - 1]

    def alternatives(self) -> tuple[str, int]:
        text, size = self.sequence()
        while self.ahead("|"):
            self.place += 1
            more, more_size = self.sequence()
            text, size = f"{text}|{more}", size + more_size
        return text, size

    def sequence(self) -> tuple[str, int]:
        parts, size = [], 0
        while self.place < len(self.pattern) and not self.ahead("|") and not self.ahead(")"):
            part, part_size = self.repeated()
            parts.append(part)
            size += part_size
            if size > LARGEST:
                raise self.fault("repeats too much: bounded repeats multiply, so make them smaller")
        return "".join(parts), size

    def repeated(self) -> tuple[str, int]:
        anchor = self.ahead("^") or self.ahead("$")
        atom, size = self.atom()
        repeat, times = self.repeat()
        if repeat and anchor:
            raise self.fault("repeats ^ or $")
        if repeat and (self.ahead("?") or self.ahead("+") or self.ahead("*") or self.ahead("{")):
            raise self.fault(
                "repeats a repeat; lazy and possessive repeats change nothing here, so leave them out"
            )
        return atom + repeat, size * max(1, times)

    def repeat(self) -> tuple[str, int]:
        if self.place < len(self.pattern) and self.pattern[self.place] in "?*+":
            return self.take(), 1
        if not self.ahead("{"):
            return "", 1
        match = REPEAT.match(self.pattern, self.place)
        if match is None:
            raise self.fault("has a { that begins no repeat; write \\{ for the character")
        least, most = int(match[1]), int(match[3] or match[1])
        if most < least or most > MOST:
            raise self.fault(f"repeats {match[0]}, which must rise and end at {MOST}")
        self.place = match.end()
        return match[0], max(least, most)

    def atom(self) -> tuple[str, int]:
        char = self.take()
        if char == "(":
            return self.group()
        if char == "[":
            return self.bracket(), 1
        if char == ".":
            return "[^\\n]", 1
        if char in "^$":
            return char, 0
        if char == "\\":
            return self.escape(), 1
        if char in "?*+{":
            raise self.fault(f"repeats nothing with {char}")
        if char in "]}":
            raise self.fault(f"has a lone {char}; write \\{char} for the character")
        return self.letter(char), 1

    def letter(self, char: str) -> str:
        if self.ignore_case and char.isascii() and char.isalpha():
            return f"[{char.upper()}{char.lower()}]"
        if char == "\x00":
            raise self.fault("holds a NUL character, which no text of a store can hold")
        return f"\\{char}" if char in SPECIAL else char

    def group(self) -> tuple[str, int]:
        if self.ahead("?:"):
            self.place += 2
        elif self.ahead("?"):
            raise self.fault("uses a group with (?…; only (?:…) is the same in every store")
        self.depth += 1
        if self.depth > DEEPEST:
            raise self.fault(f"nests more than {DEEPEST} groups")
        text, size = self.alternatives()
        if not self.ahead(")"):
            raise self.fault("has a group that is not closed")
        self.place += 1
        self.depth -= 1
        return f"(?:{text})", size

    def escape(self) -> str:
        char = self.take()
        if char.lower() in CLASSES:
            return f"[{'^' if char.isupper() else ''}{CLASSES[char.lower()]}]"
        if char in CONTROLS:
            return f"\\{char}"
        if char.isalnum() or not char.isascii():
            raise self.fault(f"uses \\{char}, which is not the same in every store")
        return self.letter(char)

    def bracket(self) -> str:
        negated = self.ahead("^")
        self.place += negated
        parts = []
        while not self.ahead("]"):
            parts.append(self.member())
        self.place += 1
        if not parts:
            raise self.fault("has an empty []")
        return f"[{'^' if negated else ''}{''.join(parts)}]"

    def member(self) -> str:
        if self.ahead("["):
            raise self.fault("has a [ inside of [ ]; write \\[ for the character")
        low = self.take()
        if low == "\\":
            escaped = self.take()
            if escaped in CLASSES:
                return CLASSES[escaped]
            if escaped in CONTROLS:
                return f"\\{escaped}"
            if escaped.isalnum() or not escaped.isascii():
                raise self.fault(f"uses \\{escaped} inside of [ ], which is not the same in every store")
            low = escaped
        if not self.ahead("-") or self.ahead("-]"):
            return self.span(low, low)
        self.place += 1
        high = self.take()
        if high == "\\":
            high = self.take()
            if high.isalnum():
                raise self.fault("has a range that ends in a class")
        if high < low:
            raise self.fault(f"has a range {low}-{high} that falls")
        return self.span(low, high)

    def span(self, low: str, high: str) -> str:
        """Return a range of characters; without case also the other case of its ASCII letters."""
        text = _quoted(low) if low == high else f"{_quoted(low)}-{_quoted(high)}"
        if not self.ignore_case:
            return text
        for first, last, shift in (("a", "z", -32), ("A", "Z", 32)):
            start, end = max(low, first), min(high, last)
            if start <= end:
                text += f"{chr(ord(start) + shift)}-{chr(ord(end) + shift)}"
        return text


def _quoted(char: str) -> str:
    return f"\\{char}" if char in "\\]^-[" else char
