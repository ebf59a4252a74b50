"""The vault of one data folder: its database key and the few other secrets of one account.

Files in the folder: `vault.json` (which kind of store, see `desktop.vault.manifest`); with a passphrase also
`vault.keys` (see `desktop.vault.passphrase`). `vault.creating.json` is there only while, or after, `create` was
interrupted.
"""

from __future__ import annotations

import logging
import os
import re
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from types import EllipsisType
from typing import Final

from desktop.vault.errors import (
    KeyGone,
    KeyNotDestroyed,
    KeyStoreUnavailable,
    PassphraseNeeded,
    VaultDamaged,
    VaultExists,
    VaultMissing,
    VaultTooNew,
)
from desktop.vault.files import make_private_folder, new_name_of, sync_folder
from desktop.vault.keys import KEY_BYTES, DatabaseKey
from desktop.vault.keystore import MAX_SECRET_BYTES, KeyringStore, KeyStore, find_keyring_store
from desktop.vault.manifest import Kind, Manifest, read_manifest, write_manifest
from desktop.vault.passphrase import PassphraseStore, destroy_key_file, vault_of_key_file

log = logging.getLogger(__name__)

_SECRET_NAME: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")


class Vault:
    """Makes, keeps, gives and destroys the keys of one data folder.

    The key store of the operating system keeps them if there is a usable one, else a file under a passphrase; the
    choice is made once, by `create`. Every method may block, even on a question to the user (key store or
    passphrase): not for the GUI thread. Thread-safe. One process at a time: hold `exclusive` for the folder.

    :param passphrase: asks for the passphrase; called in the thread that needs it, once until `lock`; may raise to
        give up, and then nothing was changed. Without it only the key store can be used.
    :param keyring_store: by default the operating system's; None never uses it.
    """

    def __init__(
        self,
        folder: Path,
        *,
        passphrase: Callable[[], str] | None = None,
        keyring_store: KeyStore | EllipsisType | None = ...,
    ) -> None:
        self._manifest_path = folder / "vault.json"
        self._intent_path = folder / "vault.creating.json"
        self._key_file_path = folder / "vault.keys"
        self._folder = folder
        self._ask = passphrase
        self._given_keyring = keyring_store
        self._lock = threading.RLock()
        self._store: KeyStore | None = None

    @property
    def is_created(self) -> bool:
        """Whether there is a finished vault, usable or not."""
        return self._manifest_path.exists()

    @property
    def kind(self) -> Kind:
        """Where the keys are kept.

        :raises VaultMissing, VaultDamaged, VaultTooNew: see `unlock`.
        """
        return self._manifest().kind

    @property
    def instance_id(self) -> str:
        """The random id of this vault, 32 hexadecimal digits, not secret. Raises as `kind` does."""
        return self._manifest().vault

    def create(self) -> DatabaseKey:
        """Make the database key and keep it; the folder is made where missing.

        Interrupted at any point, it leaves nothing usable, and calling it again starts anew (what the interrupted
        call left is removed); or it leaves a whole vault.

        :raises VaultExists: there are keys; they are left as they are.
        :raises VaultDamaged: there is a key file, but no `vault.json`; both are left as they are.
        :raises PassphraseNeeded, PassphraseTooShort: without a usable key store.
        :raises KeyStoreUnavailable: the key store failed between its probe and its use.
        """
        with self._lock:
            if self.is_created:
                raise VaultExists()
            make_private_folder(self._folder)
            self._clear_interrupted()
            keyring = self._keyring_for_new()
            if keyring is None and self._ask is None:
                raise PassphraseNeeded()
            backend = keyring.backend_name if isinstance(keyring, KeyringStore) else None
            manifest = Manifest.new("passphrase" if keyring is None else "keyring", backend=backend)
            # The intent names the entries before they exist, so that an interrupted call leaves no stray key
            # behind; renaming it is the one step that makes the vault real.
            write_manifest(self._intent_path, manifest)
            store: KeyStore
            if keyring is None:
                store = wrapped = self._passphrase_store(manifest)
                wrapped.create()
            else:
                store = keyring
            key = DatabaseKey.generate()
            store.put(manifest.entry_of_key(), key.reveal())
            os.replace(self._intent_path, self._manifest_path)
            sync_folder(self._folder)
            self._store = store
            log.info("vault.created kind=%s backend=%s", manifest.kind, manifest.backend)
            return key

    def unlock(self) -> DatabaseKey:
        """The database key.

        :raises VaultMissing: `create` has not finished here.
        :raises VaultDamaged, VaultTooNew, KeyFileDamaged: files are not as this version writes them.
        :raises PassphraseNeeded, WrongPassphrase: call again with another answer.
        :raises KeyStoreUnavailable: locked, or not the desktop session it was created in.
        :raises KeyGone: the store works, the key is not in it.
        """
        with self._lock:
            manifest = self._manifest()
            raw = self._store_of(manifest).get(manifest.entry_of_key())
            if raw is None:
                raise KeyGone(kind=manifest.kind)
            if len(raw) != KEY_BYTES:
                raise VaultDamaged()
            log.info("vault.unlocked kind=%s", manifest.kind)
            return DatabaseKey(raw)

    def lock(self) -> None:
        """Forget the passphrase's derived key; the next use asks again. Keys already handed out stay valid."""
        with self._lock:
            if isinstance(self._store, PassphraseStore):
                self._store.lock()
            self._store = None

    def secret(self, name: str) -> bytes | None:
        """A further secret, such as the refresh token; None when none is kept. Raises as `unlock` does."""
        with self._lock:
            manifest = self._manifest()
            return self._store_of(manifest).get(manifest.entry_of_secret(_checked(name)))

    def keep_secret(self, name: str, value: bytes) -> None:
        """Keep a further secret in place of an earlier one; on return it is there for the next process.

        :param name: lower-case letters, digits, ``.``, ``_``, ``-``, at most 64.
        :param value: 1 to `MAX_SECRET_BYTES` bytes.
        :raises ValueError: another name or size.
        :raises VaultFault: as `unlock` does; the earlier secret is still there.
        """
        if not 1 <= len(value) <= MAX_SECRET_BYTES:
            raise ValueError(f"a secret has 1 to {MAX_SECRET_BYTES} bytes")
        checked = _checked(name)
        with self._lock:
            manifest = self._manifest()
            store = self._store_of(manifest)
            if manifest.kind == "keyring" and checked not in manifest.names:
                # First the name, so that `destroy` finds the entry whatever happens in between.
                self._write_names(manifest, (*manifest.names, checked))
            store.put(manifest.entry_of_secret(checked), value)

    def forget_secret(self, name: str) -> None:
        """Remove a further secret; nothing happens when there is none. Raises as `unlock` does."""
        with self._lock:
            manifest = self._manifest()
            self._store_of(manifest).delete(manifest.entry_of_secret(_checked(name)))
            if name in manifest.names:
                self._write_names(manifest, tuple(kept for kept in manifest.names if kept != name))

    def change_passphrase(self, current: str, new: str) -> None:
        """Wrap the same keys under another passphrase.

        :raises ValueError: the vault is not of the kind "passphrase".
        :raises WrongPassphrase, PassphraseTooShort: nothing was changed.
        """
        with self._lock:
            manifest = self._manifest()
            if manifest.kind != "passphrase":
                raise ValueError("the keys of this folder are not under a passphrase")
            store = self._passphrase_store(manifest)
            store.change_passphrase(current, new)
            self._store = store
            log.info("vault.passphrase_changed")

    def destroy(self, also: Iterable[Path] = ()) -> None:
        """Destroy the key first, everywhere, then the other secrets, then the files ``also`` (databases and their
        ``-wal`` and ``-shm``; close them before), then the vault's own files. Asks for no passphrase.

        May be repeated; a repeat finishes what an interrupted or failed call began. Once it has begun, the vault
        never unlocks again.

        :raises KeyNotDestroyed: the operating system's key store failed or is unknown. All files are gone; where
            ``vault.json`` remains, repeat later.
        """
        with self._lock:
            manifest, is_readable = self._what_there_is_to_destroy()
            self._store = None
            destroy_key_file(self._key_file_path)
            entries_gone = is_readable and (manifest is None or self._entries_destroyed(manifest))
            for path in also:
                path.unlink(missing_ok=True)
            if entries_gone or not is_readable:
                for path in (self._intent_path, self._manifest_path):
                    new_name_of(path).unlink(missing_ok=True)
                    path.unlink(missing_ok=True)
            if self._folder.is_dir():
                sync_folder(self._folder)
            if not entries_gone:
                log.error("vault.key_not_destroyed may_repeat=%s", is_readable)
                raise KeyNotDestroyed(may_repeat=is_readable)
            log.info("vault.destroyed")

    def _manifest(self) -> Manifest:
        manifest = read_manifest(self._manifest_path)
        if manifest is None:
            if self._key_file_path.exists() and not self._intent_path.exists():
                raise VaultDamaged()
            raise VaultMissing()
        return manifest

    def _write_names(self, manifest: Manifest, names: tuple[str, ...]) -> None:
        renamed = Manifest(vault=manifest.vault, kind=manifest.kind, backend=manifest.backend, names=names)
        write_manifest(self._manifest_path, renamed)

    def _keyring_for_new(self) -> KeyStore | None:
        if isinstance(self._given_keyring, EllipsisType):
            return find_keyring_store()
        return self._given_keyring

    def _keyring_of(self, manifest: Manifest) -> KeyStore:
        if not isinstance(self._given_keyring, EllipsisType):
            store = self._given_keyring
        elif manifest.backend is not None:
            store = find_keyring_store(backend_name=manifest.backend)
        else:
            store = None
        if store is None:
            raise KeyStoreUnavailable(backend=manifest.backend)
        return store

    def _store_of(self, manifest: Manifest) -> KeyStore:
        if self._store is None:
            self._store = (
                self._keyring_of(manifest) if manifest.kind == "keyring" else self._passphrase_store(manifest)
            )
        return self._store

    def _passphrase_store(self, manifest: Manifest) -> PassphraseStore:
        return PassphraseStore(self._key_file_path, vault=manifest.vault, ask=self._ask or _nobody_to_ask)

    def _clear_interrupted(self) -> None:
        """Remove what a `create` that never finished left: it guards nothing, for no database was opened with it."""
        intent = read_manifest(self._intent_path)
        if self._key_file_path.exists() and (
            intent is None or vault_of_key_file(self._key_file_path) != intent.vault
        ):
            raise VaultDamaged()
        if intent is None:
            return
        if not self._entries_destroyed(intent):
            log.warning("vault.stray_key_left backend=%s", intent.backend)
        destroy_key_file(self._key_file_path)
        self._intent_path.unlink()
        sync_folder(self._folder)

    def _what_there_is_to_destroy(self) -> tuple[Manifest | None, bool]:
        try:
            return read_manifest(self._manifest_path) or read_manifest(self._intent_path), True
        except (VaultDamaged, VaultTooNew):
            return None, False

    def _entries_destroyed(self, manifest: Manifest) -> bool:
        if manifest.kind != "keyring":
            return True
        try:
            store = self._keyring_of(manifest)
            for entry in manifest.all_entries():
                store.delete(entry)
        except KeyStoreUnavailable:
            return False
        return True


def _checked(name: str) -> str:
    if not _SECRET_NAME.fullmatch(name):
        raise ValueError(
            "a secret's name is 1 to 64 lower-case letters, digits, dots, dashes and underscores"
        )
    return name


def _nobody_to_ask() -> str:
    raise PassphraseNeeded()
