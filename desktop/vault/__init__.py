"""Keys, offline unlock, and opening the encrypted database: no Qt, no HTTP, no knowledge of what the database holds."""

from desktop.vault.database import CipherFacts, for_writing, open_engine, outside_transactions, verify_cipher
from desktop.vault.folder_lock import exclusive
from desktop.vault.keys import DatabaseKey
from desktop.vault.keystore import KeyringStore, KeyStore, find_keyring_store
from desktop.vault.manifest import Kind
from desktop.vault.passphrase import PassphraseStore
from desktop.vault.vault import Vault

__all__ = [
    "CipherFacts",
    "DatabaseKey",
    "KeyStore",
    "KeyringStore",
    "Kind",
    "PassphraseStore",
    "Vault",
    "exclusive",
    "find_keyring_store",
    "for_writing",
    "open_engine",
    "outside_transactions",
    "verify_cipher",
]
