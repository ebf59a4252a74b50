"""Ids are made where the row is born, grow with time, and follow from their parts where they must."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.errors import Code, InvalidInput
from crm.ids import CATALOGUE, COMPANY, DIRECTORY, IdFactory, derive_id, id_text, parse_id

NOON = 1_780_000_000_000


def is_rfc(value: bytes, version: int) -> bool:
    found = uuid.UUID(bytes=value)
    return found.variant == uuid.RFC_4122 and found.version == version


def test_an_id_is_a_uuid_of_version_7_that_begins_with_its_millisecond() -> None:
    value = IdFactory(lambda: NOON)()
    assert len(value) == 16
    assert is_rfc(value, 7)
    assert int.from_bytes(value[:6], "big") == NOON


@given(
    moments=st.lists(st.integers(0, (1 << 47)), min_size=1, max_size=40),
    tails=st.lists(
        st.sampled_from([b"\x00" * 10, b"\xff" * 10]) | st.binary(min_size=10, max_size=10),
        min_size=40,
        max_size=40,
    ),
)
def test_ids_strictly_grow_and_keep_their_form_whatever_clock_and_chance_do(
    moments: list[int], tails: list[bytes]
) -> None:
    clock, chance = iter(moments), iter(tails)
    new_id = IdFactory(lambda: next(clock), lambda _: next(chance))
    values = [new_id() for _ in moments]
    assert values == sorted(set(values))
    assert all(is_rfc(value, 7) for value in values)


def test_ids_grow_in_one_millisecond_that_has_no_room_left() -> None:
    new_id = IdFactory(lambda: NOON, lambda count: b"\xff" * count)
    values = [new_id() for _ in range(200)]
    assert values == sorted(set(values))
    assert all(is_rfc(value, 7) for value in values)


def test_the_same_clock_and_chance_give_the_same_ids() -> None:
    one, other = (IdFactory(lambda: NOON, lambda count: b"\x07" * count) for _ in range(2))
    assert [one() for _ in range(5)] == [other() for _ in range(5)]


def test_threads_never_get_one_id_twice() -> None:
    new_id = IdFactory(lambda: NOON)
    with ThreadPoolExecutor(8) as pool:
        values = list(pool.map(lambda _: new_id(), range(4000)))
    assert len(set(values)) == 4000


def test_a_derived_id_is_the_same_on_every_machine_and_for_ever() -> None:
    assert derive_id("user_role", bytes(range(16)), "sales_rep").hex() == "dffd126ba2f780478a06ac983d1a6561"
    assert COMPANY.hex() == "ef757e7afb8f87ce8af60f9948c0a868"
    assert CATALOGUE.hex() == "782216230ef18c3fa77f45a2a4ce8d41"
    assert DIRECTORY.hex() == "87db09b283ac8fa48d1c989f28a41881"
    assert is_rfc(derive_id("anything"), 8)


@given(one=st.lists(st.binary(max_size=4), max_size=4), other=st.lists(st.binary(max_size=4), max_size=4))
def test_other_parts_give_another_id_and_parts_do_not_run_together(
    one: list[bytes], other: list[bytes]
) -> None:
    assert (derive_id(*one) == derive_id(*other)) == (one == other)


def test_text_and_its_bytes_are_one_part() -> None:
    assert derive_id("北京") == derive_id("北京".encode())


@given(value=st.binary(min_size=16, max_size=16))
def test_an_id_written_down_is_read_again(value: bytes) -> None:
    assert parse_id(id_text(value)) == value


@pytest.mark.parametrize("text", ["", "x", "018f-", "018f0000-0000-7000-8000-00000000000g", "0" * 31])
def test_what_is_no_id_is_refused_with_a_number(text: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        parse_id(text)
    assert refused.value.code == Code.BAD_ID
