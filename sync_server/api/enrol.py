"""Enrolment of devices, signing in, tokens (sync-protocol, 15)."""

from __future__ import annotations

from typing import Final

from crm.changes.ops import PROTOCOL
from crm.errors import Code, ProtocolFault
from crm.people.queries import find_user
from sync_server.accounts.devices import Installation
from sync_server.accounts.standing import Bearer
from sync_server.accounts.tokens import TokenPair
from sync_server.api.messages import (
    CodeAnswer,
    Done,
    EnrolAnswer,
    EnrolRequest,
    PasswordRequest,
    RefreshRequest,
    SignInRequest,
    TokenAnswer,
)
from sync_server.api.operation import Call, Operation


def enrol(call: Call, message: EnrolRequest) -> EnrolAnswer:
    """Make an installation a device; see `sync_server.accounts.devices.enrol`."""
    if message.protocol != PROTOCOL:
        raise ProtocolFault(
            Code.SCHEMA_AHEAD, "The office speaks another edition of the protocol.", protocol=PROTOCOL
        )
    services = call.services
    installation = Installation(
        message.device_id, message.incarnation, message.device_name, message.client_version
    )
    enrolment = services.accounts.enrol(message.code, installation, address=call.address)
    office = services.office
    with office.read() as session:
        person = find_user(session, enrolment.person)
        office_ms = office.database.now_ms(session.connection())
        return EnrolAnswer(
            device_id=message.device_id,
            ordinal=enrolment.ordinal,
            person=person.id,
            name=person.name,
            rep_code=person.rep_code,
            division_id=person.division_id,
            access_token=enrolment.tokens.access_token,
            refresh_token=enrolment.tokens.refresh_token,
            expires_in_s=enrolment.tokens.expires_in_s,
            office_ms=office_ms,
            zone=office.zone,
            protocol=PROTOCOL,
            schema_version=office.schema.version,
            login=services.accounts.login_of(person.id),
        )


def own_code(call: Call, message: SignInRequest) -> CodeAnswer:
    """A code for oneself, instead of one that somebody at the office gave."""
    return CodeAnswer(call.services.accounts.own_code(message.login, message.password, address=call.address))


def sign_in(call: Call, message: SignInRequest) -> TokenAnswer:
    """Tokens for a person without a device."""
    bearer, pair = call.services.accounts.sign_in(message.login, message.password, address=call.address)
    return _tokens(call, bearer, pair)


def change_password(call: Call, message: PasswordRequest) -> Done:
    """A person gives themselves another password."""
    call.services.accounts.change_password(
        message.login, message.password, message.new_password, address=call.address
    )
    return Done()


def refresh(call: Call, message: RefreshRequest) -> TokenAnswer:
    """The next pair of tokens."""
    bearer, pair = call.services.accounts.refresh(message.refresh_token)
    return _tokens(call, bearer, pair)


def sign_out(call: Call, _message: None) -> Done:
    """End the tokens of this sign-in or device."""
    assert call.token is not None
    call.services.accounts.sign_out(call.token)
    return Done()


def _tokens(call: Call, bearer: Bearer, pair: TokenPair) -> TokenAnswer:
    database = call.services.office.database
    with database.snapshot() as connection:
        office_ms = database.now_ms(connection)
    return TokenAnswer(pair.access_token, pair.refresh_token, pair.expires_in_s, bearer.person, office_ms)


_PASSWORD_ERRORS: Final = (Code.BAD_CREDENTIALS, Code.DEVICE_STATE, Code.TOO_MANY_TRIES)

OPERATIONS: Final = (
    Operation(
        name="enrol",
        method="POST",
        path="/v1/enrol",
        summary="Make an installation a device of a person, by a code that is used once.",
        request=EnrolRequest,
        answer=EnrolAnswer,
        run=enrol,
        errors=(Code.BAD_ENROLMENT, *_PASSWORD_ERRORS, Code.SCHEMA_AHEAD),
        is_open=True,
    ),
    Operation(
        name="own-code",
        method="POST",
        path="/v1/enrolment-code",
        summary="A code that enrols one device of the person with this name and password.",
        request=SignInRequest,
        answer=CodeAnswer,
        run=own_code,
        errors=_PASSWORD_ERRORS,
        is_open=True,
    ),
    Operation(
        name="sign-in",
        method="POST",
        path="/v1/sign-in",
        summary="Tokens for a person without a device.",
        request=SignInRequest,
        answer=TokenAnswer,
        run=sign_in,
        errors=_PASSWORD_ERRORS,
        is_open=True,
    ),
    Operation(
        name="change-password",
        method="POST",
        path="/v1/password",
        summary="Replace one's own password. What was signed in without a device has to sign in again.",
        request=PasswordRequest,
        answer=Done,
        run=change_password,
        errors=_PASSWORD_ERRORS,
        is_open=True,
    ),
    Operation(
        name="refresh",
        method="POST",
        path="/v1/refresh",
        summary="Exchange a refresh token for the next pair of tokens.",
        request=RefreshRequest,
        answer=TokenAnswer,
        run=refresh,
        errors=(Code.NOT_SIGNED_IN, Code.BAD_CREDENTIALS, Code.DEVICE_STATE),
        is_open=True,
    ),
    Operation(
        name="sign-out",
        method="POST",
        path="/v1/sign-out",
        summary="End the tokens of this sign-in.",
        answer=Done,
        run=sign_out,
    ),
)
