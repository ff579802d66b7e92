"""Fill an empty hub with the mesh of the browser tests: `python -m tests.e2e.seed`; HUB_HOME says where."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import django

PASSWORD = "calm control room"
MESH = Path(__file__).parent / "mesh"


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hub.settings")
    django.setup()
    from django.conf import settings

    from hub.common.tables import bring_tables_up_to_date
    from kitchens.actions.kitchens import create_production
    from kitchens.actions.people import create_person
    from kitchens.actions.policy import set_policy
    from kitchens.core.roles import THE_HUB
    from kitchens.queries.data import newest
    from recipes.actions.files import save_files

    bring_tables_up_to_date()
    now = datetime.now(UTC)
    for name, role in (("ada", "admin"), ("vera", "viewer"), ("dev", "developer")):
        create_person(username=name, password=PASSWORD, role=role, by=THE_HUB, now=now)
    production = create_production(by=THE_HUB, now=now)
    outside = Path(settings.HUB_HOME) / "outside"  # where a carrier leaves its files
    outside.mkdir()
    save_files(
        production,
        {
            str(path.relative_to(MESH)): path.read_bytes().replace(b"{outside}", str(outside).encode())
            for path in MESH.rglob("*.*")
            if path.is_file()
        },
        message="The mesh of the browser tests",
        by=THE_HUB,
        now=now,
        expected_commit=newest(production).commit,
    )
    set_policy(production, protected=True, policy={}, by=THE_HUB, now=now)


if __name__ == "__main__":
    main()
