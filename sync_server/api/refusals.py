"""Errors on the way out: a number, a sentence and plain details, never a traceback."""

from __future__ import annotations

import logging
import secrets
import traceback
from http import HTTPStatus
from typing import Final

from sqlalchemy.exc import TimeoutError as PoolTimeout

from crm.errors import (
    Code,
    InvalidInput,
    NotAllowed,
    OfficeFault,
    ProtocolFault,
    RoundsmanError,
    RuleBroken,
)
from sync_server.api.messages import ErrorBody

log = logging.getLogger("sync_server.api")

RETRY_AFTER_S: Final = 5

_BY_CODE: Final = {
    Code.TOO_LARGE: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    Code.UNSUPPORTED_MEDIA: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    Code.NOT_SIGNED_IN: HTTPStatus.UNAUTHORIZED,
    Code.NOT_FOUND: HTTPStatus.NOT_FOUND,
    Code.TOO_MANY_TRIES: HTTPStatus.TOO_MANY_REQUESTS,
    Code.INTERNAL: HTTPStatus.INTERNAL_SERVER_ERROR,
}
_BY_FAMILY: Final = {
    InvalidInput.family: HTTPStatus.BAD_REQUEST,
    NotAllowed.family: HTTPStatus.FORBIDDEN,
    RuleBroken.family: HTTPStatus.CONFLICT,
    ProtocolFault.family: HTTPStatus.CONFLICT,
    OfficeFault.family: HTTPStatus.SERVICE_UNAVAILABLE,
}


def status_of(code: int) -> int:
    """The HTTP status under which an error travels."""
    family = code - code % 1000
    return int(_BY_CODE.get(code, _BY_FAMILY.get(family, HTTPStatus.INTERNAL_SERVER_ERROR)))


def body_of(error: RoundsmanError) -> ErrorBody:
    """The error as a message."""
    return ErrorBody(error.code, error.message, error.details)


def headers_of(error: RoundsmanError) -> list[tuple[bytes, bytes]]:
    """What HTTP wants to be said beside the body: how to sign in, when to come again."""
    if error.code == Code.NOT_SIGNED_IN:
        return [(b"www-authenticate", b"Bearer")]
    if error.code == Code.TOO_MANY_TRIES:
        return [(b"retry-after", str(error.details.get("retry_after_s", RETRY_AFTER_S)).encode())]
    if status_of(error.code) == HTTPStatus.SERVICE_UNAVAILABLE:
        return [(b"retry-after", str(RETRY_AFTER_S).encode())]
    return []


def known(error: Exception, operation: str) -> RoundsmanError:
    """The error that people are told of for ``error``.

    One that nobody expected gets a random number, and is logged under it: frames and type, but never its text,
    which may carry what people entered.
    """
    if isinstance(error, RoundsmanError) and error.family != 4000:
        return error
    if isinstance(error, PoolTimeout):
        return OfficeFault(Code.DATABASE_AWAY, "The database cannot be reached; try again.")
    incident = secrets.token_hex(8)
    frames = "".join(traceback.format_tb(error.__traceback__))
    log.error(
        "request.failed op=%s incident=%s error=%s\n%s", operation, incident, type(error).__name__, frames
    )
    return OfficeFault(
        Code.INTERNAL, "Something went wrong at the office. Nothing was changed.", incident=incident
    )
