"""The database key does not show itself by accident."""

from __future__ import annotations

import pickle

import pytest

from desktop.vault import DatabaseKey


def test_key_text_shows_nothing_of_the_key() -> None:
    key = DatabaseKey(bytes(range(32)))
    shown = f"{key} {key!r} {key!s} {[key]} %s" % (key,)
    assert "000102" not in shown
    assert shown.count("DatabaseKey(hidden)") == 5


def test_key_is_not_pickled() -> None:
    with pytest.raises(TypeError, match="not pickled"):
        pickle.dumps(DatabaseKey.generate())


def test_key_cannot_be_changed() -> None:
    key = DatabaseKey.generate()
    with pytest.raises(AttributeError, match="cannot be changed"):
        key._raw = bytes(32)


@pytest.mark.parametrize("length", [0, 16, 31, 33, 64])
def test_key_of_another_length_is_refused(length: int) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        DatabaseKey(bytes(length))


def test_keys_are_equal_by_their_bytes() -> None:
    key = DatabaseKey.generate()
    same = DatabaseKey(key.reveal())
    assert key == same
    assert hash(key) == hash(same)
    assert key != DatabaseKey.generate()
    assert key != key.reveal()
    assert bytes.fromhex(key.reveal_hex()) == key.reveal()
