"""The supervisor: starts and watches fork server, queue cluster and web server of one machine, and does its duties."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import django

from hub.supervisor.options import Options
from hub.supervisor.parent import REFUSED
from recipes.core import stopping
from recipes.core.nodes import processes


def main(text: str) -> None:
    """Run the supervisor (the program that the minimal parent starts)."""
    processes.die_with(int(os.environ.pop("HUB_PARENT")))
    processes.adopt_orphans()
    processes.call_itself("hub-supervisor")
    options = Options.from_text(text)
    _surround(options, Path(os.environ["HUB_RUNTIME"]))
    django.setup()
    # Only now: what they import needs the settings.
    from hub.supervisor.refusals import RefusalError
    from hub.supervisor.supervisor import Supervisor

    try:
        Supervisor(options, Path(os.environ["HUB_RUNTIME"])).run()
    except RefusalError as refusal:
        print(refusal, file=sys.stderr, flush=True)
        sys.exit(REFUSED)


def _surround(options: Options, runtime: Path) -> None:
    """Tell the settings, the queue workers and the engine's client where things are."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hub.settings")
    if options.workers:
        os.environ["HUB_WORKERS"] = str(options.workers)
    os.environ["HUB_FORKSERVER"] = str(runtime / "f")
    os.environ["HUB_BELL"] = str(runtime / "bell")
    os.environ[stopping.FLAG] = str(runtime / "stopping")
    Path(os.environ[stopping.FLAG]).unlink(missing_ok=True)
