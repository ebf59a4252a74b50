"""The operating system's key store keeps our secrets, or is not used."""

from __future__ import annotations

import base64
import tempfile
from pathlib import Path
from typing import Any

import keyring
import pytest
from hypothesis import given
from hypothesis import strategies as st
from keyring.backend import KeyringBackend
from keyring.backends import chainer, fail, null

from desktop.vault import KeyringStore, find_keyring_store
from desktop.vault.errors import KeyStoreUnavailable, VaultDamaged
from desktop.vault.keystore import MAX_SECRET_BYTES, refusal

from .conftest import FileBackend


class PlaintextKeyring(FileBackend):
    """Named as the plain-text backends are."""


class ModestBackend(FileBackend):
    """Below the line that `keyring` itself draws."""

    priority = 0.5  # type: ignore[assignment]


class AbsentBackend(FileBackend):
    """Says that it is not here as backends do: by raising from its priority."""

    @property
    def priority(self) -> float:  # type: ignore[override]
        raise RuntimeError("no session bus")


class AlternativeBackend(FileBackend):
    """Pretends to come from the collection of file backends."""

    __module__ = "keyrings.alt.file"


class ReadOnlyBackend(FileBackend):
    """Only hands out what others put in, like the sign-in helpers of package indexes."""

    def set_password(self, service: str, username: str, password: str) -> None:
        raise NotImplementedError


class Chain(chainer.ChainerBackend):
    """A chain of chosen members."""

    viable = False
    backends: Any = ()


def in_chain(*members: KeyringBackend) -> None:
    chain = Chain()
    chain.backends = members
    keyring.set_keyring(chain)


@given(value=st.binary(min_size=1, max_size=MAX_SECRET_BYTES))
def test_any_bytes_come_back_as_they_were_kept(value: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = KeyringStore(FileBackend(Path(folder) / "keys.json"))
        store.put("name", value)
        assert store.get("name") == value


def test_largest_secret_fits_an_entry_of_the_windows_credential_manager() -> None:
    utf16 = base64.b64encode(bytes(MAX_SECRET_BYTES)).decode().encode("utf-16-le")
    assert len(utf16) <= 2560


def test_absent_secret_is_none_and_may_be_deleted(backend: FileBackend) -> None:
    store = KeyringStore(backend)
    assert store.get("name") is None
    store.delete("name")
    store.put("name", b"value")
    store.delete("name")
    assert store.get("name") is None


def test_backend_that_forgets_at_once_is_an_error_not_a_success(backend: FileBackend) -> None:
    backend.forgets = True
    with pytest.raises(KeyStoreUnavailable):
        KeyringStore(backend).put("name", b"value")


def test_backend_that_keeps_what_it_should_delete_is_an_error(
    backend: FileBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = KeyringStore(backend)
    store.put("name", b"value")
    monkeypatch.setattr(backend, "delete_password", lambda service, username: None)
    with pytest.raises(KeyStoreUnavailable):
        store.delete("name")


def test_locked_backend_is_a_numbered_error_everywhere(backend: FileBackend) -> None:
    backend.is_locked = True
    store = KeyringStore(backend)
    for call in (
        lambda: store.get("name"),
        lambda: store.put("name", b"value"),
        lambda: store.delete("name"),
    ):
        with pytest.raises(KeyStoreUnavailable) as caught:
            call()
        assert caught.value.code == 4120
        assert caught.value.details == {"backend": store.backend_name}


def test_entry_that_somebody_else_wrote_counts_as_damaged(backend: FileBackend) -> None:
    backend.set_password("roundsman", "name", "not base64!")
    with pytest.raises(VaultDamaged):
        KeyringStore(backend).get("name")


def test_insecure_and_absent_backends_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    assert refusal(FileBackend(path)) is None
    refused: list[KeyringBackend] = [
        fail.Keyring(),
        null.Keyring(),
        PlaintextKeyring(path),
        ModestBackend(path),
        AbsentBackend(path),
        AlternativeBackend(path),
    ]
    for one in refused:
        assert refusal(one) is not None
        keyring.set_keyring(one)
        assert find_keyring_store() is None
        assert find_keyring_store(backend_name=KeyringStore(one).backend_name) is None
    assert not path.exists()


def test_working_backend_is_found_and_its_probe_leaves_nothing(backend: FileBackend) -> None:
    store = find_keyring_store()
    assert store is not None
    assert store.backend_name.endswith(".FileBackend")
    assert backend.entries == {}


@pytest.mark.allow_log("desktop.vault")
def test_backend_that_fails_its_probe_is_passed_over_in_a_chain(tmp_path: Path) -> None:
    forgetful = FileBackend(tmp_path / "forgetful.json")
    forgetful.forgets = True
    good = FileBackend(tmp_path / "good.json")
    in_chain(
        ReadOnlyBackend(tmp_path / "read-only.json"),
        PlaintextKeyring(tmp_path / "plain.json"),
        forgetful,
        good,
    )
    store = find_keyring_store()
    assert store is not None
    store.put("name", b"value")
    assert list(good.entries) == ["name"]
    assert forgetful.entries == {}


def test_named_backend_is_found_in_a_chain_and_no_other_stands_in(tmp_path: Path) -> None:
    class OtherBackend(FileBackend):
        pass

    other = OtherBackend(tmp_path / "other.json")
    name = KeyringStore(other).backend_name
    in_chain(FileBackend(tmp_path / "first.json"), other)
    found = find_keyring_store(backend_name=name)
    assert found is not None
    assert found.backend_name == name
    in_chain(FileBackend(tmp_path / "first.json"))
    assert find_keyring_store(backend_name=name) is None


@pytest.mark.allow_log("desktop.vault")
def test_broken_keyring_configuration_counts_as_no_key_store(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keyring.core, "_keyring_backend", None)
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "no_such_module.Keyring")
    assert find_keyring_store() is None
