"""What the editor in the browser sends: files as they would be, not committed yet."""

from __future__ import annotations

import json
from collections.abc import Mapping

from hub.common.errors import InvalidError
from kitchens.core.git import check_path

Drafts = Mapping[str, bytes | None]  # path in the recipe's folder -> what it would hold; None: deleted
MOST_FILES, MOST_TEXT = 200, 1024 * 1024


def read_drafts(written: str, file: str = "", text: str | None = None) -> dict[str, bytes | None]:
    """Return the drafts of a form: a JSON object path -> text or null, and one file that is plainly there as `text`.

    InvalidError for what is no such object, a path that leads out of the folder, or too much of it.
    """
    try:
        found = json.loads(written or "{}")
    except ValueError as error:
        raise InvalidError(
            "The changes of the editor cannot be read.", remedy="Load the page again."
        ) from error
    if not isinstance(found, dict) or not all(v is None or isinstance(v, str) for v in found.values()):
        raise InvalidError("The changes of the editor cannot be read.", remedy="Load the page again.")
    if file and text is not None:
        found[file] = text
    if len(found) > MOST_FILES or sum(len(v or "") for v in found.values()) > MOST_TEXT:
        raise InvalidError("This is too much for the editor.", remedy="Use git for large changes.")
    drafts = {check_path(path): _raw(content) for path, content in found.items()}
    return drafts


def _raw(text: str | None) -> bytes | None:
    """Return the bytes of a text as git keeps it: browsers send the ends of lines their own way."""
    if text is None:
        return None
    try:
        return text.replace("\r\n", "\n").replace("\r", "\n").encode()
    except UnicodeEncodeError as error:
        raise InvalidError("The text holds half a character.", remedy="Type it again.") from error


def only_changed(drafts: Drafts, there: Mapping[str, bytes]) -> dict[str, bytes | None]:
    """Return the drafts that differ from the files there are."""
    return {path: content for path, content in drafts.items() if there.get(path) != content}
