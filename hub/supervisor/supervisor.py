"""The control loop of the supervisor."""

from __future__ import annotations

import gc
import importlib
import logging
import signal
import socket
import subprocess
import time
from pathlib import Path

from django.conf import settings

from hub.common import env
from hub.supervisor import children, cluster, confining, database, first_start, leader, refusals, web
from hub.supervisor.duties import Duties
from hub.supervisor.options import Options
from recipes.core import stopping
from recipes.core.nodes import launch, processes

logger = logging.getLogger(__name__)
ENDING = {signal.SIGTERM, signal.SIGINT, signal.SIGHUP}
WATCHED = {*ENDING, signal.SIGCHLD}
HAND_BACK_SECONDS = 4.0
BACKLOG = 256


class Supervisor:
    """Single-threaded: it forks. It waits for signals, and does its duties at every full second."""

    def __init__(self, options: Options, runtime: Path) -> None:
        self._options = options
        self._runtime = runtime
        self._bell = runtime / "bell"
        self._stopping = runtime / "stopping"
        self._web = self._cluster = 0
        self._fork_server: subprocess.Popen[bytes] | None = None
        self._announced = not options.web
        self._home = settings.HUB_HOME
        self._duties = Duties(leader.owner_of(self._home), self._bell)

    def run(self) -> None:
        """Run until SIGTERM; RefusalError where the hub cannot run here."""
        signal.pthread_sigmask(signal.SIG_BLOCK, WATCHED)
        held = refusals.take_home(self._home)
        if self._options.web:
            refusals.check_port(self._options)
        confining.confine(self._home, self._runtime)
        self._listener = self._listen()
        self._start_fork_server()  # loads on another core meanwhile
        database.bring_up_to_date(self._home)
        first_start.prepare()
        self._load()
        self._keep_up()
        self._duties.ring_now()
        (self._runtime / "ready").touch()
        while not self._wait():
            self._keep_up()
            self._duties.do(time.monotonic())
            self._announce()
        self._end()
        held.close()

    def _listen(self) -> socket.socket:
        """Return the socket of the fork server. It is ours: when the fork server dies, clients wait for the next one."""
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(str(self._runtime / "f"))
        listener.listen(BACKLOG)
        return listener

    def _load(self) -> None:
        """Load what the forked processes need, once for all of them: they share its memory as long as none writes to it."""
        importlib.import_module("recipes.tasks")
        if self._options.web:
            importlib.import_module("hub.urls")
        gc.collect()
        gc.freeze()

    def _start_fork_server(self) -> None:
        scratch = str(self._runtime / "nodes")
        self._fork_server = launch.start(self._listener, serves_many=True, scratch=scratch)

    def _wait(self) -> bool:
        """Wait for a signal or the next full second; say whether to end."""
        received = signal.sigtimedwait(WATCHED, 1.0 - time.time() % 1.0 if self._announced else 0.05)
        return received is not None and received.si_signo in ENDING

    def _keep_up(self) -> None:
        """Start what is not running, and end what nobody answers for any more."""
        if self._fork_server is None or self._fork_server.poll() is not None:
            self._start_fork_server()
        if self._options.web and (not self._web or children.ended(self._web)):
            self._web = children.fork("hub-web", lambda: web.serve(self._options))
        self._keep_cluster()
        known = {self._web, self._cluster, self._fork_server.pid if self._fork_server else 0}
        processes.end_orphans(known | self._duties.children())

    def _keep_cluster(self) -> None:
        """Never two clusters: the whole group of the old one is killed before there is a new one."""
        if self._cluster and self._duties.cluster_is_deaf():
            logger.warning("No doorbell was heard for too long; the queue workers are started again.")
        elif self._cluster and not children.ended(self._cluster):
            return
        if self._cluster:
            children.end_group(self._cluster)
        self._bell.touch()
        self._cluster = children.fork("hub-queue", cluster.listen)

    def _announce(self) -> None:
        if not self._announced and web.answers(self._options):
            self._announced = True
            print(f"The hub is at {self._options.address}", flush=True)

    def _end(self) -> None:
        """Drain: take no more nodes, let those at hand end for a while, hand back the rest, stop everything."""
        stopping.say(self._stopping, stopping.DRAIN)
        for pid in filter(None, (self._cluster, self._web)):
            processes.signal_one(pid, signal.SIGTERM)
        grace = env.number("HUB_GRACE_SECONDS", 5)
        if not self._all_ended(grace):
            stopping.say(self._stopping, stopping.HAND_BACK)
            self._all_ended(HAND_BACK_SECONDS)
        for pid in filter(None, (self._cluster, self._web)):
            children.end_group(pid)
        if self._fork_server:
            self._fork_server.kill()
            self._fork_server.wait()
        processes.end_orphans(())
        self._duties.resign()

    def _all_ended(self, seconds: float) -> bool:
        """Wait for cluster and web server; a second signal ends the waiting."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            if self._cluster and children.ended(self._cluster):
                self._cluster = 0
            if self._web and children.ended(self._web):
                self._web = 0
            if not self._cluster and not self._web:
                return True
            received = signal.sigtimedwait(WATCHED, min(left, 0.2))
            if received is not None and received.si_signo in ENDING:
                return False
        return False
