"""Every error of the product, in one tree with numbered, stable codes.

    RoundsmanError
    ├── InvalidInput      1xxx  what came in cannot be understood; nothing was changed
    ├── NotAllowed        2xxx  the person may not do or see this; foreign and absent look alike
    ├── RuleBroken        3xxx  the business forbids it: an illegal move, a broken seal
    ├── LocalFault        4xxx  something on this laptop: key, disk, a second process
    ├── ProtocolFault     5xxx  the two sides do not agree about the protocol
    └── OfficeFault       9xxx  the office cannot answer now; trying again later is right

A code once published is never given another meaning. The text says what happened and what is safe;
``details`` holds plain values for a program, never customer data.
"""

from __future__ import annotations

from typing import ClassVar

Detail = int | str | bool | None


class RoundsmanError(Exception):
    """Base of all errors that people may be shown.

    ``code`` is the number people quote; ``message`` is one English sentence; translations key on the code.
    """

    family: ClassVar[int] = 0

    def __init__(self, code: int, message: str, **details: Detail) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.details = details


class InvalidInput(RoundsmanError):
    """What came in cannot be understood (1xxx)."""

    family = 1000


class NotAllowed(RoundsmanError):
    """The person has no right to this, or it does not exist (2xxx)."""

    family = 2000


class RuleBroken(RoundsmanError):
    """A business rule forbids it (3xxx)."""

    family = 3000


class LocalFault(RoundsmanError):
    """Something is wrong on this machine (4xxx)."""

    family = 4000


class ProtocolFault(RoundsmanError):
    """The two sides disagree about the protocol (5xxx)."""

    family = 5000


class OfficeFault(RoundsmanError):
    """The office cannot answer at the moment (9xxx)."""

    family = 9000


class Code:
    """The numbers that rooms share. A room's own numbers stand beside its rules, in blocks of their own:

    people 3101, customers 3110, contacts 3120, terms 3130, conflicts 3140, catalogue 3150, accounts 3160, suppliers 3170,
    territories 3180, vault 4100, store 4200, laptop settings 4300, the window 4400, setting up and serving 9004, imports 1101, 1120, 9021
    and 9101. A test sees that none is given twice.
    """

    # 1xxx input
    MALFORMED = 1001  # bytes that are not the message they claim to be
    TOO_LARGE = 1002  # over a limit: bytes, expanded bytes, operations
    UNKNOWN_TABLE = 1003
    UNKNOWN_FIELD = 1004
    BAD_VALUE = 1005  # wrong type, too long, missing
    BAD_HASH = 1006  # the body does not match its hash
    BAD_ID = 1007
    UNSUPPORTED_MEDIA = 1008
    # 2xxx rights
    NOT_SIGNED_IN = 2001
    NOT_FOUND = 2002  # foreign or absent: the same answer on purpose
    NO_RIGHT = 2003
    BAD_CREDENTIALS = 2004
    BAD_ENROLMENT = 2005
    DEVICE_STATE = 2006  # frozen, revoked, to be wiped
    TOO_MANY_TRIES = 2007
    # 3xxx rules
    ILLEGAL_MOVE = 3001
    OFFICE_FIELD = 3002  # a device may not set this field
    APPEND_ONLY = 3003
    SEAL_BROKEN = 3004
    SEAL_OTHER = 3005  # the approval names another document than the one that stands
    NOT_SUBMITTABLE = 3006
    STALE = 3007  # the row was changed meanwhile
    LOCKED = 3008  # the document is sealed; revise it instead
    # 4xxx laptop
    UNCAPTURED_WRITE = 4001  # replicated data written outside a unit of work
    NOT_ENROLLED = 4002
    ALREADY_ENROLLED = 4003
    STORE_CLOSED = 4004
    UNREACHABLE = 4005  # no network, or something that is not the office answered
    LOCAL_SCHEMA = 4006
    PASSPHRASE_NEEDED = 4110  # the vault's; gates ask for them
    WRONG_PASSPHRASE = 4111
    PASSPHRASE_TOO_SHORT = 4112
    # 5xxx protocol
    GAP = 5001  # n is not the next one; the answer names the expected one
    FORK = 5002  # the same n with another hash: a clone or a restored copy
    REWOUND = 5003  # the cursor names a tag or epoch the office does not know
    SCHEMA_AHEAD = 5004
    QUARANTINED = 5005
    DIGEST = 5006
    # 9xxx office
    DATABASE_AWAY = 9001
    SECOND_SERVER = 9002
    INTERNAL = 9003
