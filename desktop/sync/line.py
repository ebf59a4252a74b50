"""The line to the office: one request, one answer, over HTTP. Knows media types and faults, and nothing of tokens' lives.

What can come back:

- a message of ours: it is returned;
- a numbered refusal of the office: the error of `crm.errors` with that number;
- a fault of the road (no network, no answer, 5xx, 429, anything that is not the office, such as the sign-in page of
  a hotel): `LocalFault` 4005 with ``retry_after_s`` where the other side named a time. Trying again later is right,
  nothing else is.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from email.utils import parsedate_to_datetime
from functools import cached_property, partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final, TypeVar
from urllib.parse import urlsplit

import msgspec

from crm.changes.codec import Form, compress, decode, encode, expand
from crm.changes.ops import MAX_PAGE_BYTES
from crm.errors import (
    Code,
    Detail,
    InvalidInput,
    LocalFault,
    NotAllowed,
    OfficeFault,
    ProtocolFault,
    RoundsmanError,
    RuleBroken,
)

if TYPE_CHECKING:
    # The HTTP library is imported with the first request: a copy is opened and shown without it.
    import requests

    from desktop.sync.trust import SystemTrustAdapter

log = logging.getLogger(__name__)

T = TypeVar("T")

CONNECT_S: Final = 5.0
STALL_S: Final = 30.0
"""How long nothing may arrive. There is no limit on the whole: a slow line that moves is a working line."""
PAYS_BYTES: Final = 1024
"""From this size on compressing a request saves more than it costs."""
CONNECTIONS: Final = 4
MAX_WAIT_S: Final = 60 * 60
MAX_SENTENCE: Final = 500
_PIECE: Final = 64 * 1024

_FAMILIES: Final[Mapping[int, type[RoundsmanError]]] = {
    kind.family: kind for kind in (InvalidInput, NotAllowed, RuleBroken, ProtocolFault, OfficeFault)
}


class _ErrorBody(msgspec.Struct, frozen=True):
    """How the office refuses: a number, a sentence, plain values for a program."""

    code: int
    message: str = ""
    details: dict[str, int | str | bool | None] = {}


def office_url(text: str, *, allow_plain: bool = False) -> str:
    """The office's address in the one form in which it is kept: no user, no query, no slash at the end.

    :param allow_plain: also accept ``http`` to another machine; to this machine it is always accepted.
    :raises InvalidInput: code 1005 when it is no such address, or would carry tokens in plain text.
    """
    parts = urlsplit(text.strip())
    try:
        host, _ = parts.hostname, parts.port
    except ValueError:
        host = None
    if (
        parts.scheme not in ("http", "https")
        or not host
        or parts.query
        or parts.fragment
        or "@" in parts.netloc
    ):
        raise InvalidInput(
            Code.BAD_VALUE, "The office's address must look like https://office.example.com.", field="server"
        )
    if parts.scheme == "http" and not allow_plain and not _is_this_machine(host):
        raise InvalidInput(
            Code.BAD_VALUE,
            "An address that begins with http:// sends everything in plain text. Use https://, or say --plain-http "
            "on a network that you trust.",
            field="server",
        )
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}"


def _is_this_machine(host: str) -> bool:
    return host in ("localhost", "::1") or host.startswith("127.")


class Line:
    """Requests to one office. Thread-safe; up to `CONNECTIONS` connections are kept open.

    Certificates are those that the system trusts. Proxies and further authorities come from the system and the
    environment (``HTTPS_PROXY``, ``NO_PROXY``, ``REQUESTS_CA_BUNDLE``), which are read again after every fault of the road. Redirects are never followed, so no
    token reaches another host; cookies are not kept, and passwords of a ``.netrc`` file not sent.
    """

    def __init__(self, url: str, *, agent: str = "Roundsman", connect_s: float = CONNECT_S) -> None:
        self.url = url
        self._connect_s = connect_s
        self._headers = {
            "User-Agent": agent,
            "Content-Type": Form.MSGPACK.value,
            "Accept": Form.MSGPACK.value,
            "Accept-Encoding": "zstd",
            "Connection": "keep-alive",
        }
        self._blank: dict[str, requests.PreparedRequest] = {}
        self._environment: Mapping[str, Any] | None = None

    def close(self) -> None:
        """Close the connections that nobody uses at the moment."""
        if "_adapter" in self.__dict__:
            self._adapter.close()

    @cached_property
    def _adapter(self) -> SystemTrustAdapter:
        # Below a session of `requests`, which reads the whole environment for every request and makes each of them
        # from nothing: that takes longer than the rest of a small request (measured 2026-11).
        from desktop.sync.trust import SystemTrustAdapter

        return SystemTrustAdapter(pool_connections=1, pool_maxsize=CONNECTIONS, max_retries=0)

    def call(
        self,
        path: str,
        message: msgspec.Struct,
        kind: type[T],
        *,
        token: str | None = None,
        stall_s: float = STALL_S,
    ) -> T:
        """Send ``message`` to ``path`` and give the answer, which must be a ``kind``; raises as `fetch` does."""
        return self.fetch(path, message, partial(decode, kind), token=token, stall_s=stall_s)

    def fetch(
        self,
        path: str,
        message: msgspec.Struct,
        read: Callable[[bytes, Form], T],
        *,
        token: str | None = None,
        stall_s: float = STALL_S,
    ) -> T:
        """Send ``message`` to ``path`` and give what ``read`` makes of the answer's bytes.

        :param token: the access token; None for an operation that needs none, whose 429 is a refusal to a person.
        :raises LocalFault: code 4005, see above; ``reason`` in the details is one word.
        :raises RoundsmanError: what the office said. 1002 also when anything on the way found the request too large.
        """
        body = encode(message)
        request = self._request(path)
        if len(body) > PAYS_BYTES:
            body = compress(body)
            request.headers["Content-Encoding"] = "zstd"
        if token is not None:
            request.headers["Authorization"] = f"Bearer {token}"
        request.headers["Content-Length"] = str(len(body))
        request.body = body
        began = time.perf_counter()
        status, received = 0, b""
        try:
            with _faults_of_the_road():
                response = self._adapter.send(
                    request, stream=True, timeout=(self._connect_s, stall_s), **self._surroundings()
                )
                with response:
                    status = response.status_code
                    received = _read(response)
            return _understood(response, received, read, is_open=token is None)
        except LocalFault:
            self._environment = None
            raise
        finally:
            log.debug(
                "office.called path=%s status=%d ms=%d out=%d in=%d",
                path,
                status,
                (time.perf_counter() - began) * 1000,
                len(body),
                len(received),
            )

    def _request(self, path: str) -> requests.PreparedRequest:
        """A request to ``path`` that has no body yet."""
        import requests

        blank = self._blank.get(path)
        if blank is None:
            blank = requests.Request("POST", self.url + path, headers=self._headers).prepare()
            self._blank[path] = blank
        return blank.copy()

    def _surroundings(self) -> Mapping[str, Any]:
        """Proxies and certificates, as the adapter takes them."""
        import requests

        found = self._environment
        if found is None:
            with requests.Session() as session:
                found = session.merge_environment_settings(self.url, {}, None, None, None)
            found = {name: found[name] for name in ("proxies", "verify", "cert")}
            self._environment = found
        return found


@contextmanager
def _faults_of_the_road() -> Iterator[None]:
    import requests
    import urllib3

    try:
        yield
    except requests.exceptions.SSLError as error:
        raise unreachable(
            "The office's certificate is not trusted here. Nothing was sent; ask whoever runs the network.",
            reason="certificate",
        ) from error
    except requests.exceptions.ProxyError as error:
        raise unreachable("The proxy of this network does not let us through.", reason="proxy") from error
    except (requests.exceptions.Timeout, urllib3.exceptions.TimeoutError) as error:
        raise unreachable("The office did not answer in time.", reason="timeout") from error
    except (requests.exceptions.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
        raise unreachable("The office cannot be reached.", reason="connection") from error


def unreachable(message: str, *, reason: str, **details: Detail) -> LocalFault:
    """A fault of the road: work goes on, and the next round tries again."""
    return LocalFault(Code.UNREACHABLE, message, reason=reason, **details)


def _read(response: requests.Response) -> bytes:
    """The body as it travelled; ``requests`` would expand it without a limit.

    :raises InvalidInput: code 1002 when it is larger than any page may be.
    """
    pieces: list[bytes] = []
    size = 0
    for piece in response.raw.stream(_PIECE, decode_content=False):
        size += len(piece)
        if size > MAX_PAGE_BYTES:
            response.close()
            raise _too_large()
        pieces.append(piece)
    return b"".join(pieces)


def _understood(
    response: requests.Response, received: bytes, read: Callable[[bytes, Form], T], *, is_open: bool
) -> T:
    status = response.status_code
    form = _form(response)
    if form is not None and status == HTTPStatus.OK:
        return read(_expanded(response, received), form)
    refusal = None if form is None else _refusal(response, received, form)
    if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        raise refusal or _too_large()
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or (status == HTTPStatus.TOO_MANY_REQUESTS and not is_open):
        raise unreachable(
            "The office cannot answer at the moment.",
            reason="busy",
            status=status,
            office_code=None if refusal is None else refusal.code,
            retry_after_s=_retry_after(response),
        )
    if refusal is not None:
        raise refusal
    if response.is_redirect or response.is_permanent_redirect:
        raise unreachable(
            "Another page answered in the office's place. Sign in to this network first, or check the address.",
            reason="redirect",
            status=status,
        )
    raise unreachable(
        "Something that is not the office answered. Sign in to this network first, or check the address.",
        reason="stranger",
        status=status,
        retry_after_s=_retry_after(response),
    )


def _form(response: requests.Response) -> Form | None:
    media = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    try:
        return Form(media)
    except ValueError:
        return None


def _expanded(response: requests.Response, received: bytes) -> bytes:
    """:raises LocalFault: code 4005 for a coding that was not asked for. :raises InvalidInput: 1001, 1002."""
    coding = response.headers.get("Content-Encoding", "identity").strip().lower()
    if coding == "zstd":
        return expand(received, MAX_PAGE_BYTES)
    if coding != "identity":
        raise unreachable("Something on the way changed the office's answer.", reason="coding")
    return received


def _refusal(response: requests.Response, received: bytes, form: Form) -> RoundsmanError | None:
    """The office's refusal, or None when the body is none: JSON comes from strangers too."""
    try:
        body = decode(_ErrorBody, _expanded(response, received), form)
    except (InvalidInput, LocalFault):
        return None
    kind = _FAMILIES.get(body.code - body.code % 1000)
    if kind is None:
        return None
    details: dict[str, Detail] = {
        name: value for name, value in body.details.items() if name not in ("self", "code", "message")
    }
    wait_s = _retry_after(response)
    if wait_s is not None:
        details.setdefault("retry_after_s", wait_s)
    return kind(body.code, _sentence(body.message), **details)


def _sentence(text: str) -> str:
    """What came over the line may be shown in a terminal: no control characters, not without end."""
    return "".join(character if character.isprintable() else " " for character in text[:MAX_SENTENCE])


def _retry_after(response: requests.Response) -> int | None:
    """Seconds to wait, at most an hour; None when nothing (readable) was said."""
    text = response.headers.get("Retry-After", "").strip()
    if text.isascii() and text.isdecimal():
        return min(int(text[:9]), MAX_WAIT_S)
    try:
        wait_s = parsedate_to_datetime(text).timestamp() - time.time()
    except (ValueError, TypeError, OverflowError):
        return None
    return int(min(max(wait_s, 0), MAX_WAIT_S))


def _too_large() -> InvalidInput:
    return InvalidInput(Code.TOO_LARGE, "The message is larger than is allowed.", limit=MAX_PAGE_BYTES)
