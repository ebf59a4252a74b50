"""A machine without a key store of its own, on which a passphrase is derived quickly."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

import keyring
import pytest
from keyring.backends import fail

PASSPHRASE = "correct horse battery"


@pytest.fixture
def plain_machine(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No key store; the passphrase comes from the environment; one hash stands in for Argon2id."""

    def derive(secret: bytes, salt: bytes, **_cost: Any) -> bytes:
        return hashlib.blake2b(secret, key=salt, digest_size=32).digest()

    monkeypatch.setattr("desktop.vault.passphrase.hash_secret_raw", derive)
    monkeypatch.setenv("ROUNDSMAN_PASSPHRASE", PASSPHRASE)
    monkeypatch.delenv("ROUNDSMAN_DATA", raising=False)
    before = keyring.core._keyring_backend
    keyring.set_keyring(fail.Keyring())
    yield
    keyring.core._keyring_backend = before
