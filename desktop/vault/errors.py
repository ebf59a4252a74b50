"""What can go wrong with keys, the encrypted database and the data folder (codes 4100 to 4199).

    LocalFault
    └── VaultFault
        ├── VaultMissing           4101
        ├── VaultExists            4102
        ├── VaultDamaged           4103
        ├── VaultTooNew            4104
        ├── PassphraseNeeded       4110
        ├── WrongPassphrase        4111
        ├── PassphraseTooShort     4112
        ├── KeyFileDamaged         4113
        ├── KeyStoreUnavailable    4120
        ├── KeyGone                4121
        ├── KeyNotDestroyed        4122
        ├── DatabaseMissing        4130
        ├── DatabaseKeyWrong       4131
        ├── DatabaseNotEncrypted   4132
        ├── CipherMissing          4133
        ├── JournalRefused         4134
        ├── FolderInUse            4140
        └── FolderNotLockable      4141

No message and no detail holds a key, a passphrase or a secret.
"""

from __future__ import annotations

from typing import ClassVar

from crm.errors import Code, Detail, LocalFault


class VaultFault(LocalFault):
    """Base of the vault's errors; each kind has one number and one sentence."""

    number: ClassVar[int] = 4100
    text: ClassVar[str] = "The keys of this data folder cannot be used."

    def __init__(self, **details: Detail) -> None:
        super().__init__(self.number, self.text, **details)


class VaultMissing(VaultFault):
    """The folder holds no finished vault."""

    number = 4101
    text = "This data folder has no keys yet. Enrol this laptop first."


class VaultExists(VaultFault):
    """`create` was called where keys already are."""

    number = 4102
    text = "This data folder already has its keys; they were left as they are."


class VaultDamaged(VaultFault):
    """`vault.json` cannot be read, or it is missing beside an existing key file, or a kept value is not its own."""

    number = 4103
    text = (
        "The description of this folder's keys is damaged. Nothing was changed; "
        "restore vault.json from a copy of the folder, or enrol this laptop again in a new folder."
    )


class VaultTooNew(VaultFault):
    """The files were written by a later version of the program."""

    number = 4104
    text = "This data folder was last used by a later version of Roundsman. Install that version; nothing was changed."


class PassphraseNeeded(VaultFault):
    """The keys are wrapped by a passphrase and nobody can be asked for it."""

    number = Code.PASSPHRASE_NEEDED
    text = "This data folder is protected by a passphrase, and none was given."


class WrongPassphrase(VaultFault):
    """The key file is whole, but this passphrase does not open it."""

    number = Code.WRONG_PASSPHRASE
    text = "That is not the passphrase of this data folder. Try again; nothing was changed."


class PassphraseTooShort(VaultFault):
    """A new passphrase has fewer characters than `desktop.vault.passphrase.MIN_PASSPHRASE_CHARACTERS`."""

    number = Code.PASSPHRASE_TOO_SHORT
    text = "The passphrase is too short to protect the data of a stolen laptop."


class KeyFileDamaged(VaultFault):
    """The key file is not what was written: cut, altered, or not a key file."""

    number = 4113
    text = (
        "The key file of this data folder is damaged; no passphrase can open it. "
        "Restore vault.keys from a copy of the folder."
    )


class KeyStoreUnavailable(VaultFault):
    """The operating system's key store is absent, locked, refused, or failed."""

    number = 4120
    text = (
        "The key store of the operating system does not answer. Unlock it, or sign in to the desktop session "
        "in which this laptop was enrolled, and try again; nothing was changed."
    )


class KeyGone(VaultFault):
    """The key store answers, but holds no key for this folder."""

    number = 4121
    text = (
        "The key of this data folder is no longer in its key store, so its database cannot be opened. "
        "Enrol this laptop again in a new folder."
    )


class KeyNotDestroyed(VaultFault):
    """The files are gone, but the operating system's key store could not be told to forget the key."""

    number = 4122
    text = "The files were removed, but the key may remain in the operating system's key store."


class DatabaseMissing(VaultFault):
    """There is no database at that path, or only an empty file."""

    number = 4130
    text = "The local database is not there. Nothing was created."


class DatabaseKeyWrong(VaultFault):
    """SQLCipher cannot tell another key from a damaged first page; neither can we."""

    number = 4131
    text = "The local database does not open with this key: it belongs to another key, or its beginning is damaged."


class DatabaseNotEncrypted(VaultFault):
    """The file is a plain SQLite database."""

    number = 4132
    text = "The local database is not encrypted, so it is not used."


class CipherMissing(VaultFault):
    """The database library has no SQLCipher; it would silently write plain text."""

    number = 4133
    text = "The database library of this installation cannot encrypt. Nothing was written; install Roundsman again."


class JournalRefused(VaultFault):
    """The file system does not carry SQLite's write-ahead log (network drives do not)."""

    number = 4134
    text = "The data folder lies on a drive that cannot hold the database safely. Choose a folder on a local drive."


class FolderInUse(VaultFault):
    """Another process holds the folder; ``process`` is its id where it could be read, else None."""

    number = 4140
    text = "Another Roundsman on this machine uses this data folder. Close it first."


class FolderNotLockable(VaultFault):
    """The file system offers no locks, so one process at a time cannot be promised."""

    number = 4141
    text = "The data folder lies on a drive that cannot be locked. Choose a folder on a local drive."
