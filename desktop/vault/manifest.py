"""`vault.json`: which kind of store keeps the keys of this folder. Nothing in it is secret."""

from __future__ import annotations

import json
import secrets
from pathlib import Path
from typing import Final, Literal

import msgspec

from desktop.vault.errors import VaultDamaged, VaultTooNew
from desktop.vault.files import write_atomically

VERSION: Final = 1
_FORMAT: Final = "roundsman vault"

Kind = Literal["keyring", "passphrase"]


class Manifest(msgspec.Struct, frozen=True):
    """What `vault.json` says.

    ``vault`` is a random id, 32 hexadecimal digits, that prefixes every entry in the operating system's key store.
    ``backend`` is the key store that holds the entries, None for a store handed in or a passphrase.
    ``names`` are the further secrets kept in a key store, which cannot list its entries itself; a name may stand
    here whose entry was never written.
    """

    vault: str
    kind: Kind
    backend: str | None = None
    names: tuple[str, ...] = ()

    @classmethod
    def new(cls, kind: Kind, *, backend: str | None = None) -> Manifest:
        """A description with an id of its own."""
        return cls(vault=secrets.token_hex(16), kind=kind, backend=backend)

    def entry_of_key(self) -> str:
        """Under which name the stores hold the database key."""
        return f"{self.vault}/database-key"

    def entry_of_secret(self, name: str) -> str:
        """Under which name the stores hold a further secret."""
        return f"{self.vault}/secret/{name}"

    def all_entries(self) -> tuple[str, ...]:
        """Every entry there may be, the database key first."""
        return (self.entry_of_key(), *map(self.entry_of_secret, self.names))


class _File(msgspec.Struct, frozen=True):
    format: str
    version: int
    description: msgspec.Raw = msgspec.Raw()


def read_manifest(path: Path) -> Manifest | None:
    """The description, or None when there is no such file.

    :raises VaultDamaged: it is not what `write_manifest` writes.
    :raises VaultTooNew: a later version wrote it.
    """
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return None
    try:
        file = msgspec.json.decode(content, type=_File)
        if file.format == _FORMAT and file.version > VERSION:
            raise VaultTooNew(version=file.version)
        manifest = msgspec.json.decode(file.description, type=Manifest)
    except msgspec.DecodeError as error:
        raise VaultDamaged() from error
    if file.format != _FORMAT or not manifest.vault:
        raise VaultDamaged()
    return manifest


def write_manifest(path: Path, manifest: Manifest) -> None:
    """Replace the file, whole or not at all."""
    content = {"format": _FORMAT, "version": VERSION, "description": msgspec.to_builtins(manifest)}
    write_atomically(path, (json.dumps(content, indent=2) + "\n").encode())
