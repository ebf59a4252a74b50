"""Passwords: what is stored, and that it grows with the times."""

from __future__ import annotations

import unicodedata

import pytest
from argon2 import PasswordHasher

from crm.errors import Code, InvalidInput
from sync_server.accounts.passwords import Passwords, one_time_password

CHEAP = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


def test_password_fits_its_hash_and_no_other() -> None:
    stored = CHEAP.hash("correct horse battery")
    assert "correct" not in stored
    assert CHEAP.verify(stored, "correct horse battery").is_right
    assert not CHEAP.verify(stored, "correct horse batterz").is_right


def test_same_password_is_stored_differently_each_time() -> None:
    assert CHEAP.hash("correct horse battery") != CHEAP.hash("correct horse battery")


def test_accent_typed_in_two_ways_is_the_same_password() -> None:
    composed, apart = "caffè lungo caffè", unicodedata.normalize("NFD", "caffè lungo caffè")
    assert composed != apart
    assert CHEAP.verify(CHEAP.hash(composed), apart).is_right


def test_name_that_nobody_has_is_verified_too_and_never_fits() -> None:
    assert not CHEAP.verify(None, "").is_right
    assert not CHEAP.verify(None, "anything at all").is_right


def test_weaker_hash_is_replaced_when_the_password_is_right() -> None:
    stronger = Passwords(PasswordHasher(time_cost=2, memory_cost=16, parallelism=1))
    old = CHEAP.hash("correct horse battery")
    verdict = stronger.verify(old, "correct horse battery")
    assert verdict.new_hash is not None
    assert stronger.verify(verdict.new_hash, "correct horse battery") == (True, None)
    assert stronger.verify(old, "something else").new_hash is None


@pytest.mark.parametrize("stored", ["", "plain", "$argon2id$broken", "$2b$12$abcdefghijklmnopqrstuv"])
def test_stored_text_that_is_no_hash_fits_nothing(stored: str) -> None:
    assert not CHEAP.verify(stored, "plain").is_right


@pytest.mark.parametrize("password", ["", "short", "x" * 9, "x" * 201])
def test_password_out_of_bounds_is_refused(password: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        CHEAP.hash(password)
    assert caught.value.code == Code.BAD_VALUE
    assert password not in caught.value.message or password == ""


def test_odd_text_is_only_wrong() -> None:
    assert not CHEAP.verify(CHEAP.hash("correct horse battery"), "\ud800").is_right


def test_one_time_passwords_are_long_and_never_the_same() -> None:
    made = {one_time_password() for _ in range(100)}
    assert len(made) == 100
    assert all(CHEAP.hash(password) for password in list(made)[:3])
    assert not set("".join(made)) & set("0O1lI")
