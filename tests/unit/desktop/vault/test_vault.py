"""One vault per folder: made once, opened by its owner, destroyed for good."""

from __future__ import annotations

import base64
import json
import stat
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import keyring
import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from keyring.backends import fail
from sqlalchemy import text

from desktop.vault import DatabaseKey, KeyStore, Vault, for_writing, open_engine
from desktop.vault.errors import (
    KeyFileDamaged,
    KeyGone,
    KeyNotDestroyed,
    KeyStoreUnavailable,
    PassphraseNeeded,
    PassphraseTooShort,
    VaultDamaged,
    VaultExists,
    VaultMissing,
    VaultTooNew,
    WrongPassphrase,
)

from .conftest import FileBackend, MemoryStore

PASSPHRASE = "correct horse 电池 staple"


def ask() -> str:
    return PASSPHRASE


def ask_nobody() -> str:
    raise AssertionError("asked for a passphrase")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture(params=["keyring", "passphrase"])
def reopened(request: pytest.FixtureRequest, folder: Path) -> Callable[[], Vault]:
    """Gives the vault of the folder as the next process would see it, for either kind."""
    if request.param == "keyring":
        request.getfixturevalue("backend")
        return lambda: Vault(folder, passphrase=ask_nobody)
    request.getfixturevalue("quick_derivation")
    return lambda: Vault(folder, passphrase=ask)


def test_created_vault_gives_the_same_key_to_every_later_process(reopened: Callable[[], Vault]) -> None:
    key = reopened().create()
    assert reopened().unlock() == key
    assert reopened().unlock() == key


def test_vault_is_created_only_once_and_its_key_never_replaced(reopened: Callable[[], Vault]) -> None:
    key = reopened().create()
    with pytest.raises(VaultExists):
        reopened().create()
    assert reopened().unlock() == key


def test_each_vault_has_its_own_key_and_id(backend: FileBackend, tmp_path: Path) -> None:
    vaults = [Vault(tmp_path / name) for name in ("a", "b")]
    keys = [vault.create() for vault in vaults]
    assert keys[0] != keys[1]
    assert vaults[0].instance_id != vaults[1].instance_id
    vaults[0].destroy()
    assert vaults[1].unlock() == keys[1]


def test_folder_without_a_vault_says_so(reopened: Callable[[], Vault], folder: Path) -> None:
    vault = reopened()
    assert not vault.is_created
    for call in (vault.unlock, lambda: vault.kind, lambda: vault.instance_id, lambda: vault.secret("token")):
        with pytest.raises(VaultMissing):
            call()
    assert not folder.exists()


def test_key_store_is_preferred_and_the_passphrase_not_asked_for(backend: FileBackend, folder: Path) -> None:
    vault = Vault(folder, passphrase=ask_nobody)
    vault.create()
    assert vault.kind == "keyring"
    assert [path.name for path in folder.iterdir()] == ["vault.json"]


def test_without_a_key_store_the_passphrase_protects(quick_derivation: None, folder: Path) -> None:
    vault = Vault(folder, passphrase=ask)
    vault.create()
    assert vault.kind == "passphrase"
    assert sorted(path.name for path in folder.iterdir()) == ["vault.json", "vault.keys"]


def test_key_store_can_be_ruled_out(backend: FileBackend, quick_derivation: None, folder: Path) -> None:
    vault = Vault(folder, passphrase=ask, keyring_store=None)
    vault.create()
    assert vault.kind == "passphrase"
    assert backend.entries == {}


def test_key_store_handed_in_is_used(memory_store: KeyStore, folder: Path) -> None:
    key = Vault(folder, keyring_store=memory_store).create()
    assert Vault(folder, keyring_store=memory_store).unlock() == key
    with pytest.raises(KeyGone):
        Vault(folder, keyring_store=MemoryStore()).unlock()
    with pytest.raises(KeyStoreUnavailable):
        Vault(folder).unlock()
    with pytest.raises(KeyStoreUnavailable):
        Vault(folder, keyring_store=None).unlock()


def test_without_key_store_and_passphrase_nothing_is_made(folder: Path) -> None:
    with pytest.raises(PassphraseNeeded):
        Vault(folder).create()
    assert list(folder.iterdir()) == []


def test_creation_given_up_at_the_question_can_be_done_later(quick_derivation: None, folder: Path) -> None:
    with pytest.raises(PassphraseTooShort):
        Vault(folder, passphrase=lambda: "short").create()
    assert not Vault(folder).is_created
    key = Vault(folder, passphrase=ask).create()
    assert Vault(folder, passphrase=ask).unlock() == key


def test_wrong_passphrase_and_damaged_file_are_different_errors(quick_derivation: None, folder: Path) -> None:
    key = Vault(folder, passphrase=ask).create()
    with pytest.raises(WrongPassphrase) as wrong:
        Vault(folder, passphrase=lambda: "wrong passphrase").unlock()
    assert wrong.value.code == 4111
    assert Vault(folder, passphrase=ask).unlock() == key
    (folder / "vault.keys").write_bytes((folder / "vault.keys").read_bytes()[:-9])
    with pytest.raises(KeyFileDamaged) as damaged:
        Vault(folder, passphrase=ask).unlock()
    assert damaged.value.code == 4113


def test_passphrase_nobody_can_be_asked_for_is_an_error(quick_derivation: None, folder: Path) -> None:
    Vault(folder, passphrase=ask).create()
    with pytest.raises(PassphraseNeeded):
        Vault(folder).unlock()


def test_removed_key_is_an_error_and_not_a_new_key(backend: FileBackend, folder: Path) -> None:
    Vault(folder).create()
    backend.path.unlink()
    with pytest.raises(KeyGone):
        Vault(folder).unlock()
    assert not backend.path.exists()


def test_removed_key_file_is_an_error_and_not_a_new_file(quick_derivation: None, folder: Path) -> None:
    vault = Vault(folder, passphrase=ask)
    vault.create()
    (folder / "vault.keys").unlink()
    with pytest.raises(KeyGone):
        vault.keep_secret("token", b"value")
    assert [path.name for path in folder.iterdir()] == ["vault.json"]


def test_key_store_of_another_session_is_not_taken_for_ours(backend: FileBackend, folder: Path) -> None:
    key = Vault(folder).create()
    keyring.set_keyring(fail.Keyring())
    with pytest.raises(KeyStoreUnavailable):
        Vault(folder, passphrase=ask_nobody).unlock()

    class OtherBackend(FileBackend):
        pass

    keyring.set_keyring(OtherBackend(backend.path))
    with pytest.raises(KeyStoreUnavailable):
        Vault(folder).unlock()
    keyring.set_keyring(backend)
    assert Vault(folder).unlock() == key


def test_locked_key_store_is_an_error_and_unlocks_later(backend: FileBackend, folder: Path) -> None:
    key = Vault(folder).create()
    backend.is_locked = True
    with pytest.raises(KeyStoreUnavailable):
        Vault(folder).unlock()
    backend.is_locked = False
    assert Vault(folder).unlock() == key


@pytest.mark.parametrize("content", ["", "{", "[]", '{"format": "recipes", "version": 1}', "\x00" * 40])
def test_damaged_description_is_an_error_and_stays_as_it_is(
    backend: FileBackend, folder: Path, content: str
) -> None:
    Vault(folder).create()
    (folder / "vault.json").write_text(content)
    with pytest.raises(VaultDamaged):
        Vault(folder).unlock()
    with pytest.raises(VaultExists):
        Vault(folder).create()
    assert (folder / "vault.json").read_text() == content


def test_description_of_a_later_version_says_so(backend: FileBackend, folder: Path) -> None:
    Vault(folder).create()
    path = folder / "vault.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "version": 2, "description": 7}))
    with pytest.raises(VaultTooNew):
        Vault(folder).unlock()


def test_key_file_without_its_description_is_never_overwritten(quick_derivation: None, folder: Path) -> None:
    Vault(folder, passphrase=ask).create()
    (folder / "vault.json").unlink()
    before = (folder / "vault.keys").read_bytes()
    for call in (Vault(folder, passphrase=ask).unlock, Vault(folder, passphrase=ask).create):
        with pytest.raises(VaultDamaged):
            call()
    assert (folder / "vault.keys").read_bytes() == before


def test_key_file_beside_a_foreign_intent_is_never_overwritten(
    quick_derivation: None, tmp_path: Path
) -> None:
    ours, other = tmp_path / "ours", tmp_path / "other"
    for folder in (ours, other):
        Vault(folder, passphrase=ask).create()
    (ours / "vault.json").unlink()
    (other / "vault.json").rename(ours / "vault.creating.json")
    before = (ours / "vault.keys").read_bytes()
    with pytest.raises(VaultDamaged):
        Vault(ours, passphrase=ask).create()
    assert (ours / "vault.keys").read_bytes() == before


def test_secrets_are_kept_replaced_and_forgotten(reopened: Callable[[], Vault]) -> None:
    key = reopened().create()
    assert reopened().secret("refresh-token") is None
    reopened().keep_secret("refresh-token", b"first")
    reopened().keep_secret("refresh-token", b"second")
    reopened().keep_secret("instance-token", bytes(900))
    assert reopened().secret("refresh-token") == b"second"
    reopened().forget_secret("refresh-token")
    reopened().forget_secret("refresh-token")
    assert reopened().secret("refresh-token") is None
    assert reopened().secret("instance-token") == bytes(900)
    assert reopened().unlock() == key


def test_secret_named_like_the_key_does_not_replace_the_key(reopened: Callable[[], Vault]) -> None:
    key = reopened().create()
    reopened().keep_secret("database-key", b"other")
    assert reopened().unlock() == key
    reopened().forget_secret("database-key")
    assert reopened().unlock() == key


@pytest.mark.parametrize("name", ["", "Token", "a/b", "-a", "a" * 65, "a\n", "令牌"])
def test_secret_with_an_unsuitable_name_is_refused(reopened: Callable[[], Vault], name: str) -> None:
    reopened().create()
    for call in (
        lambda: reopened().keep_secret(name, b"value"),
        lambda: reopened().secret(name),
        lambda: reopened().forget_secret(name),
    ):
        with pytest.raises(ValueError, match="name"):
            call()


@pytest.mark.parametrize("size", [0, 901])
def test_secret_of_an_unsuitable_size_is_refused(reopened: Callable[[], Vault], size: int) -> None:
    reopened().create()
    with pytest.raises(ValueError, match="bytes"):
        reopened().keep_secret("token", bytes(size))


def test_changed_passphrase_opens_the_same_key(quick_derivation: None, folder: Path) -> None:
    vault = Vault(folder, passphrase=ask)
    key = vault.create()
    vault.change_passphrase(PASSPHRASE, "another passphrase")
    assert vault.unlock() == key
    assert Vault(folder, passphrase=lambda: "another passphrase").unlock() == key
    with pytest.raises(WrongPassphrase):
        Vault(folder, passphrase=ask).unlock()


def test_passphrase_of_a_key_store_cannot_be_changed(backend: FileBackend, folder: Path) -> None:
    vault = Vault(folder)
    vault.create()
    with pytest.raises(ValueError, match="passphrase"):
        vault.change_passphrase(PASSPHRASE, "another passphrase")


def test_locked_vault_asks_again(quick_derivation: None, folder: Path) -> None:
    asked: list[str] = []

    def counted() -> str:
        asked.append(PASSPHRASE)
        return PASSPHRASE

    vault = Vault(folder, passphrase=counted)
    vault.create()
    vault.unlock()
    vault.keep_secret("token", b"value")
    assert len(asked) == 1
    vault.lock()
    vault.unlock()
    assert len(asked) == 2


def test_destroyed_vault_leaves_no_key_and_no_file(
    reopened: Callable[[], Vault], folder: Path, tmp_path: Path
) -> None:
    reopened().create()
    reopened().keep_secret("refresh-token", b"value")
    databases = [folder / "copy.db", folder / "copy.db-wal", folder / "never there"]
    for path in databases[:2]:
        path.write_bytes(b"data")
    reopened().destroy(also=databases)
    assert list(folder.iterdir()) == []
    entries = tmp_path / "operating-system-keys.json"
    assert not entries.exists() or json.loads(entries.read_text()) == {}
    with pytest.raises(VaultMissing):
        reopened().unlock()
    reopened().destroy()


def test_destroying_needs_no_passphrase(quick_derivation: None, folder: Path) -> None:
    Vault(folder, passphrase=ask).create()
    Vault(folder, passphrase=ask_nobody).destroy()
    assert list(folder.iterdir()) == []


def test_vault_can_be_created_anew_after_it_was_destroyed(reopened: Callable[[], Vault]) -> None:
    former = reopened().create()
    reopened().destroy()
    assert reopened().create() != former


@pytest.mark.allow_log("desktop.vault")
def test_key_store_that_fails_while_destroying_is_told_and_the_files_are_gone_all_the_same(
    backend: FileBackend, folder: Path
) -> None:
    Vault(folder).create()
    database = folder / "copy.db"
    database.write_bytes(b"data")
    backend.is_locked = True
    with pytest.raises(KeyNotDestroyed) as caught:
        Vault(folder).destroy(also=[database])
    assert caught.value.details == {"may_repeat": True}
    assert not database.exists()
    backend.is_locked = False
    Vault(folder).destroy()
    assert backend.entries == {}
    assert list(folder.iterdir()) == []


@pytest.mark.allow_log("desktop.vault")
def test_damaged_description_does_not_stop_destruction_but_is_no_success(
    backend: FileBackend, folder: Path
) -> None:
    Vault(folder).create()
    (folder / "vault.json").write_text("{")
    with pytest.raises(KeyNotDestroyed) as caught:
        Vault(folder).destroy()
    assert caught.value.details == {"may_repeat": False}
    assert list(folder.iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="modes are POSIX")
def test_everything_is_open_to_its_owner_only(quick_derivation: None, folder: Path) -> None:
    vault = Vault(folder, passphrase=ask)
    key = vault.create()
    open_engine(folder / "copy.db", key, create=True).dispose()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}


def forms_of(secret: bytes) -> list[bytes]:
    """How a secret may stand in a file: raw, hexadecimal, base64 at each of its three alignments."""
    forms = [secret, secret.hex().encode(), secret.hex().upper().encode(), secret[::-1]]
    for lead in range(3):
        encoded = base64.b64encode(bytes(lead) + secret)
        # The first and last characters also depend on the neighbours.
        inner = encoded.rstrip(b"=")[4 if lead else 0 : -1]
        forms += [inner, inner.translate(bytes.maketrans(b"+/", b"-_"))]
    return forms


def test_no_file_of_the_folder_holds_a_key_or_a_secret_in_any_form(folder: Path) -> None:
    vault = Vault(folder, passphrase=ask)
    key = vault.create()
    token = b"refresh token of 32 random bytes"
    vault.keep_secret("refresh-token", token)
    engine = open_engine(folder / "copy.db", key, create=True)
    with for_writing(engine).begin() as connection:
        connection.execute(text("CREATE TABLE customers (name TEXT)"))
        connection.execute(text("INSERT INTO customers VALUES ('x')"))
    vault.change_passphrase(PASSPHRASE, "another passphrase")
    looked_at = {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    engine.dispose()
    assert {"vault.json", "vault.keys", "copy.db", "copy.db-wal", "copy.db-shm"} <= looked_at.keys()
    searched = [*forms_of(key.reveal()), *forms_of(token), PASSPHRASE.encode(), b"another passphrase"]
    found = [name for name, content in looked_at.items() for form in searched if form in content]
    assert found == []


def test_search_for_secrets_would_find_each_form() -> None:
    secret = DatabaseKey.generate().reveal()
    for form in forms_of(secret):
        assert len(form) >= 32
    for lead in (b"", b"a", b"ab", b"abc"):
        assert any(form in base64.b64encode(lead + secret + b"tail") for form in forms_of(secret))


class VaultMachine(RuleBasedStateMachine):
    """Secrets kept, replaced and forgotten across processes agree with a dictionary."""

    names = st.sampled_from(["refresh-token", "instance-token", "a.b_c", "0"])

    def __init__(self) -> None:
        super().__init__()
        self.temporary = tempfile.TemporaryDirectory()
        self.folder = Path(self.temporary.name)
        self.expected: dict[str, bytes] = {}
        self.store: KeyStore | None = None

    @initialize(has_key_store=st.booleans())
    def create(self, has_key_store: bool) -> None:
        self.store = MemoryStore() if has_key_store else None
        self.next_process()
        self.key = self.vault.create()

    @rule()
    def next_process(self) -> None:
        self.vault = Vault(self.folder, passphrase=ask, keyring_store=self.store)

    @rule()
    def lock(self) -> None:
        self.vault.lock()

    @rule(name=names, value=st.binary(min_size=1, max_size=900))
    def keep(self, name: str, value: bytes) -> None:
        self.vault.keep_secret(name, value)
        self.expected[name] = value

    @rule(name=names)
    def forget(self, name: str) -> None:
        self.vault.forget_secret(name)
        self.expected.pop(name, None)

    @rule(name=names)
    def read(self, name: str) -> None:
        assert self.vault.secret(name) == self.expected.get(name)

    @invariant()
    def key_is_the_same(self) -> None:
        if hasattr(self, "key"):
            assert self.vault.unlock() == self.key

    def teardown(self) -> None:
        for name, value in self.expected.items():
            assert self.vault.secret(name) == value
        self.vault.destroy()
        assert list(self.folder.iterdir()) == []
        assert not isinstance(self.store, MemoryStore) or self.store.kept == {}
        self.temporary.cleanup()


@pytest.mark.usefixtures("quick_derivation")
def test_secrets_agree_with_a_dictionary_across_processes() -> None:
    run_state_machine_as_test(VaultMachine)
