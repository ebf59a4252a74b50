"""One path of the API as an ASGI application: reads, guards, answers. Bodies are read raw and decoded by our codec.

Everything that may block (database, decoding, compression) happens in one trip to a worker thread.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple
from urllib.parse import parse_qsl

import msgspec
from litestar.types import Receive, Scope, Send

from crm.changes.codec import Form, compress, decode, encode, expand
from crm.changes.ops import MAX_EXPANDED_BYTES, MAX_REQUEST_BYTES
from crm.errors import Code, InvalidInput, NotAllowed
from crm.ids import id_text
from sync_server.accounts.standing import Bearer
from sync_server.accounts.tokens import authenticate
from sync_server.api import refusals
from sync_server.api.operation import Call, Operation, Services

log = logging.getLogger("sync_server.api")

PAYS_BYTES: Final = 1024
"""From this size on compressing an answer saves more than it costs."""
STALL_S: Final = 30.0
"""How long the next piece of a body may take to arrive."""
DRAIN_BYTES: Final = 16 * 1024 * 1024
"""Of a body that is too large so much is read and dropped, because many clients read the answer only after sending."""
MAX_TOKEN: Final = 100

SECURITY_HEADERS: Final[tuple[tuple[bytes, bytes], ...]] = (
    (b"x-content-type-options", b"nosniff"),
    (b"cache-control", b"no-store"),
    (b"referrer-policy", b"no-referrer"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"cross-origin-resource-policy", b"same-origin"),
)


class Answer(NamedTuple):
    """An answer ready to be sent."""

    status: int
    body: bytes
    form: Form
    is_compressed: bool = False
    headers: Sequence[tuple[bytes, bytes]] = ()


class _Asked(NamedTuple):
    """What the headers say."""

    form: Form
    answer_form: Form
    is_compressed: bool
    may_compress: bool
    token: str | None


@dataclass
class _Trace:
    """What the line in the log says of a request."""

    size: int = 0
    bearer: Bearer | None = None


class Endpoint:
    """Answers every method of one path."""

    def __init__(self, services: Services, operations: Sequence[Operation]) -> None:
        self._services = services
        self._operations = {operation.method: operation for operation in operations}
        self._allow = ", ".join(sorted(self._operations)).encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request as an ASGI application."""
        answer = await self.answer(scope, receive)
        await send({"type": "http.response.start", "status": answer.status, "headers": headers_of(answer)})
        await send({"type": "http.response.body", "body": answer.body, "more_body": False})

    async def answer(self, scope: Scope, receive: Receive) -> Answer:
        """The answer to one request; one line about it is logged."""
        started = time.perf_counter()
        operation = self._operations.get(scope["method"])  # type: ignore[typeddict-item]
        headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
        trace = _Trace()
        if operation is None:
            name = "none"
            answer = self._wrong_method()
            await _drain(receive, headers)
        else:
            name = operation.name
            answer_form = Form.JSON
            try:
                asked = _asked(headers, has_body=operation.request is not None)
                answer_form = asked.answer_form
                raw = await _read(receive, headers) if operation.request is not None else b""
                trace.size = len(raw)
                answer = await self._answer(operation, asked, raw, scope, trace)
            except Exception as error:  # noqa: BLE001 - the last door: what gets here is numbered and logged
                answer = _refusal(error, name, answer_form)
        log.info(
            "request op=%s status=%d ms=%.1f in=%d out=%d person=%s",
            name,
            answer.status,
            (time.perf_counter() - started) * 1000,
            trace.size,
            len(answer.body),
            "-" if trace.bearer is None else id_text(trace.bearer.person),
        )
        return answer

    async def _answer(
        self, operation: Operation, asked: _Asked, raw: bytes, scope: Scope, trace: _Trace
    ) -> Answer:
        loop = asyncio.get_running_loop()
        threads = self._services.threads
        if operation.run is not None:
            return await loop.run_in_executor(threads, self._run, operation, asked, raw, scope, trace)
        assert operation.wait is not None
        call, message = await loop.run_in_executor(
            threads, self._prepare, operation, asked, raw, scope, trace
        )
        return _encoded(await operation.wait(call, message), asked)

    def _run(self, operation: Operation, asked: _Asked, raw: bytes, scope: Scope, trace: _Trace) -> Answer:
        call, message = self._prepare(operation, asked, raw, scope, trace)
        assert operation.run is not None
        return _encoded(operation.run(call, message), asked)

    def _prepare(
        self, operation: Operation, asked: _Asked, raw: bytes, scope: Scope, trace: _Trace
    ) -> tuple[Call, msgspec.Struct | None]:
        bearer = None if operation.is_open else self._guard(asked.token)
        trace.bearer = bearer
        message: msgspec.Struct | None = None
        if operation.request is not None:
            body = expand(raw, MAX_EXPANDED_BYTES) if asked.is_compressed else raw
            message = decode(operation.request, body, asked.form)
        client = scope.get("client")
        return (
            Call(
                services=self._services,
                bearer=bearer,
                token=asked.token,
                address=client[0] if client else "",
                form=asked.form,
                path=_path_parts(scope),
                query=_query(operation, scope),
            ),
            message,
        )

    def _guard(self, token: str | None) -> Bearer:
        if token is None:
            raise NotAllowed(Code.NOT_SIGNED_IN, "You are not signed in. Sign in again.")
        database = self._services.accounts.database
        with database.snapshot() as connection:
            return authenticate(database, connection, token)

    def _wrong_method(self) -> Answer:
        body = refusals.body_of(InvalidInput(Code.MALFORMED, "This address does not answer to that method."))
        return Answer(405, encode(body, Form.JSON), Form.JSON, headers=[(b"allow", self._allow)])


def _encoded(message: msgspec.Struct, asked: _Asked) -> Answer:
    body = encode(message, asked.answer_form)
    if asked.may_compress and len(body) > PAYS_BYTES:
        return Answer(200, compress(body), asked.answer_form, is_compressed=True)
    return Answer(200, body, asked.answer_form)


def _refusal(error: Exception, operation: str, form: Form) -> Answer:
    told = refusals.known(error, operation)
    return Answer(
        refusals.status_of(told.code),
        encode(refusals.body_of(told), form),
        form,
        headers=refusals.headers_of(told),
    )


def headers_of(answer: Answer) -> list[tuple[bytes, bytes]]:
    """All headers of an answer."""
    headers = [
        (b"content-type", answer.form.value.encode()),
        (b"content-length", str(len(answer.body)).encode()),
        *SECURITY_HEADERS,
        *answer.headers,
    ]
    if answer.is_compressed:
        headers.append((b"content-encoding", b"zstd"))
    return headers


# --- reading -----------------------------------------------------------------------------------------------------------


def _asked(headers: Mapping[bytes, str], *, has_body: bool) -> _Asked:
    """What the headers ask for.

    :raises InvalidInput: code 1008 for a body in another form or coding than ours.
    """
    media = headers.get(b"content-type", "").partition(";")[0].strip().lower()
    coding = headers.get(b"content-encoding", "identity").strip().lower()
    form = Form.JSON
    if has_body:
        if media not in (Form.MSGPACK.value, Form.JSON.value):
            raise InvalidInput(
                Code.UNSUPPORTED_MEDIA, f"Send {Form.MSGPACK.value} or {Form.JSON.value}.", media=media[:80]
            )
        if coding not in ("identity", "zstd"):
            raise InvalidInput(Code.UNSUPPORTED_MEDIA, "Send the body plain or as zstd.", coding=coding[:80])
        form = Form(media)
    accept = headers.get(b"accept", "").lower()
    answer_form = form
    if Form.MSGPACK.value in accept:
        answer_form = Form.MSGPACK
    elif Form.JSON.value in accept:
        answer_form = Form.JSON
    scheme, _, token = headers.get(b"authorization", "").partition(" ")
    token = token.strip()
    return _Asked(
        form=form,
        answer_form=answer_form,
        is_compressed=coding == "zstd",
        may_compress=_takes_zstd(headers.get(b"accept-encoding", "")),
        token=token if scheme.lower() == "bearer" and 0 < len(token) <= MAX_TOKEN else None,
    )


def _takes_zstd(accept_encoding: str) -> bool:
    for part in accept_encoding.lower().split(","):
        name, _, weight = part.partition(";")
        if name.strip() == "zstd":
            return weight.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False


async def _read(receive: Receive, headers: Mapping[bytes, str]) -> bytes:
    """The raw body.

    :raises InvalidInput: code 1002 when it is over the limit, 1001 when it ends early or stands still.
    """
    length = headers.get(b"content-length", "")
    if length.isdecimal() and int(length) > MAX_REQUEST_BYTES:
        await _drain(receive, headers)
        raise _too_large()
    pieces: list[bytes] = []
    size = 0
    while True:
        piece, more = await _piece(receive)
        size += len(piece)
        if size > MAX_REQUEST_BYTES:
            if more:
                await _drain(receive, headers)
            raise _too_large()
        pieces.append(piece)
        if not more:
            return pieces[0] if len(pieces) == 1 else b"".join(pieces)


async def _piece(receive: Receive) -> tuple[bytes, bool]:
    try:
        async with asyncio.timeout(STALL_S):
            event: Any = await receive()
    except TimeoutError as error:
        raise InvalidInput(Code.MALFORMED, "The message did not arrive.") from error
    if event["type"] != "http.request":
        raise InvalidInput(Code.MALFORMED, "The message ended early.")
    return event.get("body", b""), event.get("more_body", False)


async def _drain(receive: Receive, headers: Mapping[bytes, str]) -> None:
    """Read and drop what is left of a body, unless it is beyond all measure."""
    length = headers.get(b"content-length", "")
    left = DRAIN_BYTES
    if length.isdecimal() and int(length) > left:
        return
    more = True
    while more and left > 0:
        piece, more = await _piece(receive)
        left -= len(piece)


def _too_large() -> InvalidInput:
    return InvalidInput(Code.TOO_LARGE, "The message is larger than is allowed.", limit=MAX_REQUEST_BYTES)


def _path_parts(scope: Scope) -> dict[str, str]:
    parts: dict[str, Any] = scope.get("path_params") or {}
    return {name: str(value) for name, value in parts.items()}


def _query(operation: Operation, scope: Scope) -> dict[str, str]:
    """The named parts of the query.

    :raises InvalidInput: code 1004 for a part that the operation does not know.
    """
    raw = scope.get("query_string", b"")
    if not raw:
        return {}
    try:
        pairs = parse_qsl(raw.decode("ascii"), keep_blank_values=True, max_num_fields=20, errors="strict")
    except (ValueError, UnicodeDecodeError) as error:
        raise InvalidInput(Code.MALFORMED, "The address cannot be read.") from error
    names = {parameter.name for parameter in operation.query}
    for name, _ in pairs:
        if name not in names:
            raise InvalidInput(
                Code.UNKNOWN_FIELD, "The address has a part that is not known.", field=name[:80]
            )
    return dict(pairs)
