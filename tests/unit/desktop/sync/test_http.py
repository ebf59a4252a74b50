"""Tokens: renewed in time, kept before they are used, and never lost to a crash or a lost answer."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from crm.changes.ops import PROTOCOL, Head, PullRequest, PushRequest
from crm.errors import Code, LocalFault, NotAllowed, ProtocolFault
from desktop.sync.http import (
    REFRESH_TOKEN,
    EnrolRequest,
    HttpTransport,
    enrol,
    normal_code,
    sign_in,
)
from desktop.sync.line import CONNECTIONS, Line
from tests.unit.desktop.sync.stranger import Asked, Reply, Stranger, message, refusal, stranger

PERSON = b"p" * 16
PUSH = PushRequest(PROTOCOL, b"i" * 16, 0, ())
PULL = PullRequest(PROTOCOL, 1, b"i" * 16, {})


class Kept:
    """Secrets in memory; `fails` once when told to."""

    def __init__(self, token: str | None) -> None:
        self.values: dict[str, bytes] = {} if token is None else {REFRESH_TOKEN: token.encode()}
        self.fails = False

    def secret(self, name: str) -> bytes | None:
        return self.values.get(name)

    def keep_secret(self, name: str, value: bytes) -> None:
        if self.fails:
            self.fails = False
            raise LocalFault(4120, "The key store does not answer.")
        self.values[name] = value


class TokenOffice:
    """Exchanges tokens as the office does: a refresh token works until one that came of it was used."""

    def __init__(self) -> None:
        self.made = 0
        self.good_refresh = {"r0"}
        self.good_access: set[str] = set()
        self.former: dict[str, str] = {}
        self.expires_in_s = 900
        self.loses_the_answer = False

    def __call__(self, asked: Asked) -> Reply:
        if asked.path == "/v1/refresh":
            return self.refresh(str(asked.body["refresh_token"]))
        if asked.token not in self.good_access:
            return refusal(401, Code.NOT_SIGNED_IN)
        if asked.path == "/v1/push":
            return message(outcomes=[], expected_n=1, office_ms=1)
        if asked.path == "/v1/wake":
            return message(news=True)
        return message(complete=True, blocks=[], position=b"", entering=[], office_ms=1)

    def refresh(self, token: str) -> Reply:
        if token not in self.good_refresh:
            return refusal(401, Code.NOT_SIGNED_IN)
        self.good_refresh -= {self.former.get(token, "")}
        self.made += 1
        access, following = f"a{self.made}", f"r{self.made}"
        self.former[following] = token
        self.good_refresh.add(following)
        self.good_access.add(access)
        if self.loses_the_answer:
            self.loses_the_answer = False
            return Reply(resets=True)
        return message(
            access_token=access,
            refresh_token=following,
            expires_in_s=self.expires_in_s,
            person=PERSON,
            office_ms=1,
        )


@pytest.fixture
def office() -> Iterator[Stranger]:
    """A server that says what the test wants."""
    with stranger() as server:
        yield server


@pytest.fixture
def tokens(office: Stranger) -> TokenOffice:
    """The office's side of the tokens."""
    made = TokenOffice()
    office.always = made
    return made


class Seconds:
    """A clock for the age of tokens."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def seconds() -> Seconds:
    """Stands still until a test moves it."""
    return Seconds()


@pytest.fixture
def secrets() -> Kept:
    """Holds the token that enrolment gave."""
    return Kept("r0")


@pytest.fixture
def transport(office: Stranger, secrets: Kept, seconds: Seconds) -> Iterator[HttpTransport]:
    """What is tried."""
    made = HttpTransport(Line(office.url), secrets, monotonic=seconds)
    yield made
    made.close()


def paths(office: Stranger) -> list[str]:
    """What was asked, in order."""
    return [asked.path for asked in office.asked]


# --- renewing ----------------------------------------------------------------------------------------------------------


def test_one_access_token_serves_many_requests(
    office: Stranger, tokens: TokenOffice, transport: HttpTransport
) -> None:
    transport.push(PUSH)
    transport.pull(PULL)
    assert transport.wake({}, 1.0)

    assert paths(office) == ["/v1/refresh", "/v1/push", "/v1/pull", "/v1/wake"]
    assert [asked.token for asked in office.asked] == [None, "a1", "a1", "a1"]


def test_a_long_poll_asks_for_the_time_it_was_told(
    office: Stranger, tokens: TokenOffice, transport: HttpTransport
) -> None:
    transport.wake({"feed": Head(1, 7, b"12345678")}, 12.5)

    assert office.asked[-1].body == {"cursor": {"feed": [1, 7, b"12345678"]}, "timeout_s": 12.5}


def test_the_next_refresh_token_is_kept_before_anything_is_asked_with_the_new_ones(
    office: Stranger, tokens: TokenOffice, transport: HttpTransport, secrets: Kept
) -> None:
    seen: list[bytes | None] = []

    def answer(asked: Asked) -> Reply:
        if asked.path == "/v1/pull":
            seen.append(secrets.secret(REFRESH_TOKEN))
        return tokens(asked)

    office.always = answer
    transport.pull(PULL)

    assert seen == [b"r1"]


def test_a_token_is_renewed_before_it_ends(
    office: Stranger, tokens: TokenOffice, transport: HttpTransport, seconds: Seconds
) -> None:
    transport.pull(PULL)
    seconds.now = 839
    transport.pull(PULL)
    seconds.now = 841
    transport.pull(PULL)

    assert [asked.token for asked in office.asked if asked.path == "/v1/pull"] == ["a1", "a1", "a2"]


def test_a_token_that_ended_before_its_time_is_renewed_and_the_request_repeated(
    office: Stranger, tokens: TokenOffice, transport: HttpTransport
) -> None:
    transport.pull(PULL)
    tokens.good_access.clear()

    transport.pull(PULL)

    assert paths(office)[2:] == ["/v1/pull", "/v1/refresh", "/v1/pull"]


def test_a_request_is_repeated_once_only(
    office: Stranger, tokens: TokenOffice, transport: HttpTransport
) -> None:
    def answer(asked: Asked) -> Reply:
        return tokens(asked) if asked.path == "/v1/refresh" else refusal(401, Code.NOT_SIGNED_IN)

    office.always = answer
    with pytest.raises(NotAllowed) as caught:
        transport.pull(PULL)

    assert caught.value.code == Code.NOT_SIGNED_IN
    assert paths(office) == ["/v1/refresh", "/v1/pull"] * 2


def test_threads_share_one_renewal(office: Stranger, tokens: TokenOffice, transport: HttpTransport) -> None:
    together = threading.Barrier(CONNECTIONS)

    def work() -> None:
        together.wait()
        transport.pull(PULL)

    threads = [threading.Thread(target=work) for _ in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert paths(office).count("/v1/refresh") == 1
    assert paths(office).count("/v1/pull") == CONNECTIONS


# --- nobody is locked out ----------------------------------------------------------------------------------------------


def test_a_lost_answer_to_a_renewal_locks_nobody_out(
    office: Stranger, tokens: TokenOffice, transport: HttpTransport, secrets: Kept
) -> None:
    tokens.loses_the_answer = True
    with pytest.raises(LocalFault):
        transport.pull(PULL)
    assert secrets.secret(REFRESH_TOKEN) == b"r0"

    transport.pull(PULL)

    assert secrets.secret(REFRESH_TOKEN) == b"r2"


def test_a_crash_before_the_new_token_was_kept_locks_nobody_out(
    office: Stranger, tokens: TokenOffice, transport: HttpTransport, secrets: Kept
) -> None:
    secrets.fails = True
    with pytest.raises(LocalFault) as caught:
        transport.pull(PULL)
    assert caught.value.code == 4120
    assert "/v1/pull" not in paths(office)  # the new pair was not used

    HttpTransport(Line(office.url), secrets).pull(PULL)

    assert secrets.secret(REFRESH_TOKEN) == b"r2"


def test_a_crash_after_the_new_token_was_kept_locks_nobody_out(
    office: Stranger, tokens: TokenOffice, transport: HttpTransport, secrets: Kept
) -> None:
    transport.pull(PULL)

    HttpTransport(Line(office.url), secrets).pull(PULL)

    assert paths(office) == ["/v1/refresh", "/v1/pull"] * 2


# --- ended -------------------------------------------------------------------------------------------------------------


@pytest.mark.allow_log("desktop.sync.http")
def test_a_refresh_token_that_the_office_ended_asks_for_a_new_enrolment(
    office: Stranger, tokens: TokenOffice, transport: HttpTransport, secrets: Kept
) -> None:
    tokens.good_refresh.clear()

    with pytest.raises(NotAllowed) as caught:
        transport.pull(PULL)

    assert caught.value.code == Code.NOT_SIGNED_IN
    assert "enrol" in caught.value.message
    assert secrets.secret(REFRESH_TOKEN) == b"r0"  # a false answer must not lock anybody out


@pytest.mark.allow_log("desktop.sync.http")
def test_a_frozen_device_is_told_so(office: Stranger, transport: HttpTransport) -> None:
    office.always = refusal(403, Code.DEVICE_STATE, "This account is frozen.", state="frozen")

    with pytest.raises(NotAllowed) as caught:
        transport.pull(PULL)
    assert (caught.value.code, caught.value.details["state"]) == (Code.DEVICE_STATE, "frozen")


def test_without_a_refresh_token_nothing_is_asked(office: Stranger) -> None:
    with pytest.raises(NotAllowed) as caught:
        HttpTransport(Line(office.url), Kept(None)).pull(PULL)

    assert caught.value.code == Code.NOT_SIGNED_IN
    assert office.asked == []


def test_the_log_has_no_tokens(
    office: Stranger, tokens: TokenOffice, transport: HttpTransport, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    tokens.good_refresh = {"r0"}

    transport.pull(PULL)

    assert "tokens.renewed" in caplog.text
    assert not {"r0", "r1", "a1"} & set(caplog.text.replace("=", " ").split())


# --- enrolment and signing in ------------------------------------------------------------------------------------------

ENROL = EnrolRequest("R4EB-HCR2-JGVZ", b"d" * 16, b"i" * 16, "laptop", "1.0")
ENROLLED: dict[str, Any] = {
    "device_id": b"d" * 16,
    "ordinal": 2,
    "person": PERSON,
    "name": "Nina Dahl",
    "rep_code": "ND",
    "division_id": None,
    "access_token": "a",
    "refresh_token": "r",
    "expires_in_s": 900,
    "office_ms": 1,
    "zone": "Asia/Shanghai",
    "protocol": PROTOCOL,
    "schema_version": 1,
}


def test_enrolling_says_who_we_are(office: Stranger) -> None:
    office.then(message(**ENROLLED, something_new=1))

    answer = enrol(Line(office.url), ENROL)

    assert (answer.name, answer.rep_code, answer.ordinal) == ("Nina Dahl", "ND", 2)
    (asked,) = office.asked
    assert asked.path == "/v1/enrol"
    assert asked.token is None
    assert asked.body == msgspec.to_builtins(ENROL, builtin_types=(bytes,))


def test_an_office_of_another_protocol_is_not_enrolled_at(office: Stranger) -> None:
    office.then(message(**{**ENROLLED, "protocol": PROTOCOL + 1}))

    with pytest.raises(ProtocolFault):
        enrol(Line(office.url), ENROL)


def test_signing_in_gives_tokens_and_too_many_tries_say_how_long(office: Stranger) -> None:
    pair = {"access_token": "a", "refresh_token": "r", "expires_in_s": 900, "person": PERSON, "office_ms": 1}
    tries = refusal(429, Code.TOO_MANY_TRIES)
    office.then(message(**pair), Reply(tries.body, 429, headers={"Retry-After": "60"}))

    assert sign_in(Line(office.url), "nd", "secret").access_token == "a"
    with pytest.raises(NotAllowed) as caught:
        sign_in(Line(office.url), "nd", "secret")

    assert office.asked[0].body == {"login": "nd", "password": "secret"}
    assert caught.value.details["retry_after_s"] == 60


def test_a_code_is_read_as_the_office_reads_it() -> None:
    assert normal_code(" r4eb-hcr2 jgvz") == normal_code("R4EBHCR2JGVZ") == "R4EBHCR2JGVZ"
    assert normal_code("oilO") == "0110"
