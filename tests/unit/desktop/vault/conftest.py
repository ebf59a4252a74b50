"""A key store of our own in place of the operating system's, and a passphrase that is derived quickly."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends import fail
from keyring.errors import KeyringLocked, PasswordDeleteError

from desktop.vault import KeyStore


class FileBackend(KeyringBackend):
    """A backend of the `keyring` package that keeps its entries in one file, so that they outlive a killed process."""

    priority = 5
    viable = False  # so that `keyring` itself never offers it to anybody

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = path
        self.is_locked = False
        self.forgets = False

    @property
    def entries(self) -> dict[str, str]:
        """All entries, by name."""
        if self.is_locked:
            raise KeyringLocked("locked")
        entries: dict[str, str] = json.loads(self.path.read_text()) if self.path.exists() else {}
        return entries

    def get_password(self, service: str, username: str) -> str | None:
        assert service == "roundsman"
        return self.entries.get(username)

    def set_password(self, service: str, username: str, password: str) -> None:
        assert service == "roundsman"
        if not self.forgets:
            self.path.write_text(json.dumps({**self.entries, username: password}))

    def delete_password(self, service: str, username: str) -> None:
        entries = self.entries
        if username not in entries:
            raise PasswordDeleteError("absent")
        del entries[username]
        self.path.write_text(json.dumps(entries))


class MemoryStore:
    """A key store that ends with the test."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    def get(self, name: str) -> bytes | None:
        return self.kept.get(name)

    def put(self, name: str, value: bytes) -> None:
        self.kept[name] = value

    def delete(self, name: str) -> None:
        self.kept.pop(name, None)


@pytest.fixture(autouse=True)
def no_keyring() -> Iterator[None]:
    """The machine's own key store is never touched."""
    before = keyring.core._keyring_backend
    keyring.set_keyring(fail.Keyring())
    yield
    keyring.core._keyring_backend = before


@pytest.fixture
def backend(no_keyring: None, tmp_path: Path) -> FileBackend:
    """A working key store of the operating system."""
    backend = FileBackend(tmp_path / "operating-system-keys.json")
    keyring.set_keyring(backend)
    return backend


@pytest.fixture
def memory_store() -> KeyStore:
    """A key store handed in."""
    return MemoryStore()


@pytest.fixture
def quick_derivation(monkeypatch: pytest.MonkeyPatch) -> None:
    """One hash in place of Argon2id's 0.2 s, for tests that derive hundreds of times."""

    def derive(secret: bytes, salt: bytes, **_cost: Any) -> bytes:
        return hashlib.blake2b(secret, key=salt, digest_size=32).digest()

    monkeypatch.setattr("desktop.vault.passphrase.hash_secret_raw", derive)
