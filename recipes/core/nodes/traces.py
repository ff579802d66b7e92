"""Tracebacks as the author of a recipe needs them: their own frames, with the recipe's file names."""

from __future__ import annotations

import traceback
from pathlib import Path


def user_trace(error: BaseException, folder: Path) -> str:
    """Return the traceback with only the frames in the recipe's folder; causes are shown before what they caused."""
    return _short(_format(error, folder, depth=0), folder)


def sentence(error: BaseException, folder: Path) -> str:
    """Return one sentence: what was raised, and at which line of the recipe."""
    kind = type(error).__name__
    text = " ".join(str(error).split())[:300]
    said = f"{kind}: {text}" if text else kind
    if isinstance(error, SyntaxError) and error.filename:
        said = f"{kind}: {error.msg}"
        return _short(f"{said} ({error.filename}, line {error.lineno}).", folder)
    frames = _frames(error, folder)
    if not frames:
        return _short(f"{said}.", folder)
    return _short(f"{said} ({frames[-1].filename}, line {frames[-1].lineno}).", folder)


def _frames(error: BaseException, folder: Path) -> list[traceback.FrameSummary]:
    inside = f"{folder}/"
    return [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename.startswith(inside)]


def _format(error: BaseException, folder: Path, depth: int) -> str:
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    before = ""
    if cause is not None and depth < 5:
        before = _format(cause, folder, depth + 1) + "\n\nthen:\n\n"
    frames = _frames(error, folder)
    head = "Traceback (the recipe's own lines):\n" if frames else ""
    said = "".join(traceback.format_exception_only(error)).rstrip()
    return before + head + "".join(traceback.format_list(frames)) + said


def _short(text: str, folder: Path) -> str:
    return text.replace(f"{folder}/", "")[:20_000]
