"""Which paths and branch names may enter the mesh repository."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from hub.common.errors import InvalidError

PATH_LIMIT = 240
NAME_LIMIT = 100
BRANCH = re.compile(r"main|kitchens/[a-z0-9][a-z0-9_-]{0,59}")
# What Windows and macOS would take for `.git`: git refuses these names too.
GIT_ALIASES = frozenset({".git", "git~1"})
# Scripts with letters that look like Latin ones: a name of both may pass for another name.
LOOK_ALIKES = frozenset({"CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "COPTIC", "LISU"})
WINDOWS_FORBIDDEN = frozenset('<>:"|?*\\')


def check_branch(branch: str) -> str:
    """Return the branch name, or raise InvalidError: it is `main` or `kitchens/<slug>`."""
    if not BRANCH.fullmatch(branch):
        raise InvalidError(
            f"{branch!r} is not the name of a branch of the mesh.",
            remedy="Branches are called main or kitchens/<name>, in small letters, digits, - and _.",
        )
    return branch


def check_path(path: str) -> str:
    """Return the path, or raise InvalidError that says what is wrong with it.

    Taken are relative paths with `/` that mean the same file on every system.
    """
    if trouble := _trouble(path):
        raise InvalidError(
            f"The path {path!r} {trouble}.",
            remedy="Use a path inside the repository such as domains/sales/recipes/daily/recipe.yaml.",
            field="path",
        )
    return path


def _trouble(path: str) -> str:
    if not path or len(path) > PATH_LIMIT:
        return f"is empty or longer than {PATH_LIMIT} characters"
    if path.startswith("/"):
        return "is absolute"
    if any(unicodedata.category(character) in {"Cc", "Cf", "Cs", "Zl", "Zp"} for character in path):
        return "holds control characters"
    if unicodedata.normalize("NFC", path) != path:
        return "holds letters in decomposed form"
    return next((trouble for name in path.split("/") if (trouble := _name_trouble(name))), "")


def _name_trouble(name: str) -> str:
    if name in {"", ".", ".."}:
        return "holds an empty part, . or .."
    if name.rstrip(". ").casefold() in GIT_ALIASES:
        return "names git's own folder"
    if WINDOWS_FORBIDDEN & set(name):
        return "holds a character that not every system can store"
    scripts = {unicodedata.name(letter, "").partition(" ")[0] for letter in name if letter.isalpha()}
    if "LATIN" in scripts and scripts & LOOK_ALIKES:
        return "mixes letters of scripts that look alike"
    if name != name.strip() or name.endswith("."):
        return "holds a part that starts or ends with a blank, or ends with a dot"
    return f"holds a part longer than {NAME_LIMIT} characters" if len(name) > NAME_LIMIT else ""


def check_clashes(names: Iterable[str], folder: str) -> None:
    """Raise InvalidError where two names of one folder differ in capitals only: half of all systems keep just one."""
    seen: dict[str, str] = {}
    for name in names:
        other = seen.setdefault(name.casefold(), name)
        if other != name:
            raise InvalidError(
                f"{other!r} and {name!r} in {folder or 'the repository'} differ in capitals only.",
                remedy="Rename one of them.",
                field="path",
            )
