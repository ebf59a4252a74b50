"""The last door: an ASGI endpoint driven by hand, where no real client would behave like this."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import msgspec
import pytest

from crm.changes.codec import Form
from crm.changes.ops import MAX_REQUEST_BYTES
from crm.errors import Code, OfficeFault
from sync_server.api import endpoint
from sync_server.api.endpoint import Answer, Endpoint
from sync_server.api.messages import Done, RefreshRequest
from sync_server.api.operation import Call, Operation, Services
from tests.unit.sync_server.conftest import Premises


class Large(msgspec.Struct):
    """An answer of any size."""

    text: str


@pytest.fixture
def services(premises: Premises) -> Iterator[Services]:
    """What operations work with."""
    with ThreadPoolExecutor(1) as threads:
        yield Services(premises.office, premises.accounts, threads)


def echo(_call: Call, message: RefreshRequest) -> Large:
    return Large(message.refresh_token * 40)


def fail(_call: Call, _message: Any) -> Done:
    raise ZeroDivisionError


def away(_call: Call, _message: Any) -> Done:
    raise OfficeFault(Code.DATABASE_AWAY, "Later.")


def ask(
    services: Services,
    body: list[dict[str, Any]] | bytes,
    *,
    run: Any = echo,
    method: str = "POST",
    headers: dict[str, str] | None = None,
) -> Answer:
    """The answer to one request whose body arrives in these events."""
    operation = Operation(
        "echo", "POST", "/echo", "Says it again.", Large, run=run, request=RefreshRequest, is_open=True
    )
    events = [{"type": "http.request", "body": body, "more_body": False}] if isinstance(body, bytes) else body
    sent = {"content-type": Form.JSON.value} | (headers or {})

    async def receive() -> Any:
        if events:
            return events.pop(0)
        await asyncio.sleep(3600)
        return None

    scope: Any = {
        "type": "http",
        "method": method,
        "path": "/echo",
        "query_string": b"",
        "headers": [(name.encode(), value.encode("latin-1")) for name, value in sent.items()],
        "client": ("10.0.0.1", 1),
    }
    return asyncio.run(Endpoint(services, [operation]).answer(scope, receive))


def code_of(answer: Answer) -> int:
    number: int = msgspec.json.decode(answer.body)["code"]
    return number


GOOD = b'{"refresh_token": "abc"}'


def test_body_in_pieces_is_put_together(services: Services) -> None:
    pieces: list[dict[str, Any]] = [
        {"type": "http.request", "body": GOOD[:5], "more_body": True},
        {"type": "http.request", "body": b"", "more_body": True},
        {"type": "http.request", "body": GOOD[5:], "more_body": False},
    ]
    assert ask(services, pieces).status == 200


def test_caller_who_goes_away_in_the_middle_leaves_a_refusal(services: Services) -> None:
    pieces: list[dict[str, Any]] = [
        {"type": "http.request", "body": GOOD[:5], "more_body": True},
        {"type": "http.disconnect"},
    ]
    answer = ask(services, pieces)
    assert (answer.status, code_of(answer)) == (400, Code.MALFORMED)


def test_body_that_stands_still_is_given_up(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(endpoint, "STALL_S", 0.05)
    answer = ask(services, [{"type": "http.request", "body": GOOD[:5], "more_body": True}])
    assert (answer.status, code_of(answer)) == (400, Code.MALFORMED)


def test_announced_size_is_believed_before_anything_is_read(services: Services) -> None:
    answer = ask(services, GOOD, headers={"content-length": str(10**12)})
    assert (answer.status, code_of(answer)) == (413, Code.TOO_LARGE)


def test_size_counts_even_when_another_was_announced(services: Services) -> None:
    answer = ask(services, b" " * (MAX_REQUEST_BYTES + 1), headers={"content-length": "10"})
    assert (answer.status, code_of(answer)) == (413, Code.TOO_LARGE)


@pytest.mark.parametrize(
    ("accepted", "is_compressed"),
    [
        ("zstd", True),
        ("gzip, zstd;q=0.5", True),
        ("ZSTD", True),
        ("gzip", False),
        ("", False),
        ("zstd;q=0", False),
        ("zstd; q=0.0", False),
    ],
)
def test_answer_is_compressed_only_for_who_can_read_it(
    services: Services, accepted: str, *, is_compressed: bool
) -> None:
    body = msgspec.json.encode({"refresh_token": "x" * 100})
    answer = ask(services, body, headers={"accept-encoding": accepted})
    assert answer.is_compressed is is_compressed
    assert (len(answer.body) < 1000) is is_compressed


def test_small_answer_is_never_compressed(services: Services) -> None:
    assert not ask(services, GOOD, headers={"accept-encoding": "zstd"}).is_compressed


@pytest.mark.parametrize(
    ("accept", "form"),
    [
        ("", Form.JSON),
        ("*/*", Form.JSON),
        ("application/x-msgpack", Form.MSGPACK),
        ("application/json", Form.JSON),
        ("text/html, application/x-msgpack;q=0.9", Form.MSGPACK),
        ("text/html", Form.JSON),
    ],
)
def test_accept_decides_the_form_of_answers_and_refusals(services: Services, accept: str, form: Form) -> None:
    assert ask(services, GOOD, headers={"accept": accept}).form is form
    assert ask(services, b"{", headers={"accept": accept}).form is form


@pytest.mark.allow_log("sync_server.api")
def test_failure_nobody_expected_is_numbered(services: Services) -> None:
    answer = ask(services, GOOD, run=fail)
    assert (answer.status, code_of(answer)) == (500, Code.INTERNAL)
    assert b"ZeroDivision" not in answer.body


def test_database_that_is_away_asks_to_come_again(services: Services) -> None:
    answer = ask(services, GOOD, run=away)
    assert (answer.status, code_of(answer)) == (503, Code.DATABASE_AWAY)
    assert (b"retry-after", b"5") in endpoint.headers_of(answer)


def test_line_in_the_log_names_no_token(services: Services, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "sync_server.api"):
        ask(services, b'{"refresh_token": "secret-token"}', headers={"authorization": "Bearer secret-token"})
    (record,) = caplog.records
    assert record.getMessage().startswith("request op=echo status=200 ms=")
    assert "secret" not in caplog.text
