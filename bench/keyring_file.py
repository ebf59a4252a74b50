"""A key store in a file: what the system's own is while a person is signed in, for benches only."""

from __future__ import annotations

import json
import os
from pathlib import Path

from keyring.backend import KeyringBackend
from keyring.errors import PasswordDeleteError


class Keyring(KeyringBackend):
    """Keeps everything in the file that ``ROUNDSMAN_BENCH_KEYS`` names. It guards nothing."""

    priority = 1

    @property
    def _file(self) -> Path:
        return Path(os.environ["ROUNDSMAN_BENCH_KEYS"])

    def _read(self) -> dict[str, str]:
        if not self._file.exists():
            return {}
        found: dict[str, str] = json.loads(self._file.read_text())
        return found

    def get_password(self, service: str, username: str) -> str | None:
        """See `KeyringBackend`."""
        return self._read().get(f"{service}\n{username}")

    def set_password(self, service: str, username: str, password: str) -> None:
        """See `KeyringBackend`."""
        self._file.write_text(json.dumps(self._read() | {f"{service}\n{username}": password}))

    def delete_password(self, service: str, username: str) -> None:
        """See `KeyringBackend`."""
        kept = self._read()
        if kept.pop(f"{service}\n{username}", None) is None:
            raise PasswordDeleteError()
        self._file.write_text(json.dumps(kept))
