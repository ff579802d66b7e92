"""Run the suite once more with the hub's own tables on PostgreSQL: `python -m tests.on_postgresql`."""

from __future__ import annotations

import os
import subprocess
import sys

from tests.conftest import HOW, _service

# Left out: what a browser does, what brings databases of its own, and cores, which know none.
MARKS = "not e2e and not mesh and not one_database and not trial"
LEFT_OUT = (
    "tests/test_house_rules.py",
    "tests/hub/supervisor",
    "tests/hub/backup",
    "tests/recipes/git/test_real_server*",
    "tests/*/core/*",
    "tests/kitchens/actions/test_concurrent*",
)


def main() -> int:
    url = _service("TEST_DATABASE_URL", "postgresql://postgres@127.0.0.1:5432/test")
    if not url:
        print("Skipped: the suite on PostgreSQL. " + HOW.format(name="TEST_DATABASE_URL"))
        return 1 if os.environ.get("HUB_NO_SKIPS") else 0
    print("Once more, with the hub's tables on PostgreSQL:")
    ignored = [f"--ignore-glob={pattern}" for pattern in LEFT_OUT]
    command = [sys.executable, "-m", "pytest", "-m", MARKS, *ignored, *sys.argv[1:]]
    return subprocess.run(command, env={**os.environ, "DATABASE_URL": url}, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
