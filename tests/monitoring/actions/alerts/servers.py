"""Servers to deliver to, on this machine: HTTP that keeps what it was sent, and the little of SMTP that a mail needs."""

from __future__ import annotations

import json
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SAYS = {"EHLO": "250-test\r\n250 AUTH PLAIN", "AUTH": "235 ok", "QUIT": "221 bye"}


@dataclass
class Got:
    """What a server was sent, and how it answers."""

    port: int = 0
    posts: list[tuple[str, dict, dict]] = field(default_factory=list)  # path, headers, JSON
    mails: list[tuple[list[str], EmailMessage]] = field(default_factory=list)
    logins: list[str] = field(default_factory=list)
    answer: int = 200
    refuse: str = ""  # what SMTP says to a mail instead of taking it
    redirect: str = ""


@contextmanager
def http_server() -> Iterator[Got]:
    got = Got()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            got.posts.append((self.path, dict(self.headers), json.loads(body)))
            self.send_response(got.answer)
            if got.redirect:
                self.send_header("Location", got.redirect)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args: object) -> None:
            pass

    with _serving(ThreadingHTTPServer(("127.0.0.1", 0), Handler), got):
        yield got


class _Smtp(socketserver.StreamRequestHandler):
    """Takes one mail after the other."""

    got: Got

    def say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())

    def handle(self) -> None:
        self.say("220 test")
        people: list[str] = []
        while line := self.rfile.readline().decode().strip():
            verb = line.split()[0].upper()
            if verb == "RCPT":
                people.append(line.partition(":")[2].strip("<> "))
            if verb == "AUTH":
                self.got.logins.append(line)
            if verb == "DATA":
                self._data(people)
            else:
                self.say(SAYS.get(verb, "250 ok"))
            if verb == "QUIT":
                return

    def _data(self, people: list[str]) -> None:
        self.say("354 go on")
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            lines.append(line)
        if self.got.refuse:
            self.say(self.got.refuse)
            return
        self.got.mails.append((list(people), message_from_bytes(b"".join(lines), policy=policy.default)))
        self.say("250 taken")


@contextmanager
def smtp_server() -> Iterator[Got]:
    got = Got()

    class Server(socketserver.ThreadingTCPServer):
        allow_reuse_address = True
        daemon_threads = True

    with _serving(Server(("127.0.0.1", 0), type("Handler", (_Smtp,), {"got": got})), got):
        yield got


@contextmanager
def _serving(server: socketserver.BaseServer, got: Got) -> Iterator[None]:
    got.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
