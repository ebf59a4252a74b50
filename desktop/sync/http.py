"""The way to the office that the product uses: MessagePack and zstd over HTTP, with tokens that renew themselves.

Enrolment gives a refresh token. It is kept by `Secrets` and exchanged for an access token of some minutes and the
next refresh token. The next one is kept before it is first used, and the office honours the former one until then:
wherever a crash or a lost answer falls, one token that works is kept.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol, TypeVar

import msgspec

from crm.changes.codec import Form, decode
from crm.changes.ops import PROTOCOL, Head, Page, PullRequest, PushAnswer, PushRequest
from crm.errors import Code, NotAllowed, ProtocolFault
from desktop.sync.line import Line
from desktop.sync.transport import Arrival

log = logging.getLogger(__name__)

T = TypeVar("T")

REFRESH_TOKEN: Final = "refresh-token"  # noqa: S105 - the name under which it is kept
WAKE_S: Final = 25.0
WAKE_MARGIN_S: Final = 10.0
"""How much longer than asked the office may take to end a long poll."""
EARLY_S: Final = 60.0
"""An access token is renewed this long before it ends, so that none ends on the way."""

_MISREAD: Final = str.maketrans({"O": "0", "I": "1", "L": "1", "-": None, " ": None})


class Secrets(Protocol):
    """Where the refresh token is kept; `desktop.vault.Vault` is one. May block, even on a question to the user."""

    def secret(self, name: str) -> bytes | None:
        """The secret, or None when none of that name is kept."""
        ...

    def keep_secret(self, name: str, value: bytes) -> None:
        """Keep a secret in place of an earlier one; when this raises, the earlier one is still there."""
        ...


class EnrolRequest(msgspec.Struct, frozen=True):
    """An installation asks to become a device. It made both ids and keeps them for the repeat."""

    code: str
    device_id: bytes
    incarnation: bytes
    device_name: str
    client_version: str
    protocol: int = PROTOCOL


class EnrolAnswer(msgspec.Struct, frozen=True):
    """The device as the office knows it. ``rep_code`` and ``ordinal`` begin every number given offline."""

    device_id: bytes
    ordinal: int
    person: bytes
    name: str
    rep_code: str
    access_token: str
    refresh_token: str
    expires_in_s: int
    office_ms: int
    zone: str
    protocol: int
    schema_version: int
    division_id: bytes | None = None
    login: str | None = None


class _SignInRequest(msgspec.Struct, frozen=True):
    login: str
    password: str


class _CodeAnswer(msgspec.Struct, frozen=True):
    code: str


class _Nothing(msgspec.Struct, frozen=True):
    pass


class _Done(msgspec.Struct, frozen=True):
    done: bool = True


class _RefreshRequest(msgspec.Struct, frozen=True):
    refresh_token: str


class TokenAnswer(msgspec.Struct, frozen=True):
    """A new pair of tokens; ``expires_in_s`` is about the access token."""

    access_token: str
    refresh_token: str
    expires_in_s: int
    person: bytes
    office_ms: int


class _WakeRequest(msgspec.Struct, frozen=True):
    cursor: dict[str, Head]
    timeout_s: float


class _WakeAnswer(msgspec.Struct, frozen=True):
    news: bool


def normal_code(code: str) -> str:
    """An enrolment code without what people add or misread: it is written in Crockford's base 32."""
    return code.upper().translate(_MISREAD)


def enrol(line: Line, request: EnrolRequest) -> EnrolAnswer:
    """Become a device. The same request may be repeated for some minutes when its answer was lost.

    :raises NotAllowed: 2005 for a code that is not valid, 2007 after too many tries (``retry_after_s``), 2004 or
        2006 for an account that is not open.
    :raises ProtocolFault: 5004 when the office speaks another edition of the protocol.
    :raises LocalFault: 4005, see `desktop.sync.line`; the device may exist at the office.
    """
    answer = line.call("/v1/enrol", request, EnrolAnswer)
    if answer.protocol != PROTOCOL:
        raise ProtocolFault(
            Code.SCHEMA_AHEAD, "The office speaks another edition of the protocol. Update Roundsman first."
        )
    return answer


def own_code(line: Line, login: str, password: str) -> str:
    """A code with which the person of this account enrols one device.

    :raises NotAllowed: 2004 when name or password is wrong, 2006, 2007 as `enrol`.
    """
    return line.call("/v1/enrolment-code", _SignInRequest(login, password), _CodeAnswer).code


def sign_in(line: Line, login: str, password: str) -> TokenAnswer:
    """Tokens for a person without a device, as the office's own programs use them.

    :raises NotAllowed: 2004 when name or password is wrong, 2006, 2007 as `enrol`.
    """
    return line.call("/v1/sign-in", _SignInRequest(login, password), TokenAnswer)


class _PageHead(msgspec.Struct, frozen=True):
    """The fields of a `Page` that the next request depends on."""

    complete: bool
    position: bytes
    done: int = 0
    total: int = 0


@dataclass(frozen=True)
class _Arrived:
    """Implements `Arrival`: a page of which only the head was read."""

    complete: bool
    position: bytes
    done: int
    total: int
    data: bytes
    form: Form

    @classmethod
    def read(cls, data: bytes, form: Form) -> _Arrived:
        """:raises InvalidInput: code 1001."""
        head = decode(_PageHead, data, form)
        return cls(head.complete, head.position, head.done, head.total, data, form)

    def page(self) -> Page:
        """See `Arrival.page`."""
        return decode(Page, self.data, self.form)


class HttpTransport:
    """Implements `desktop.sync.transport.Transport`. Thread-safe: the long poll waits beside pushes and pulls.

    All methods raise as `Line.call` does; and `NotAllowed` 2001 when the office no longer honours the refresh token,
    2004 or 2006 when person or device may not do this any more.

    :param monotonic: seconds that only go forward, for the age of the access token.
    """

    def __init__(
        self, line: Line, secrets: Secrets, *, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._line = line
        self._secrets = secrets
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._access: str | None = None
        self._renew_at = 0.0

    def push(self, request: PushRequest) -> PushAnswer:
        """Hand in waiting changesets."""
        return self._signed_in(lambda token: self._line.call("/v1/push", request, PushAnswer, token=token))

    def pull(self, request: PullRequest) -> Arrival:
        """One page of what changed beyond the cursor; its rows are read when it is asked for them."""
        return self._signed_in(
            lambda token: self._line.fetch("/v1/pull", request, _Arrived.read, token=token)
        )

    def wake(self, cursor: dict[str, Head], timeout_s: float = WAKE_S) -> bool:
        """Wait at most ``timeout_s`` seconds; whether a pull would bring something."""
        request = _WakeRequest(cursor, timeout_s)
        stall_s = timeout_s + WAKE_MARGIN_S
        answer = self._signed_in(
            lambda token: self._line.call("/v1/wake", request, _WakeAnswer, token=token, stall_s=stall_s)
        )
        return answer.news

    def sign_out(self) -> None:
        """End this sign-in at the office. The kept token is worthless then."""
        self._signed_in(lambda token: self._line.call("/v1/sign-out", _Nothing(), _Done, token=token))

    def close(self) -> None:
        """Close idle connections. Calls under way end by themselves."""
        self._line.close()

    def _signed_in(self, call: Callable[[str], T]) -> T:
        token = self._token(refused=None)
        try:
            return call(token)
        except NotAllowed as error:
            if error.code != Code.NOT_SIGNED_IN:
                raise
        # It ended before its time: the laptop slept, or the office ended it.
        return call(self._token(refused=token))

    def _token(self, *, refused: str | None) -> str:
        """An access token that is not ``refused``. One renewal at a time; whoever waited uses its result."""
        with self._lock:
            if self._access is None or self._access == refused or self._monotonic() >= self._renew_at:
                self._access = None
                self._access = self._renewed()
            return self._access

    def _renewed(self) -> str:
        kept = self._secrets.secret(REFRESH_TOKEN)
        if kept is None:
            raise _signed_out()
        began = self._monotonic()
        try:
            answer = self._line.call("/v1/refresh", _RefreshRequest(kept.decode()), TokenAnswer)
        except NotAllowed as error:
            log.warning("tokens.refused code=%d", error.code)
            if error.code == Code.NOT_SIGNED_IN:
                raise _signed_out() from error
            raise
        # Kept before anything is done with the new pair: from its first use on the former token is worthless.
        self._secrets.keep_secret(REFRESH_TOKEN, answer.refresh_token.encode())
        self._renew_at = began + max(answer.expires_in_s - EARLY_S, answer.expires_in_s / 2)
        log.info("tokens.renewed expires_in_s=%d", answer.expires_in_s)
        return answer.access_token


def _signed_out() -> NotAllowed:
    return NotAllowed(
        Code.NOT_SIGNED_IN,
        "The office has ended this laptop's sign-in. Nothing is lost; ask for a new code and enrol this laptop again.",
    )
