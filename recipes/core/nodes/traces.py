"""Tracebacks as the author of a recipe needs them: their own frames, with the recipe's file names.

Where `said` is given, the words of the recipe, an error quotes nothing else: Python quotes the value it could not use.
"""

from __future__ import annotations

import traceback
from pathlib import Path

from recipes.core.quoting import without_values


def user_trace(error: BaseException, folder: Path, said: str | None = None) -> str:
    """Return the traceback with only the frames in the recipe's folder; causes are shown before what they caused."""
    return _short(_format(error, folder, said, depth=0), folder)


def sentence(error: BaseException, folder: Path, said: str | None = None) -> str:
    """Return one sentence: what was raised, and at which line of the recipe."""
    what = _what(error, said, 300)
    if isinstance(error, SyntaxError) and error.filename:
        told = error.msg if said is None else without_values(error.msg, said)
        what = f"{type(error).__name__}: {told}"
        return _short(f"{what} ({error.filename}, line {error.lineno}).", folder)
    frames = _frames(error, folder)
    if not frames:
        return _short(f"{what}.", folder)
    return _short(f"{what} ({frames[-1].filename}, line {frames[-1].lineno}).", folder)


def _what(error: BaseException, said: str | None, most: int) -> str:
    """Return what was raised on one line."""
    kind, text = type(error).__name__, " ".join(str(error).split())[:most]
    if said is not None:
        text = without_values(text, said)
    return f"{kind}: {text}" if text else kind


def _frames(error: BaseException, folder: Path) -> list[traceback.FrameSummary]:
    inside = f"{folder}/"
    return [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename.startswith(inside)]


def _format(error: BaseException, folder: Path, said: str | None, depth: int) -> str:
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    before = ""
    if cause is not None and depth < 5:
        before = _format(cause, folder, said, depth + 1) + "\n\nthen:\n\n"
    frames = _frames(error, folder)
    head = "Traceback (the recipe's own lines):\n" if frames else ""
    if said is None or (isinstance(error, SyntaxError) and str(error.filename).startswith(f"{folder}/")):
        what = "".join(traceback.format_exception_only(error)).rstrip()
    else:
        what = _what(error, said, 2000)
    return before + head + "".join(traceback.format_list(frames)) + what


def _short(text: str, folder: Path) -> str:
    return text.replace(f"{folder}/", "")[:20_000]
