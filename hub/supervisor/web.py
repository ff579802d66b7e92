"""The web server: Granian in one process with 16 threads, which measured best for polling pages."""

from __future__ import annotations

import http.client
import logging

from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from hub.supervisor.children import bind_descendants
from hub.supervisor.options import Options

THREADS = 16


def serve(options: Options) -> None:
    """Serve the pages until SIGTERM; a worker that dies is started again."""
    bind_descendants()
    Granian(
        "hub.wsgi:application",
        address=options.host,
        port=options.port,
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=THREADS,
        websockets=False,
        log_level=LogLevels.error,
        respawn_failed_workers=True,
        respawn_interval=0.5,
        workers_kill_timeout=3,
    ).serve()


def answers(options: Options, seconds: float = 1.0) -> bool:
    """Say whether the first page is there."""
    host = "127.0.0.1" if options.host in {"0.0.0.0", "::", ""} else options.host  # noqa: S104 - compared, not bound
    connection = http.client.HTTPConnection(host, options.port, timeout=seconds)
    try:
        connection.request("GET", "/", headers={"Host": "localhost"})
        return connection.getresponse().status < 500
    except (OSError, http.client.HTTPException) as error:
        logging.getLogger(__name__).debug("No answer yet: %s", error)
        return False
    finally:
        connection.close()
