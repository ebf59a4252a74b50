"""The relay really passes, cuts and loses: a real server behind it, a real client before it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import requests

from demo.road import Road

TIMEOUT_S = 10


class Echo(BaseHTTPRequestHandler):
    """Answers a POST with its own body, and remembers it."""

    protocol_version = "HTTP/1.1"
    received: list[bytes]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        type(self).received.append(body)
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


@pytest.fixture
def received() -> list[bytes]:
    """What has reached the server."""
    return []


@pytest.fixture
def road(received: list[bytes]) -> Iterator[Road]:
    handler = type("Handler", (Echo,), {"received": received})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with Road("127.0.0.1", server.server_address[1]) as opened:
            yield opened
        server.shutdown()


@pytest.fixture
def client() -> Iterator[requests.Session]:
    with requests.Session() as session:
        session.trust_env = False
        yield session


def post(client: requests.Session, road: Road, body: bytes, path: str = "/echo") -> bytes:
    return client.post(road.url + path, data=body, timeout=TIMEOUT_S).content


def test_everything_passes_on_an_open_road(road: Road, client: requests.Session) -> None:
    large = bytes(range(256)) * 4000
    assert post(client, road, large) == large
    assert post(client, road, b"again") == b"again"
    assert road.bytes_up > len(large)
    assert road.bytes_down > len(large)


def test_nothing_passes_on_a_cut_road(road: Road, client: requests.Session, received: list[bytes]) -> None:
    assert post(client, road, b"before") == b"before"
    road.cut()
    with pytest.raises(requests.ConnectionError):
        post(client, road, b"meanwhile")
    road.mend()
    assert post(client, road, b"after") == b"after"
    assert received == [b"before", b"after"]


def test_a_lost_answer_was_delivered_once_and_the_next_one_arrives(
    road: Road, client: requests.Session, received: list[bytes]
) -> None:
    road.lose_answer_to("/echo")
    assert post(client, road, b"other", "/elsewhere") == b"other"
    with pytest.raises(requests.ConnectionError):
        post(client, road, b"delivered")
    assert received == [b"other", b"delivered"]
    assert road.answers_lost == 1
    assert post(client, road, b"next") == b"next"


def test_an_office_that_is_away_is_a_cut_road(client: requests.Session) -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), Echo) as server:
        port = server.server_address[1]
    with Road("127.0.0.1", port) as road, pytest.raises(requests.ConnectionError):
        post(client, road, b"nobody")
