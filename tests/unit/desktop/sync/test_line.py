"""The line to the office: what comes back as a message, as a refusal, and as a fault of the road."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import msgspec
import pytest
import zstandard

from crm.changes.codec import compress, encode
from crm.changes.ops import MAX_PAGE_BYTES
from crm.errors import (
    Code,
    InvalidInput,
    LocalFault,
    NotAllowed,
    OfficeFault,
    ProtocolFault,
    RoundsmanError,
    RuleBroken,
)
from desktop.sync import line as line_module
from desktop.sync.line import Line, office_url
from tests.unit.desktop.sync.stranger import JSON, Reply, Stranger, message, refusal, stranger


class Ask(msgspec.Struct):
    """What these tests send."""

    text: str


class Told(msgspec.Struct):
    """What these tests receive."""

    text: str


@pytest.fixture
def office() -> Iterator[Stranger]:
    """A server that says what the test wants."""
    with stranger() as server:
        yield server


@pytest.fixture
def line(office: Stranger) -> Iterator[Line]:
    """A line to it."""
    made = Line(office.url, agent="Roundsman/test")
    yield made
    made.close()


def called(line: Line, text: str = "hello", token: str | None = "the-token") -> Told:
    """One call."""
    return line.call("/v1/thing", Ask(text), Told, token=token)


def fault_of(line: Line) -> LocalFault:
    """The fault of the road that a call meets."""
    with pytest.raises(LocalFault) as caught:
        called(line)
    assert caught.value.code == Code.UNREACHABLE
    return caught.value


# --- messages ----------------------------------------------------------------------------------------------------------


def test_a_message_goes_and_its_answer_comes(office: Stranger, line: Line) -> None:
    office.then(message(text="hi"))

    assert called(line) == Told("hi")
    (asked,) = office.asked
    assert asked.path == "/v1/thing"
    assert asked.body == {"text": "hello"}
    assert asked.token == "the-token"
    assert asked.headers["User-Agent"] == "Roundsman/test"
    assert asked.headers["Accept-Encoding"] == "zstd"


def test_only_large_requests_are_compressed(office: Stranger, line: Line) -> None:
    office.always = message(text="hi")

    called(line, "x" * 900)
    called(line, "x" * 5000)

    small, large = office.asked
    assert "Content-Encoding" not in small.headers
    assert large.headers["Content-Encoding"] == "zstd"
    assert len(large.raw) < 200
    assert large.body == {"text": "x" * 5000}


def test_a_compressed_answer_is_expanded(office: Stranger, line: Line) -> None:
    office.then(Reply(compress(encode(Told("y" * 9000))), headers={"Content-Encoding": "zstd"}))

    assert called(line) == Told("y" * 9000)


def test_json_is_understood_too(office: Stranger, line: Line) -> None:
    office.then(Reply(b'{"text": "hi"}', media=JSON + "; charset=utf-8"))

    assert called(line) == Told("hi")


def test_an_answer_that_would_expand_without_end_is_refused_before_it_does(
    office: Stranger, line: Line
) -> None:
    bomb = zstandard.ZstdCompressor().compress(bytes(MAX_PAGE_BYTES + 1))
    assert len(bomb) < 20_000
    office.then(Reply(bomb, headers={"Content-Encoding": "zstd"}))

    with pytest.raises(InvalidInput) as caught:
        called(line)
    assert caught.value.code == Code.TOO_LARGE


def test_an_answer_larger_than_any_page_is_not_read_to_its_end(
    office: Stranger, line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(line_module, "MAX_PAGE_BYTES", 100_000)
    office.then(Reply(bytes(2_000_000)), message(text="hi"))

    with pytest.raises(InvalidInput) as caught:
        called(line)
    assert caught.value.code == Code.TOO_LARGE
    assert called(line) == Told("hi")


def test_an_answer_that_is_not_the_message_is_malformed(office: Stranger, line: Line) -> None:
    office.then(message(other=1))

    with pytest.raises(InvalidInput) as caught:
        called(line)
    assert caught.value.code == Code.MALFORMED


def test_connections_are_used_again(office: Stranger, line: Line) -> None:
    office.always = lambda asked: message(text=asked.headers["Connection"])

    assert called(line).text == "keep-alive"
    assert called(line).text == "keep-alive"


def test_cookies_are_not_kept(office: Stranger, line: Line) -> None:
    office.then(Reply(encode(Told("hi")), headers={"Set-Cookie": "who=me"}), message(text="hi"))

    called(line)
    called(line)

    assert "Cookie" not in office.asked[1].headers


# --- refusals ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (400, Code.MALFORMED, InvalidInput),
        (413, Code.TOO_LARGE, InvalidInput),
        (401, Code.NOT_SIGNED_IN, NotAllowed),
        (403, Code.DEVICE_STATE, NotAllowed),
        (404, Code.NOT_FOUND, NotAllowed),
        (409, Code.ILLEGAL_MOVE, RuleBroken),
        (409, Code.FORK, ProtocolFault),
        (400, 9999, OfficeFault),
    ],
)
def test_a_numbered_refusal_is_the_error_with_that_number(
    office: Stranger, line: Line, status: int, code: int, kind: type[RoundsmanError]
) -> None:
    office.then(refusal(status, code, "Because.", field="x", limit=7))

    with pytest.raises(kind) as caught:
        called(line)
    assert (caught.value.code, caught.value.message) == (code, "Because.")
    assert caught.value.details == {"field": "x", "limit": 7}


def test_a_refusal_says_when_to_come_again(office: Stranger, line: Line) -> None:
    reply = refusal(429, Code.TOO_MANY_TRIES)
    office.then(Reply(reply.body, 429, headers={"Retry-After": "90"}))

    with pytest.raises(NotAllowed) as caught:
        called(line, token=None)
    assert caught.value.details["retry_after_s"] == 90


def test_a_refusal_cannot_steer_the_terminal(office: Stranger, line: Line) -> None:
    office.then(refusal(403, Code.NO_RIGHT, "No\x1b[2J way\n" + "x" * 9000))

    with pytest.raises(NotAllowed) as caught:
        called(line)
    assert caught.value.message.startswith("No [2J way x")
    assert len(caught.value.message) <= line_module.MAX_SENTENCE


def test_details_cannot_take_the_place_of_code_and_message(office: Stranger, line: Line) -> None:
    body = {"code": Code.NO_RIGHT, "message": "No.", "details": {"code": 1, "message": "x", "self": 2}}
    office.then(Reply(msgspec.msgpack.encode(body), 403))

    with pytest.raises(NotAllowed) as caught:
        called(line)
    assert (caught.value.code, caught.value.details) == (Code.NO_RIGHT, {})


def test_too_large_is_said_by_whatever_is_on_the_way(office: Stranger, line: Line) -> None:
    office.then(Reply(b"<html>", 413, "text/html"))

    with pytest.raises(InvalidInput) as caught:
        called(line)
    assert caught.value.code == Code.TOO_LARGE


# --- faults of the road ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_an_office_that_cannot_answer_is_a_fault_of_the_road(
    office: Stranger, line: Line, status: int
) -> None:
    office.then(
        Reply(refusal(status, Code.DATABASE_AWAY).body, status, headers={"Retry-After": "5"}),
        Reply(b"<html>", status, "text/html"),
    )

    ours, proxys = fault_of(line), fault_of(line)

    assert ours.details["office_code"] == Code.DATABASE_AWAY
    assert ours.details["retry_after_s"] == 5
    assert (proxys.details["reason"], proxys.details["retry_after_s"]) == ("busy", None)


def test_too_many_requests_of_a_laptop_is_a_fault_of_the_road(office: Stranger, line: Line) -> None:
    office.then(Reply(refusal(429, Code.TOO_MANY_TRIES).body, 429, headers={"Retry-After": "17"}))

    assert fault_of(line).details["retry_after_s"] == 17


def test_retry_after_may_be_a_date(office: Stranger, line: Line) -> None:
    soon = format_datetime(datetime.now(UTC) + timedelta(seconds=40), usegmt=True)
    past = format_datetime(datetime.now(UTC) - timedelta(days=2), usegmt=True)
    office.then(
        *(Reply(b"", 503, "text/html", {"Retry-After": text}) for text in (soon, past, "99999999", "soon"))
    )

    waits = [fault_of(line).details["retry_after_s"] for _ in range(4)]

    assert isinstance(waits[0], int)
    assert 30 <= waits[0] <= 40
    assert waits[1:] == [0, line_module.MAX_WAIT_S, None]


@pytest.mark.parametrize("status", [200, 401, 403, 404, 511])
def test_the_sign_in_page_of_a_hotel_is_not_the_office(office: Stranger, line: Line, status: int) -> None:
    office.then(Reply(b"<html>Welcome! Please sign in</html>", status, "text/html"))

    assert fault_of(line).details["status"] == status


def test_json_of_a_stranger_is_not_a_refusal(office: Stranger, line: Line) -> None:
    office.then(
        Reply(b'{"error": "login required"}', 403, JSON),
        Reply(b'{"code": 42, "message": "?"}', 400, JSON),
        Reply(b"[]", 400, JSON),
    )

    assert [fault_of(line).details["reason"] for _ in range(3)] == ["stranger"] * 3


def test_a_redirect_is_not_followed_and_carries_the_token_nowhere(office: Stranger, line: Line) -> None:
    with stranger() as other:
        office.then(Reply(b"", 307, "text/html", {"Location": f"{other.url}/v1/thing"}))

        assert fault_of(line).details["reason"] == "redirect"
        assert other.asked == []


def test_an_answer_cut_in_the_middle_is_a_fault_of_the_road(office: Stranger, line: Line) -> None:
    whole = encode(Told("y" * 5000))
    office.then(Reply(whole[:2000], announce=len(whole)), message(text="hi"))

    assert fault_of(line).details["reason"] == "connection"
    assert called(line) == Told("hi")


def test_a_reset_connection_is_a_fault_of_the_road(office: Stranger, line: Line) -> None:
    office.then(Reply(resets=True), message(text="hi"))

    assert fault_of(line).details["reason"] == "connection"
    assert called(line) == Told("hi")


def test_an_answer_that_stands_still_is_given_up(office: Stranger, line: Line) -> None:
    over = threading.Event()
    office.then(Reply(encode(Told("hi")), hold=over))

    with pytest.raises(LocalFault) as caught:
        line.call("/v1/thing", Ask("x"), Told, token="t", stall_s=0.05)
    over.set()

    assert caught.value.details["reason"] == "timeout"


def test_nobody_at_the_other_end_is_a_fault_of_the_road() -> None:
    with stranger() as gone:
        url = gone.url
    nowhere = Line(url)

    assert fault_of(nowhere).details["reason"] == "connection"


def test_a_coding_that_nobody_asked_for_is_a_fault_of_the_road(office: Stranger, line: Line) -> None:
    office.then(Reply(b"\x1f\x8b", headers={"Content-Encoding": "gzip"}))

    assert fault_of(line).details["reason"] == "coding"


def test_a_password_file_does_not_take_the_place_of_the_token(
    office: Stranger, line: Line, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("default login somebody password secret\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    office.always = message(text="hi")

    called(line)
    called(line, token=None)

    assert office.asked[0].token == "the-token"
    assert "Authorization" not in office.asked[1].headers


def test_a_proxy_of_the_environment_is_used(
    office: Stranger, line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    with stranger() as proxy:
        proxy.then(message(text="by proxy"))
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        monkeypatch.setenv("http_proxy", proxy.url)
        monkeypatch.delenv("NO_PROXY", raising=False)
        monkeypatch.delenv("no_proxy", raising=False)
        far = Line("http://office.example")

        assert called(far) == Told("by proxy")
        assert proxy.asked[0].path == "http://office.example/v1/thing"
        assert office.asked == []


def test_the_log_has_neither_token_nor_content(
    office: Stranger, line: Line, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    office.then(message(text="Waldkirch"), refusal(403, Code.NO_RIGHT, "Waldkirch"))

    called(line, "Waldkirch")
    with pytest.raises(NotAllowed):
        called(line, "Waldkirch")

    assert "path=/v1/thing status=200" in caplog.text
    assert "the-token" not in caplog.text
    assert "Waldkirch" not in caplog.text


# --- addresses ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "url"),
    [
        (" https://office.example.com/ ", "https://office.example.com"),
        ("https://office.example.com:8443/roundsman/", "https://office.example.com:8443/roundsman"),
        ("http://127.0.0.1:8765", "http://127.0.0.1:8765"),
        ("http://localhost:1/", "http://localhost:1"),
        ("http://[::1]:1", "http://[::1]:1"),
    ],
)
def test_an_address_is_kept_in_one_form(text: str, url: str) -> None:
    assert office_url(text) == url


@pytest.mark.parametrize(
    "text",
    [
        "office.example.com",
        "ftp://office.example.com",
        "https://",
        "https://me:secret@office.example.com",
        "https://office.example.com/?a=1",
        "https://office.example.com/#a",
        "https://office.example.com:port",
        "http://office.example.com",
        "http://192.168.1.5:8765",
        "",
    ],
)
def test_an_address_that_is_none_or_not_safe_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        office_url(text)
    assert caught.value.code == Code.BAD_VALUE
    assert "secret" not in caught.value.message


def test_plain_http_is_possible_when_somebody_says_so() -> None:
    assert office_url("http://192.168.1.5:8765/", allow_plain=True) == "http://192.168.1.5:8765"
