"""Whatever nonsense arrives: a numbered error in the one form, and nothing changed."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import msgspec
import pytest
import zstandard

from crm.changes.codec import Form, compress, encode, seal
from crm.changes.ops import CHANGE, MAX_EXPANDED_BYTES, MAX_REQUEST_BYTES, Op, PushAnswer
from crm.errors import Code
from tests.contract.backends import Backend
from tests.contract.world import Caller, Device, Reply, World, enrolment

HUGE = 10**30


@pytest.fixture(scope="module", params=["sqlite_backend", "postgres_backend"])
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    """One office for all tests here: none of them may change it."""
    backend: Backend = request.getfixturevalue(request.param)
    with backend.office() as url:
        served = World(url)
        yield served
        served.close()


@pytest.fixture(scope="module")
def lin(world: World) -> Device:
    """A rep's laptop with one customer."""
    device = world.device("lin")
    device.push(device.changeset(device.new_customer()))
    device.pull()
    return device


def is_refusal(reply: Reply) -> bool:
    """Whether the body is the one form of every refusal."""
    body = reply.body
    return (
        400 <= reply.status < 500
        and set(body) == {"code", "message", "details"}
        and isinstance(body["code"], int)
        and 1000 <= body["code"] < 6000
        and "Traceback" not in body["message"]
    )


def unpackable(depth: int) -> bytes:
    """MessagePack arrays within arrays."""
    return b"\x91" * depth + b"\xc0"


def declared_bomb() -> bytes:
    """A small frame that says it is larger than allowed."""
    return compress(b"\x00" * (MAX_EXPANDED_BYTES + 1))


def silent_bomb() -> bytes:
    """A small frame that does not say how large it is."""
    packer = zstandard.ZstdCompressor(level=19, write_content_size=False).compressobj()
    return packer.compress(b"\x00" * (64 * 1024 * 1024)) + packer.flush()


def lying_bomb() -> bytes:
    """A frame that says it is small, and is not: the size field of a real one overwritten."""
    honest = compress(b"\x00" * 1_000_000)
    assert zstandard.frame_content_size(honest) == 1_000_000
    place = honest.index((1_000_000).to_bytes(4, "little"))
    return honest[:place] + (1000).to_bytes(4, "little") + honest[place + 4 :]


BODIES: dict[str, tuple[bytes, dict[str, str], int]] = {
    "empty": (b"", {}, Code.MALFORMED),
    "noise": (os.urandom(200), {}, Code.MALFORMED),
    "cut": (msgspec.msgpack.encode({"protocol": 1})[:-1], {}, Code.MALFORMED),
    "another type": (msgspec.msgpack.encode([1, 2, 3]), {}, Code.MALFORMED),
    "deep": (unpackable(100_000), {}, Code.MALFORMED),
    "deep json": (b"[" * 100_000, {"Content-Type": Form.JSON}, Code.MALFORMED),
    "deep json objects": (b'{"cursor":' * 50_000, {"Content-Type": Form.JSON}, Code.MALFORMED),
    "broken json": (b'{"protocol": 1,', {"Content-Type": Form.JSON}, Code.MALFORMED),
    "two values": (b"{} {}", {"Content-Type": Form.JSON}, Code.MALFORMED),
    "lone surrogate": (b'{"code":"\\ud800"}', {"Content-Type": Form.JSON}, Code.MALFORMED),
    "no utf-8": (b'{"code":"\xff\xfe"}', {"Content-Type": Form.JSON}, Code.MALFORMED),
    "not a number": (b'{"protocol": NaN}', {"Content-Type": Form.JSON}, Code.MALFORMED),
    "too large": (b"\x00" * (MAX_REQUEST_BYTES + 1), {}, Code.TOO_LARGE),
    "bomb that says so": (declared_bomb(), {"Content-Encoding": "zstd"}, Code.TOO_LARGE),
    "bomb that keeps still": (silent_bomb(), {"Content-Encoding": "zstd"}, Code.TOO_LARGE),
    "bomb that lies": (lying_bomb(), {"Content-Encoding": "zstd"}, Code.MALFORMED),
    "no frame": (b"not zstd at all", {"Content-Encoding": "zstd"}, Code.MALFORMED),
    "cut frame": (compress(os.urandom(4000))[:-100], {"Content-Encoding": "zstd"}, Code.MALFORMED),
    "another coding": (b"", {"Content-Encoding": "gzip"}, Code.UNSUPPORTED_MEDIA),
    "another form": (b"<a/>", {"Content-Type": "text/xml"}, Code.UNSUPPORTED_MEDIA),
    "no form": (b"{}", {"Content-Type": ""}, Code.UNSUPPORTED_MEDIA),
}
PATHS = ("/v1/push", "/v1/pull", "/v1/wake", "/v1/enrol", "/v1/sign-in", "/v1/refresh", "/v1/password")


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("name", BODIES)
def test_unreadable_body_is_refused_by_number(world: World, lin: Device, path: str, name: str) -> None:
    body, headers, code = BODIES[name]
    before = world.dump() if path == "/v1/push" else None
    reply = lin.request("POST", path, body, {"Content-Type": Form.MSGPACK} | headers)
    assert is_refusal(reply), reply
    assert reply.code == code, reply.body
    if before is not None:
        assert world.dump() == before


WRONG_VALUES: tuple[Any, ...] = (None, "x", "\x00", -1, HUGE, 1.5, True, [], {}, b"short", [[1]], {"a": [1]})


def wrongly(message: dict[str, Any]) -> Iterator[tuple[str, Any, dict[str, Any]]]:
    """The message with each of its fields in turn replaced by what it cannot be, or left out."""
    for name in message:
        yield name, "missing", {key: value for key, value in message.items() if key != name}
        for value in WRONG_VALUES:
            yield name, value, message | {name: value}


def as_builtins(message: msgspec.Struct) -> dict[str, Any]:
    """A message as it lies on the wire, before the encoding."""
    found: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(message))
    return found


@pytest.mark.parametrize("path", ["/v1/push", "/v1/pull", "/v1/wake"])
def test_wrong_value_in_any_field_is_no_fault_of_the_server(world: World, lin: Device, path: str) -> None:
    messages = {
        "/v1/push": lambda: as_builtins(lin.sealed(lin.changeset(lin.new_customer()))),
        "/v1/pull": lambda: as_builtins(lin.pulling()),
        "/v1/wake": lambda: as_builtins(lin.pulling()) and {"cursor": {}, "timeout_s": 0},
    }
    before = world.dump()
    refused = 0
    for name, value, message in wrongly(messages[path]()):
        if path == "/v1/push" and name == "now_ms" and value in (-1, True):
            continue  # any small number is a clock, only a wrong one
        try:
            body = msgspec.json.encode(message)
        except OverflowError:
            body = msgspec.json.encode(message | {name: None}).replace(b"null", str(value).encode())
        reply = lin.request("POST", path, body, {"Content-Type": Form.JSON})
        assert reply.status < 500, (name, value, reply.body)
        if reply.status != 200:
            assert is_refusal(reply), (name, value, reply.body)
            refused += 1
    assert refused > 15
    if path != "/v1/push":
        assert world.dump() == before


def broken_ops(device: Device) -> dict[str, tuple[Op, int]]:
    """Operations that cannot be taken, and their number."""
    held = next(iter(device.rows["customer"]))
    foreign = device.world.customer("bo", "Foreign Firm")
    good = device.new_customer()

    def changed(**fields: Any) -> Op:
        return Op("customer", good.id, good.kind, 0, {**good.fields, **fields})

    return {
        "unknown table": (Op("no_such_table", good.id, 0, 0, {"a": 1}), Code.UNKNOWN_TABLE),
        "table of the office": (Op("account", good.id, 0, 0, {"login": "x"}), Code.UNKNOWN_TABLE),
        "unknown field": (changed(no_such_field=1), Code.UNKNOWN_FIELD),
        "system field": (changed(version=7), Code.UNKNOWN_FIELD),
        "nul": (changed(name="a\x00b"), Code.BAD_VALUE),
        "too long": (changed(name="x" * 201), Code.BAD_VALUE),
        "wrong type": (changed(name=7), Code.BAD_VALUE),
        "nested": (changed(name={"a": ["b"]}), Code.BAD_VALUE),
        "id too short": (changed(owner_id=b"123"), Code.BAD_VALUE),
        "office field": (changed(credit_limit_minor=10**9), Code.OFFICE_FIELD),
        "foreign unit": (
            Op("customer", foreign, CHANGE, 1, {"name": ["Foreign Firm", "Mine"]}),
            Code.NOT_FOUND,
        ),
        "absent unit": (Op("customer", good.id, CHANGE, 1, {"name": ["a", "b"]}), Code.NOT_FOUND),
        "illegal move": (
            Op("customer", held, CHANGE, 1, {"library": ["potential", "nowhere"]}),
            Code.ILLEGAL_MOVE,
        ),
        "catalogue": (
            Op("product", good.id, 0, 0, {"code": "X", "name": "X", "base_unit": "x"}),
            Code.NO_RIGHT,
        ),
    }


BROKEN_OPS = (
    "unknown table", "table of the office", "unknown field", "system field", "nul", "too long", "wrong type", "nested",
    "id too short", "office field", "foreign unit", "absent unit", "illegal move", "catalogue",
)  # fmt: skip
REPLICATION = ("changeset", "incarnation", "device", "feed", "feed_record")


@pytest.mark.parametrize("name", BROKEN_OPS)
def test_operation_that_cannot_be_is_rejected_by_number_and_stops_nothing(world: World, name: str) -> None:
    device = world.device("lin")
    device.push(device.changeset(device.new_customer(f"Base of {name}")))
    device.pull()
    op, code = broken_ops(device)[name]
    before = world.dump()
    answer = device.push(device.changeset(op))
    assert [(outcome.kind, outcome.code) for outcome in answer.outcomes] == [("rejected", code)]
    after = world.dump()
    changed = {table for table in after if after[table] != before[table]}
    assert changed <= set(REPLICATION), changed
    assert [o.kind for o in device.push(device.changeset(device.new_customer("Next"))).outcomes] == [
        "applied"
    ]


def test_envelope_with_another_hash_or_body_is_rejected_by_number(world: World) -> None:
    device = world.device("lin")
    good = seal(device.changeset(device.new_customer()), 1)
    wrong_hash = msgspec.structs.replace(good, hash=os.urandom(32))
    answer = device.post("/v1/push", device.pushing(wrong_hash)).read(PushAnswer)
    assert [(o.kind, o.code) for o in answer.outcomes] == [("rejected", Code.BAD_HASH)]
    garbage = os.urandom(50)
    from crm.changes.codec import body_hash

    broken = msgspec.structs.replace(
        good, n=2, change_id=world.new_id(), body=garbage, hash=body_hash(garbage)
    )
    answer = device.post("/v1/push", device.pushing(broken)).read(PushAnswer)
    assert [(o.kind, o.code) for o in answer.outcomes] == [("rejected", Code.MALFORMED)]


def test_too_many_changesets_are_refused_whole(world: World, lin: Device) -> None:
    sealed = [seal(lin.changeset(lin.new_customer()), number) for number in range(1, 202)]
    before = world.dump()
    reply = lin.post("/v1/push", lin.pushing(*sealed))
    assert (reply.status, reply.code) == (413, Code.TOO_LARGE)
    assert world.dump() == before


@pytest.mark.parametrize(
    "cursor",
    [
        {"zz": [1, 1, b"12345678"]},
        {"": [1, 1, b"12345678"]},
        {"00" * 16: [1, 1, b"12345678"]},
        {"x" * 10_000: [1, 1, b"12345678"]},
        {"01a2\x00": [1, 1, b"12345678"]},
    ],
)
def test_cursor_that_was_never_given_is_no_fault_of_the_server(
    world: World, lin: Device, cursor: dict[str, Any]
) -> None:
    message = msgspec.to_builtins(lin.pulling(), builtin_types=(bytes,)) | {"cursor": cursor}
    for path, body in (("/v1/pull", message), ("/v1/wake", {"cursor": cursor, "timeout_s": 0.0})):
        reply = lin.post(path, msgspec.msgpack.encode(body))
        assert reply.status == 200 or is_refusal(reply), reply.body


@pytest.mark.parametrize("position", [b"x", b"\xc1" * 50, os.urandom(300), unpackable(5000)])
def test_position_that_was_never_given_is_refused(world: World, lin: Device, position: bytes) -> None:
    reply = lin.post("/v1/pull", lin.pulling(position=position))
    assert is_refusal(reply), reply.body


TOKENS: dict[str, Callable[[str], str | None]] = {
    "none": lambda _good: None,
    "empty": lambda _good: "Bearer ",
    "another scheme": lambda good: f"Basic {good}",
    "no scheme": lambda good: good,
    "unknown": lambda _good: "Bearer " + "A" * 43,
    "cut": lambda good: f"Bearer {good[:-1]}",
    "endless": lambda good: f"Bearer {good * 50}",
    "odd letters": lambda _good: "Bearer \xff\xfe",
    "sql": lambda _good: "Bearer ' OR 1=1 --",
}


@pytest.mark.parametrize("name", TOKENS)
def test_wrong_token_is_answered_with_401_everywhere(world: World, lin: Device, name: str) -> None:
    assert lin.token is not None
    header = TOKENS[name](lin.token)
    stranger = Caller(world.base, None)
    headers = {"Content-Type": Form.MSGPACK.value} | ({"Authorization": header} if header else {})
    before = world.dump()
    guarded = [
        ("POST", "/v1/push", encode(lin.pushing())),
        ("POST", "/v1/pull", encode(lin.pulling())),
        ("POST", "/v1/wake", msgspec.msgpack.encode({"cursor": {}})),
        ("POST", "/v1/sign-out", None),
        ("GET", "/v1/orders", None),
        ("GET", f"/v1/orders/{'0' * 32}", None),
        ("POST", f"/v1/orders/{'0' * 32}/approve", msgspec.msgpack.encode({"seal_hash": "00" * 32})),
    ]
    for method, path, body in guarded:
        reply = stranger.request(method, path, body, headers)
        assert (reply.status, reply.code) == (401, Code.NOT_SIGNED_IN), path
        assert reply.headers["WWW-Authenticate"] == "Bearer"
    assert world.dump() == before


def test_refresh_token_opens_nothing(world: World, lin: Device) -> None:
    assert Caller(world.base, lin.refresh_token).post("/v1/pull", lin.pulling()).status == 401


def test_unknown_address_and_wrong_method_have_the_one_form(world: World) -> None:
    anybody = Caller(world.base, None)
    lost = anybody.get("/v1/nothing-here")
    assert (lost.status, lost.code) == (404, Code.NOT_FOUND)
    wrong = anybody.request("DELETE", "/v1/hello")
    assert (wrong.status, wrong.headers["Allow"]) == (405, "GET")
    assert is_refusal(wrong)


def test_unknown_field_of_a_form_is_refused(world: World) -> None:
    anybody = Caller(world.base, None)
    reply = anybody.post("/v1/sign-in", {"login": "lin", "password": "x", "admin": True})
    assert (reply.status, reply.code) == (400, Code.MALFORMED)
    assert anybody.get("/v1/orders", colour="red").status == 401
    chen = world.sign_in("chen")
    assert chen.get("/v1/orders", colour="red").code == Code.UNKNOWN_FIELD


@pytest.mark.parametrize("field", ["code", "device_name", "client_version"])
@pytest.mark.parametrize("value", ["\x00", "a\nb", "x" * 5000, 7, None])
def test_enrolment_with_a_bad_field_leaves_the_code_unused(world: World, field: str, value: object) -> None:
    code = world.enrolment_code("ma")
    message = enrolment(code, world.new_id(), world.new_id())
    before = world.dump()
    reply = Caller(world.base, None).post("/v1/enrol", message | {field: value})
    assert is_refusal(reply), reply.body
    assert world.dump() == before


def test_no_answer_says_more_than_it_must(world: World, lin: Device) -> None:
    for reply in (lin.get("/v1/hello"), lin.post("/v1/pull", b"x"), lin.get("/nowhere")):
        assert reply.headers["X-Content-Type-Options"] == "nosniff"
        assert reply.headers["Cache-Control"] == "no-store"
        assert "default-src 'none'" in reply.headers["Content-Security-Policy"]
        assert "Server" not in reply.headers


def test_body_without_a_length_is_cut_off_at_the_limit(world: World, lin: Device) -> None:
    address = urlsplit(world.base)
    with socket.create_connection((address.hostname or "", address.port or 0), timeout=20) as raw:
        raw.sendall(
            b"POST /v1/pull HTTP/1.1\r\nHost: office\r\nTransfer-Encoding: chunked\r\n"
            b"Content-Type: application/x-msgpack\r\n" + f"Authorization: Bearer {lin.token}\r\n\r\n".encode()
        )
        piece = b"10000\r\n" + b"\x00" * 0x10000 + b"\r\n"
        for _ in range(MAX_REQUEST_BYTES // 0x10000 + 2):
            raw.sendall(piece)
        raw.sendall(b"0\r\n\r\n")
        assert b" 413 " in raw.recv(200)
