"""Where secrets are kept: the protocol, and the operating system's own key store.

The other store, a file wrapped by a passphrase, is in `desktop.vault.passphrase`.
"""

from __future__ import annotations

import base64
import binascii
import logging
import secrets
from typing import TYPE_CHECKING, Final, Protocol

from desktop.vault.errors import KeyStoreUnavailable, VaultDamaged

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

log = logging.getLogger(__name__)

SERVICE: Final = "roundsman"
MAX_SECRET_BYTES: Final = 900
"""Windows keeps at most 2,560 bytes per entry and stores text in UTF-16: 1,280 base64 characters, 960 bytes."""

# fail and null keep nothing; keyrings.alt keeps plain text, or a file under a passphrase of its own asking.
_REFUSED_MODULES: Final = ("keyring.backends.fail", "keyring.backends.null", "keyrings.alt")


class KeyStore(Protocol):
    """Keeps named secrets of 1 to `MAX_SECRET_BYTES` bytes. May block, even on a question to the user: not for
    the GUI thread. Every method raises `VaultFault` (4110 to 4121) when the store cannot do its work.
    """

    def get(self, name: str) -> bytes | None:
        """The secret, or None when there is none of that name."""
        ...

    def put(self, name: str, value: bytes) -> None:
        """Keep a secret, in place of an earlier one; on return it is there for the next process."""
        ...

    def delete(self, name: str) -> None:
        """Forget a secret; nothing happens when there is none."""
        ...


class KeyringStore:
    """Secrets in one backend of the `keyring` package: Windows Credential Manager, macOS Keychain, Secret Service,
    KWallet. Backends are plug-ins that raise whatever their system raises; all of it becomes
    `KeyStoreUnavailable`.
    """

    def __init__(self, backend: KeyringBackend) -> None:
        self._backend = backend

    @property
    def backend_name(self) -> str:
        """Module and class of the backend, the same in every session."""
        return _name_of(self._backend)

    def get(self, name: str) -> bytes | None:
        """See `KeyStore`.

        :raises VaultDamaged: the entry exists but was not written by us.
        """
        try:
            text = self._backend.get_password(SERVICE, name)
        except Exception as error:
            raise self._unavailable() from error
        if text is None:
            return None
        try:
            return base64.b64decode(text.encode(), validate=True)
        except (binascii.Error, UnicodeEncodeError) as error:
            raise VaultDamaged(backend=self.backend_name) from error

    def put(self, name: str, value: bytes) -> None:
        """See `KeyStore`. Reads the entry back: some backends accept what they do not keep."""
        try:
            self._backend.set_password(SERVICE, name, base64.b64encode(value).decode())
        except Exception as error:
            raise self._unavailable() from error
        if self.get(name) != value:
            raise self._unavailable()

    def delete(self, name: str) -> None:
        """See `KeyStore`. Looks afterwards: backends raise the same error for absent and for refused."""
        try:
            if self._backend.get_password(SERVICE, name) is None:
                return
            self._backend.delete_password(SERVICE, name)
            remains = self._backend.get_password(SERVICE, name) is not None
        except Exception as error:
            raise self._unavailable() from error
        if remains:
            raise self._unavailable()

    def _unavailable(self) -> KeyStoreUnavailable:
        return KeyStoreUnavailable(backend=self.backend_name)


def find_keyring_store(*, backend_name: str | None = None) -> KeyringStore | None:
    """The operating system's key store, or None where there is no usable one.

    Without a name: the best backend that is not refused (see `refusal`) and that keeps, returns and forgets a probe.
    With the name that `KeyringStore.backend_name` gave: that backend and no other, unprobed. A key put into one
    backend is never looked for in another.

    Blocks like the store itself. Importing `keyring` takes about 0.13 s, so it happens here and not at start.
    """
    for backend in _installed_backends():
        name = _name_of(backend)
        reason = refusal(backend)
        if reason is not None:
            log.info("vault.keyring_refused backend=%s reason=%s", name, reason)
        elif backend_name is None:
            store = KeyringStore(backend)
            if _keeps_a_probe(store):
                return store
            log.warning("vault.keyring_refused backend=%s reason=probe", name)
        elif backend_name == name:
            return KeyringStore(backend)
    return None


def refusal(backend: KeyringBackend) -> str | None:
    """Why this backend must not keep our key; None when it may."""
    name = _name_of(backend)
    if name.startswith(_REFUSED_MODULES):
        return "insecure"
    if "plaintext" in name.lower():
        return "plain text"
    try:
        priority = float(backend.priority)
    except Exception:  # noqa: BLE001 - a backend says "not here" by raising what it likes from its priority
        return "not available"
    # keyring's own line between "suitable" and "recommended".
    return None if priority >= 1 else "not recommended"


def _installed_backends() -> list[KeyringBackend]:
    import keyring
    from keyring.backends.chainer import ChainerBackend

    try:
        chosen = keyring.get_keyring()
        # The chainer reads from any member and writes to the first: we take one member and stay with it.
        return list(chosen.backends) if isinstance(chosen, ChainerBackend) else [chosen]
    except Exception as error:  # noqa: BLE001 - a broken configuration raises what its import raises
        log.warning("vault.keyring_broken error=%s", type(error).__name__)
        return []


def _keeps_a_probe(store: KeyringStore) -> bool:
    # One name for all, so that an interrupted probe is removed by the next one.
    name = "probe"
    try:
        store.put(name, secrets.token_bytes(16))
        store.delete(name)
    except (KeyStoreUnavailable, VaultDamaged):
        return False
    return True


def _name_of(backend: KeyringBackend) -> str:
    kind = type(backend)
    return f"{kind.__module__}.{kind.__qualname__}"
