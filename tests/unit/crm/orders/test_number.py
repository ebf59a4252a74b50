"""Order numbers: made offline, unlike even on cloned laptops, forgiving to read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.errors import Code, InvalidInput
from crm.ids import SIGNS, check_characters
from crm.orders.number import order_number, parse_number

ROW = bytes(range(16))


def test_number_has_its_known_form() -> None:
    assert order_number("ND-2", 42, ROW) == f"ND-2-00042-{check_characters(ROW)}"


def test_check_characters_are_those_of_the_test_vector() -> None:
    assert check_characters(ROW) == "7WV2"


def test_alphabet_has_no_look_alikes() -> None:
    assert len(set(SIGNS)) == 32
    assert not set("ILOU") & set(SIGNS)


@given(st.binary(min_size=16, max_size=16), st.integers(1, 10**9))
def test_number_is_read_back(row_id: bytes, counter: int) -> None:
    number = parse_number(order_number("LXD7-12", counter, row_id))
    assert number == ("LXD7-12", counter, check_characters(row_id))
    assert number.belongs_to(row_id)


def test_look_alikes_case_and_blanks_are_forgiven() -> None:
    row_id = next(
        row
        for row in (index.to_bytes(16, "big") for index in range(10_000))
        if {"0", "1"} <= set(check_characters(row))
    )
    number = order_number("ND-2", 7, row_id)
    typed = number[:-4].lower() + number[-4:].replace("0", "o").replace("1", "l")
    assert parse_number(f" {typed} ").belongs_to(row_id)


def test_clones_that_count_alike_give_different_numbers() -> None:
    numbers = {order_number("ND-2", 42, index.to_bytes(16, "big")) for index in range(200)}
    assert len(numbers) == 200


@pytest.mark.parametrize(
    "text", ["", "ND-2", "ND-2-42-ABCD", "N-2-00042-ABCD", "ND-2-00042-ABC", "SO-202503-0146"]
)
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput) as error:
        parse_number(text)
    assert error.value.code == Code.BAD_VALUE


@pytest.mark.parametrize(("device", "counter"), [("ND-2", 0), ("nd-2", 1), ("ND", 1), ("", 1)])
def test_parts_that_make_no_number_are_refused(device: str, counter: int) -> None:
    with pytest.raises(InvalidInput):
        order_number(device, counter, ROW)
