"""A real HTTP server on port 0 that answers what a test tells it to, and keeps what it was asked."""

from __future__ import annotations

import socket
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import msgspec

from crm.changes.codec import Form, expand

MSGPACK = Form.MSGPACK.value
JSON = Form.JSON.value


@dataclass
class Asked:
    """One request as it arrived."""

    path: str
    headers: Mapping[str, str]
    raw: bytes

    @property
    def body(self) -> dict[str, object]:
        """The message, as plain values."""
        raw = expand(self.raw, 1 << 26) if self.headers.get("Content-Encoding") == "zstd" else self.raw
        found: dict[str, object] = msgspec.msgpack.decode(raw)
        return found

    @property
    def token(self) -> str | None:
        """The bearer token, if one came."""
        scheme, _, token = self.headers.get("Authorization", "").partition(" ")
        return token if scheme == "Bearer" else None


@dataclass
class Reply:
    """One answer. ``announce`` more bytes than there are cuts it; ``hold`` waits for an event in the middle."""

    body: bytes = b""
    status: int = 200
    media: str = MSGPACK
    headers: Mapping[str, str] = field(default_factory=dict)
    announce: int = 0
    hold: threading.Event | None = None
    resets: bool = False


Script = Callable[[Asked], Reply] | Reply


def message(**values: object) -> Reply:
    """A good answer."""
    return Reply(msgspec.msgpack.encode(values))


def refusal(status: int, code: int, text: str = "No.", **details: object) -> Reply:
    """A numbered refusal, as the office writes it."""
    return Reply(msgspec.msgpack.encode({"code": code, "message": text, "details": details}), status)


class Stranger:
    """The server. Answers come from `then` in order, else from `always`."""

    def __init__(self, address: tuple[str, int]) -> None:
        self.url = f"http://{address[0]}:{address[1]}"
        self.asked: list[Asked] = []
        self.always: Script = Reply(b"<html>", 404, "text/html")
        self._then: deque[Script] = deque()

    def then(self, *scripts: Script) -> None:
        """Answer the next requests so."""
        self._then.extend(scripts)

    def answer(self, asked: Asked) -> Reply:
        """What to say."""
        self.asked.append(asked)
        script = self._then.popleft() if self._then else self.always
        return script if isinstance(script, Reply) else script(asked)


@contextmanager
def stranger() -> Iterator[Stranger]:
    """A server that runs while the block does."""
    told: list[Stranger] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            reply = told[0].answer(Asked(self.path, dict(self.headers), raw))
            if reply.resets:
                # No farewell, as from a router that forgot the connection.
                self.connection.shutdown(socket.SHUT_RDWR)
                self.close_connection = True
                return
            self.send_response(reply.status)
            self.send_header("Content-Type", reply.media)
            self.send_header("Content-Length", str(max(reply.announce, len(reply.body))))
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.flush()
            if reply.hold is not None:
                reply.hold.wait(20)
            self.wfile.write(reply.body)
            if reply.announce > len(reply.body):
                self.close_connection = True

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    told.append(Stranger(("127.0.0.1", server.server_address[1])))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield told[0]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
