"""Secrets in a file wrapped by a passphrase, for machines without a usable key store.

The file `vault.keys`, version 1, is two lines of ASCII:

    {"format":"roundsman keys","version":1,"header":{"vault":…,"memory_kib":…,"passes":…,"lanes":…,"salt":…},
     "sealed":…}
    <BLAKE2b-256 of the first line, in hexadecimal>

``sealed`` is the MessagePack map of all secrets under XChaCha20-Poly1305 (24-byte nonce first) with the JSON of
``header`` as additional data; its key is Argon2id of the passphrase with the header's numbers. The second line tells a
damaged file from a wrong passphrase; it protects against accidents only, the authenticated cipher against people.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import threading
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Final

import msgspec
from argon2.low_level import ARGON2_VERSION, Type, hash_secret_raw
from nacl.exceptions import CryptoError
from nacl.secret import Aead

from desktop.vault.errors import (
    KeyFileDamaged,
    KeyGone,
    PassphraseTooShort,
    VaultExists,
    VaultTooNew,
    WrongPassphrase,
)
from desktop.vault.files import new_name_of, shred, write_atomically

VERSION: Final = 1
MIN_PASSPHRASE_CHARACTERS: Final = 8
"""NIST SP 800-63B, 5.1.1.2."""

# RFC 9106, section 4, second recommended choice: 64 MiB, 3 passes, 4 lanes, 128-bit salt, 256-bit tag.
MEMORY_KIB: Final = 64 * 1024
PASSES: Final = 3
LANES: Final = 4
SALT_BYTES: Final = 16
# A file that asks for more than this is damaged or hostile: opening it would stop the machine.
MAX_MEMORY_KIB: Final = 2 * 1024 * 1024
MAX_PASSES: Final = 64
MAX_LANES: Final = 64


class _Header(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    vault: str
    memory_kib: int
    passes: int
    lanes: int
    salt: bytes


class _KeyFile(msgspec.Struct, frozen=True):
    format: str
    version: int
    header: msgspec.Raw = msgspec.Raw()
    sealed: bytes = b""


_FORMAT: Final = "roundsman keys"
_OTHER_SPACES: Final = re.compile("[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]")  # Unicode category Zs
_SECRETS: Final = msgspec.msgpack.Decoder(dict[str, bytes])


class PassphraseStore:
    """A `KeyStore` in one file. The passphrase is asked for, and its key derived (about 0.2 s, 64 MiB), once: at the
    first use after construction or `lock`. Thread-safe; one process at a time (see `exclusive`).

    :param path: the file; `create` makes it, nothing else does.
    :param vault: the id of the vault it belongs to; a file of another vault counts as damaged.
    :param ask: gives the passphrase; called in the thread that uses the store; may raise to give up.
    """

    def __init__(self, path: Path, *, vault: str, ask: Callable[[], str]) -> None:
        self._path = path
        self._vault = vault
        self._ask = ask
        self._lock = threading.RLock()
        self._opened: tuple[_Header, bytes] | None = None

    def create(self) -> None:
        """Ask for a new passphrase and write an empty file under it.

        :raises VaultExists: a key file is there; it is left as it is.
        :raises PassphraseTooShort: nothing was written.
        """
        with self._lock:
            if self._path.exists():
                raise VaultExists()
            opened = self._derive_new(self._ask())
            self._write(opened, {})
            self._opened = opened

    def get(self, name: str) -> bytes | None:
        """See `KeyStore`. Raises as `_open` does."""
        with self._lock:
            return self._open()[1].get(name)

    def put(self, name: str, value: bytes) -> None:
        """See `KeyStore`. Rewrites the file."""
        with self._lock:
            opened, kept = self._open()
            self._write(opened, {**kept, name: value})

    def delete(self, name: str) -> None:
        """See `KeyStore`. Rewrites the file; older blocks of the drive may still hold the sealed former one."""
        with self._lock:
            opened, kept = self._open()
            if kept.pop(name, None) is not None:
                self._write(opened, kept)

    def change_passphrase(self, current: str, new: str) -> None:
        """Wrap the same secrets under another passphrase. Whoever has an older copy of the file can still open that
        one with the older passphrase: the secrets themselves do not change.

        :raises WrongPassphrase: ``current`` is not the passphrase; nothing was changed.
        :raises PassphraseTooShort: nothing was changed.
        """
        with self._lock:
            header, sealed = self._read()
            kept = _unseal(header, _derive(current, header), sealed)
            opened = self._derive_new(new)
            self._write(opened, kept)
            self._opened = opened

    def lock(self) -> None:
        """Forget the derived key; the next use asks for the passphrase again."""
        with self._lock:
            self._opened = None

    def _open(self) -> tuple[tuple[_Header, bytes], dict[str, bytes]]:
        """The derived key and all secrets.

        :raises KeyGone: there is no file.
        :raises KeyFileDamaged: it is not as written.
        :raises VaultTooNew: a later version wrote it.
        :raises WrongPassphrase: it is whole, the passphrase does not fit.
        """
        header, sealed = self._read()
        if self._opened is None or self._opened[0] != header:
            opened = (header, _derive(self._ask(), header))
        else:
            opened = self._opened
        kept = _unseal(header, opened[1], sealed)
        self._opened = opened
        return opened, kept

    def _read(self) -> tuple[_Header, bytes]:
        try:
            content = self._path.read_bytes()
        except FileNotFoundError as error:
            raise KeyGone() from error
        header, sealed = _decode(content)
        if header.vault != self._vault:
            raise KeyFileDamaged(reason="belongs to another vault")
        return header, sealed

    def _derive_new(self, passphrase: str) -> tuple[_Header, bytes]:
        if len(_normalized(passphrase)) < MIN_PASSPHRASE_CHARACTERS:
            raise PassphraseTooShort(least_characters=MIN_PASSPHRASE_CHARACTERS)
        salt = secrets.token_bytes(SALT_BYTES)
        header = _Header(vault=self._vault, memory_kib=MEMORY_KIB, passes=PASSES, lanes=LANES, salt=salt)
        return header, _derive(passphrase, header)

    def _write(self, opened: tuple[_Header, bytes], kept: dict[str, bytes]) -> None:
        header, key = opened
        header_json = msgspec.json.encode(header)
        sealed = bytes(Aead(key).encrypt(msgspec.msgpack.encode(kept), aad=header_json))
        write_atomically(self._path, _encode(header_json, sealed))


def vault_of_key_file(path: Path) -> str:
    """The id of the vault a key file belongs to, read without the passphrase.

    :raises KeyFileDamaged, VaultTooNew: as opening it would.
    """
    return _decode(path.read_bytes())[0].vault


def destroy_key_file(path: Path) -> None:
    """Overwrite and remove a key file, and what an interrupted write of it left. Needs no passphrase; may be repeated."""
    shred(path)
    shred(new_name_of(path))


def _encode(header_json: bytes, sealed: bytes) -> bytes:
    line = msgspec.json.encode(
        _KeyFile(format=_FORMAT, version=VERSION, header=msgspec.Raw(header_json), sealed=sealed)
    )
    return b"%s\n%s\n" % (line, _checksum(line))


def _decode(content: bytes) -> tuple[_Header, bytes]:
    line, _, rest = content.partition(b"\n")
    if not hmac.compare_digest(rest, _checksum(line) + b"\n"):
        raise KeyFileDamaged(reason="checksum")
    try:
        file = msgspec.json.decode(line, type=_KeyFile)
        if file.format != _FORMAT:
            raise KeyFileDamaged(reason="format")
        if file.version > VERSION:
            raise VaultTooNew(version=file.version)
        header = msgspec.json.decode(file.header, type=_Header)
    except msgspec.DecodeError as error:
        raise KeyFileDamaged(reason="content") from error
    if not (
        MEMORY_KIB <= header.memory_kib <= MAX_MEMORY_KIB
        and PASSES <= header.passes <= MAX_PASSES
        and 1 <= header.lanes <= MAX_LANES
        and len(header.salt) == SALT_BYTES
        and len(file.sealed) > Aead.NONCE_SIZE
    ):
        raise KeyFileDamaged(reason="limits")
    return header, file.sealed


def _unseal(header: _Header, key: bytes, sealed: bytes) -> dict[str, bytes]:
    try:
        return _SECRETS.decode(Aead(key).decrypt(sealed, aad=msgspec.json.encode(header)))
    except CryptoError as error:
        raise WrongPassphrase() from error
    except msgspec.DecodeError as error:
        raise KeyFileDamaged(reason="secrets") from error


def _derive(passphrase: str, header: _Header) -> bytes:
    return hash_secret_raw(
        _normalized(passphrase).encode(),
        header.salt,
        time_cost=header.passes,
        memory_cost=header.memory_kib,
        parallelism=header.lanes,
        hash_len=Aead.KEY_SIZE,
        type=Type.ID,
        version=ARGON2_VERSION,
    )


def _normalized(passphrase: str) -> str:
    """The same characters typed on another system are the same passphrase (RFC 8265, OpaqueString: NFC, one space)."""
    return unicodedata.normalize("NFC", _OTHER_SPACES.sub(" ", passphrase))


def _checksum(line: bytes) -> bytes:
    return hashlib.blake2b(line, digest_size=32).hexdigest().encode()
