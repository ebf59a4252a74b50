"""Passwords: Argon2id, and the same time spent on names that do not exist."""

from __future__ import annotations

import secrets
import unicodedata
from functools import cached_property
from typing import Final, NamedTuple

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from crm.errors import Code, InvalidInput

MIN_LENGTH: Final = 10
MAX_LENGTH: Final = 200
_ONE_TIME_ALPHABET: Final = "abcdefghjkmnpqrstuvwxyz23456789"
_ONE_TIME_LENGTH: Final = 20


class Verdict(NamedTuple):
    """Whether the password was right, and a new hash to store when the stored one is weaker than today's."""

    is_right: bool
    new_hash: str | None = None


class Passwords:
    """Hashes and verifies. Slow and hungry for memory on purpose: never call it inside a transaction.

    ``hasher`` sets the parameters; tests pass cheap ones.
    """

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()

    @cached_property
    def _nobody(self) -> str:
        """A hash that no password fits, made with the same parameters as all others."""
        return self._hasher.hash(secrets.token_bytes(32))

    def hash(self, password: str) -> str:
        """The text to store for a new password.

        :raises InvalidInput: code 1005 when it is shorter than 10 or longer than 200 characters.
        """
        if not MIN_LENGTH <= len(password) <= MAX_LENGTH:
            raise InvalidInput(
                Code.BAD_VALUE,
                f"A password has {MIN_LENGTH} to {MAX_LENGTH} characters.",
                field="password",
            )
        return self._hasher.hash(_normal(password))

    def verify(self, stored: str | None, password: str) -> Verdict:
        """Whether ``password`` fits the hash ``stored``; None stands for a name nobody has and takes as long."""
        if len(password) > MAX_LENGTH:
            password = ""
        try:
            self._hasher.verify(stored or self._nobody, _normal(password))
        except (VerificationError, InvalidHashError):
            return Verdict(False)
        if stored is None:
            return Verdict(False)
        if self._hasher.check_needs_rehash(stored):
            return Verdict(True, self._hasher.hash(_normal(password)))
        return Verdict(True)


def one_time_password() -> str:
    """A random password of about 99 bits that can be typed without mistaking one character for another."""
    letters = "".join(secrets.choice(_ONE_TIME_ALPHABET) for _ in range(_ONE_TIME_LENGTH))
    return "-".join(letters[start : start + 5] for start in range(0, _ONE_TIME_LENGTH, 5))


def _normal(password: str) -> bytes:
    """The bytes that are hashed: the same password typed on two keyboards gives the same ones (RFC 8265)."""
    return unicodedata.normalize("NFC", password).encode("utf-8", "surrogatepass")
