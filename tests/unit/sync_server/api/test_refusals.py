"""How errors leave the office."""

from __future__ import annotations

import logging

import pytest
from sqlalchemy.exc import TimeoutError as PoolTimeout

from crm.errors import Code, InvalidInput, LocalFault, NotAllowed, OfficeFault, RoundsmanError, RuleBroken
from sync_server.api import refusals


@pytest.mark.parametrize(
    ("code", "status"),
    [
        (Code.MALFORMED, 400),
        (Code.TOO_LARGE, 413),
        (Code.UNSUPPORTED_MEDIA, 415),
        (Code.BAD_ID, 400),
        (Code.NOT_SIGNED_IN, 401),
        (Code.NOT_FOUND, 404),
        (Code.NO_RIGHT, 403),
        (Code.BAD_CREDENTIALS, 403),
        (Code.TOO_MANY_TRIES, 429),
        (Code.ILLEGAL_MOVE, 409),
        (3120, 409),
        (Code.FORK, 409),
        (Code.DATABASE_AWAY, 503),
        (Code.INTERNAL, 500),
        (7001, 500),
    ],
)
def test_number_decides_the_status(code: int, status: int) -> None:
    assert refusals.status_of(code) == status


def test_every_known_number_has_a_status_of_its_family() -> None:
    numbers = {name: value for name, value in vars(Code).items() if isinstance(value, int)}
    assert len(numbers) > 30
    for name, number in numbers.items():
        status = refusals.status_of(number)
        assert (status >= 500) == (number >= 9000 or 4000 <= number < 5000), name


def test_error_keeps_number_text_and_details() -> None:
    body = refusals.body_of(RuleBroken(3001, "This cannot go there.", before="a", after=None))
    assert (body.code, body.message, body.details) == (
        3001,
        "This cannot go there.",
        {"before": "a", "after": None},
    )


def test_who_must_come_again_is_told_when() -> None:
    too_many = NotAllowed(Code.TOO_MANY_TRIES, "Wait.", retry_after_s=17)
    assert refusals.headers_of(too_many) == [(b"retry-after", b"17")]
    away = OfficeFault(Code.DATABASE_AWAY, "Later.")
    assert refusals.headers_of(away) == [(b"retry-after", b"5")]
    assert refusals.headers_of(NotAllowed(Code.NOT_SIGNED_IN, "No.")) == [(b"www-authenticate", b"Bearer")]
    assert refusals.headers_of(InvalidInput(Code.MALFORMED, "No.")) == []


@pytest.mark.allow_log("sync_server.api")
@pytest.mark.parametrize(
    "error", [ValueError("Golden Lotus Tea House"), LocalFault(Code.STORE_CLOSED, "Golden Lotus Tea House")]
)
def test_unexpected_error_is_numbered_and_says_nothing_of_what_people_entered(
    error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    def fail() -> None:
        raise error

    told: RoundsmanError
    with caplog.at_level(logging.ERROR, "sync_server.api"):
        try:
            fail()
        except Exception as caught:  # noqa: BLE001 - the whole point
            told = refusals.known(caught, "push")
    assert told.code == Code.INTERNAL
    incident = told.details["incident"]
    assert isinstance(incident, str)
    assert incident in caplog.text
    assert "in fail" in caplog.text, "the frames are there"
    assert "Golden Lotus" not in caplog.text + str(refusals.body_of(told))


def test_exhausted_pool_is_the_database_being_away() -> None:
    assert refusals.known(PoolTimeout("no connection"), "pull").code == Code.DATABASE_AWAY


def test_known_error_passes_as_it_is() -> None:
    error = NotAllowed(Code.NOT_FOUND, "No.")
    assert refusals.known(error, "pull") is error
