"""Who sends a request, and whether person and device are allowed to at all."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from crm.errors import Code, NotAllowed
from crm.people.states import AccountState


class DeviceState(StrEnum):
    """What a device may do (sync-protocol, 15)."""

    ACTIVE = "active"
    FROZEN = "frozen"  # may only hand in what it holds
    DRAIN = "drain"  # hands in, then wipes itself
    WIPE = "wipe"
    CLOSED = "closed"  # given back; its number stays taken


class Bearer(NamedTuple):
    """The person behind a token, and the device it was given to; None for a person without a device."""

    person: bytes
    device: bytes | None


def demand_account(state: str | None) -> None:
    """Nothing when a person whose account stands at ``state`` may do anything; None is a person nobody knows.

    :raises NotAllowed: code 2006 when the account is frozen, 2004 when it is not open.
    """
    if state == AccountState.ACTIVE:
        return
    if state == AccountState.FROZEN:
        raise NotAllowed(Code.DEVICE_STATE, "This account is frozen.", state=AccountState.FROZEN.value)
    raise NotAllowed(Code.BAD_CREDENTIALS, "This account is not open.")


def demand_device(state: str | None) -> None:
    """Nothing when a device that stands at ``state`` may talk to the office.

    :raises NotAllowed: code 2006; ``state`` in the details says what the device has to do.
    """
    if state != DeviceState.ACTIVE:
        raise NotAllowed(Code.DEVICE_STATE, "This device may not do this any more.", state=state)
