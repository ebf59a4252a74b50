"""Secrets under a passphrase: only the passphrase opens them, and every other case has its own error."""

from __future__ import annotations

import stat
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desktop.vault import PassphraseStore
from desktop.vault import passphrase as module
from desktop.vault.errors import (
    KeyFileDamaged,
    KeyGone,
    PassphraseTooShort,
    VaultExists,
    VaultTooNew,
    WrongPassphrase,
)

PASSPHRASE = "correct horse 电池 staple"

several_examples = settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


def store_at(path: Path, passphrase: str = PASSPHRASE, *, vault: str = "v1") -> PassphraseStore:
    return PassphraseStore(path, vault=vault, ask=lambda: passphrase)


@pytest.fixture
def key_file(tmp_path: Path, quick_derivation: None) -> Path:
    path = tmp_path / "vault.keys"
    store = store_at(path)
    store.create()
    store.put("database-key", bytes(range(32)))
    return path


def rewritten(path: Path, change: Callable[[dict[str, object]], object]) -> None:
    """Change the first line and give it a fitting checksum, as somebody who means harm would."""
    line = msgspec.json.decode(path.read_bytes().partition(b"\n")[0], type=dict[str, object])
    change(line)
    encoded = msgspec.json.encode(line)
    path.write_bytes(b"%s\n%s\n" % (encoded, module._checksum(encoded)))


def test_secrets_come_back_in_the_next_process_with_real_argon2(tmp_path: Path) -> None:
    path = tmp_path / "vault.keys"
    first = store_at(path)
    first.create()
    first.put("database-key", b"k" * 32)
    assert store_at(path).get("database-key") == b"k" * 32
    with pytest.raises(WrongPassphrase):
        store_at(path, "correct horse 电池 stable").get("database-key")


def test_file_asks_for_at_least_64_mib_and_three_passes(tmp_path: Path) -> None:
    path = tmp_path / "vault.keys"
    store_at(path).create()
    header = msgspec.json.decode(path.read_bytes().partition(b"\n")[0])["header"]
    assert header["memory_kib"] >= 64 * 1024
    assert header["passes"] >= 3
    assert len(header["salt"]) >= 22


@pytest.mark.skipif(sys.platform == "win32", reason="modes are POSIX")
def test_file_is_open_to_its_owner_only(key_file: Path) -> None:
    assert stat.S_IMODE(key_file.stat().st_mode) == 0o600


@given(
    secrets=st.dictionaries(st.text(max_size=20), st.binary(min_size=1, max_size=900), max_size=5),
    passphrase=st.text(min_size=8, max_size=30).filter(lambda text: len(module._normalized(text)) >= 8),
)
@several_examples
def test_any_secrets_under_any_passphrase_come_back(
    quick_derivation: None, secrets: dict[str, bytes], passphrase: str
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "vault.keys"
        store = store_at(path, passphrase)
        store.create()
        for name, value in secrets.items():
            store.put(name, value)
        again = store_at(path, passphrase)
        assert {name: again.get(name) for name in secrets} == secrets
        for name in secrets:
            again.delete(name)
        assert [store_at(path, passphrase).get(name) for name in secrets] == [None] * len(secrets)


@given(data=st.data())
@several_examples
def test_any_single_changed_byte_is_damage_and_not_a_wrong_passphrase(
    key_file: Path, data: st.DataObject
) -> None:
    content = bytearray(key_file.read_bytes())
    position = data.draw(st.integers(0, len(content) - 1))
    content[position] ^= data.draw(st.integers(1, 255))
    damaged = key_file.with_name("damaged.keys")
    damaged.write_bytes(content)
    with pytest.raises(KeyFileDamaged):
        store_at(damaged).get("database-key")


def test_file_cut_anywhere_is_damage(key_file: Path) -> None:
    content = key_file.read_bytes()
    for length in range(len(content)):
        key_file.write_bytes(content[:length])
        with pytest.raises(KeyFileDamaged):
            store_at(key_file).get("database-key")


def test_damage_is_found_before_anybody_is_asked(key_file: Path) -> None:
    key_file.write_bytes(b"x" + key_file.read_bytes())

    def ask() -> str:
        raise AssertionError("asked in vain")

    with pytest.raises(KeyFileDamaged):
        PassphraseStore(key_file, vault="v1", ask=ask).get("database-key")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("memory_kib", 8),
        ("memory_kib", 1 << 40),
        ("passes", 1),
        ("passes", 1_000_000),
        ("lanes", 0),
        ("lanes", 1_000),
        ("salt", "AAAA"),
        ("salt", 7),
    ],
)
def test_header_that_weakens_or_overloads_the_derivation_is_damage(
    key_file: Path, field: str, value: object
) -> None:
    rewritten(key_file, lambda line: line["header"].update({field: value}))  # type: ignore[attr-defined]
    with pytest.raises(KeyFileDamaged):
        store_at(key_file).get("database-key")


def test_header_changed_within_its_limits_does_not_open(key_file: Path) -> None:
    rewritten(key_file, lambda line: line["header"].update(lanes=5))  # type: ignore[attr-defined]
    with pytest.raises(WrongPassphrase):
        store_at(key_file).get("database-key")


def test_file_of_another_format_is_damage(key_file: Path) -> None:
    rewritten(key_file, lambda line: line.update(format="recipes"))
    with pytest.raises(KeyFileDamaged):
        store_at(key_file).get("database-key")


def test_file_of_a_later_version_says_so(key_file: Path) -> None:
    rewritten(key_file, lambda line: line.update(version=2, header={"new": True}))
    with pytest.raises(VaultTooNew):
        store_at(key_file).get("database-key")


def test_file_of_another_vault_is_not_opened(key_file: Path) -> None:
    with pytest.raises(KeyFileDamaged):
        store_at(key_file, vault="v2").get("database-key")


def test_missing_file_is_never_made_by_using_it(tmp_path: Path, quick_derivation: None) -> None:
    store = store_at(tmp_path / "vault.keys")
    for call in (lambda: store.get("name"), lambda: store.put("name", b"v"), lambda: store.delete("name")):
        with pytest.raises(KeyGone):
            call()
    assert list(tmp_path.iterdir()) == []


def test_existing_file_is_never_made_again(key_file: Path) -> None:
    before = key_file.read_bytes()
    with pytest.raises(VaultExists):
        store_at(key_file, "another passphrase").create()
    assert key_file.read_bytes() == before


@pytest.mark.parametrize("passphrase", ["", "seven77", "e\u0301" * 4])
def test_short_passphrase_is_refused_and_nothing_written(
    tmp_path: Path, quick_derivation: None, passphrase: str
) -> None:
    with pytest.raises(PassphraseTooShort):
        store_at(tmp_path / "vault.keys", passphrase).create()
    assert list(tmp_path.iterdir()) == []


def test_same_characters_in_another_unicode_form_are_the_same_passphrase(
    tmp_path: Path, quick_derivation: None
) -> None:
    path = tmp_path / "vault.keys"
    store = store_at(path, "café\u3000au lait")
    store.create()
    store.put("name", b"value")
    assert store_at(path, "cafe\u0301 au\u00a0lait").get("name") == b"value"


def test_passphrase_is_asked_and_derived_once_until_locked(
    key_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    derived: list[object] = []
    quick = vars(module)["hash_secret_raw"]

    def derive(*arguments: object, **cost: object) -> bytes:
        derived.append(arguments[1])
        return bytes(quick(*arguments, **cost))

    def ask() -> str:
        asked.append(PASSPHRASE)
        return PASSPHRASE

    monkeypatch.setattr(module, "hash_secret_raw", derive)
    store = PassphraseStore(key_file, vault="v1", ask=ask)
    for number in range(20):
        store.put(f"name{number}", b"value")
        assert store.get("database-key") == bytes(range(32))
    assert (len(asked), len(derived)) == (1, 1)
    store.lock()
    assert store.get("name7") == b"value"
    assert (len(asked), len(derived)) == (2, 2)


def test_wrong_answer_is_not_remembered(key_file: Path) -> None:
    answers = iter(["wrong passphrase", PASSPHRASE])
    store = PassphraseStore(key_file, vault="v1", ask=lambda: next(answers))
    with pytest.raises(WrongPassphrase):
        store.get("database-key")
    assert store.get("database-key") == bytes(range(32))


def test_changed_passphrase_opens_the_same_secrets_and_the_former_one_opens_nothing(key_file: Path) -> None:
    store = store_at(key_file)
    store.change_passphrase(PASSPHRASE, "another passphrase")
    assert store.get("database-key") == bytes(range(32))
    store.put("more", b"value")
    assert store_at(key_file, "another passphrase").get("more") == b"value"
    with pytest.raises(WrongPassphrase):
        store_at(key_file).get("database-key")


@pytest.mark.parametrize(
    ("current", "new", "expected"),
    [
        ("wrong passphrase", "another passphrase", WrongPassphrase),
        (PASSPHRASE, "short", PassphraseTooShort),
    ],
)
def test_refused_change_of_passphrase_changes_nothing(
    key_file: Path, current: str, new: str, expected: type[Exception]
) -> None:
    before = key_file.read_bytes()
    store = store_at(key_file)
    with pytest.raises(expected):
        store.change_passphrase(current, new)
    assert key_file.read_bytes() == before
    assert store.get("database-key") == bytes(range(32))


def test_passphrase_changed_by_another_store_is_asked_for_anew(key_file: Path) -> None:
    answers = iter([PASSPHRASE, "another passphrase"])
    store = PassphraseStore(key_file, vault="v1", ask=lambda: next(answers))
    assert store.get("database-key") is not None
    store_at(key_file).change_passphrase(PASSPHRASE, "another passphrase")
    assert store.get("database-key") == bytes(range(32))


def test_every_write_seals_under_a_nonce_of_its_own(key_file: Path) -> None:
    store = store_at(key_file)
    seen = set()
    for _ in range(50):
        store.put("name", b"value")
        seen.add(msgspec.json.decode(key_file.read_bytes().partition(b"\n")[0])["sealed"][:32])
    assert len(seen) == 50


def test_destroyed_key_file_is_gone_with_what_an_interrupted_write_left(key_file: Path) -> None:
    key_file.with_name("vault.keys.new").write_bytes(key_file.read_bytes())
    module.destroy_key_file(key_file)
    module.destroy_key_file(key_file)
    assert list(key_file.parent.iterdir()) == []
