"""Amounts in capital Chinese words."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.capitals import capitals
from crm.errors import InvalidInput


@pytest.mark.parametrize(
    ("amount_minor", "words"),
    [
        # The examples of the rules for bills and settlement.
        (140_950, "壹仟肆佰零玖元伍角整"),
        (600_714, "陆仟零柒元壹角肆分"),
        (168_032, "壹仟陆佰捌拾元零叁角贰分"),
        (10_700_053, "壹拾万柒仟元零伍角叁分"),
        (1_640_902, "壹万陆仟肆佰零玖元零贰分"),
        (32_504, "叁佰贰拾伍元零肆分"),
        # Nothing, parts alone, noughts in groups.
        (0, "零元整"),
        (5, "伍分"),
        (50, "伍角整"),
        (55, "伍角伍分"),
        (100, "壹元整"),
        (1_000, "壹拾元整"),
        (1_000_100, "壹万零壹元整"),
        (100_010_000, "壹佰万零壹佰元整"),
        (10_000_000_000, "壹亿元整"),
        (10_000_000_100, "壹亿零壹元整"),
        (10_010_000_000, "壹亿零壹拾万元整"),
        (120_000_000_000_000, "壹万贰仟亿元整"),
        (100_000_000_000_000, "壹万亿元整"),
        (-12_345, "负壹佰贰拾叁元肆角伍分"),
    ],
)
def test_amount_reads_as_the_rules_for_bills_say(amount_minor: int, words: str) -> None:
    assert capitals(amount_minor, "CNY") == f"人民币{words}"


def test_currency_without_parts_has_none() -> None:
    assert capitals(1_005, "JPY") == "日元壹仟零伍元整"


def test_currency_without_a_name_bears_its_code() -> None:
    assert capitals(100, "PLN") == "PLN壹元整"


def test_unknown_currency_is_refused() -> None:
    with pytest.raises(InvalidInput):
        capitals(1, "XXX")


_FIGURE = {figure: value for value, figure in enumerate("零壹贰叁肆伍陆柒捌玖")}
_UNIT = {"拾": 10, "佰": 100, "仟": 1000}


def _read(text: str) -> int:
    """The amount in fen, read back by another road."""
    plain = text.removeprefix("人民币").removesuffix("整")
    whole, _, rest = plain.partition("元") if "元" in plain else ("", "", plain)
    total = _number(whole) * 100
    for figure, part in re.findall(r"([壹贰叁肆伍陆柒捌玖])([角分])", rest):
        total += _FIGURE[figure] * (10 if part == "角" else 1)
    return total


def _number(text: str) -> int:
    if "亿" in text:
        high, _, low = text.rpartition("亿")
        return _number(high) * 100_000_000 + _number(low)
    if "万" in text:
        high, _, low = text.partition("万")
        return _number(high) * 10_000 + _number(low)
    total = figure = 0
    for character in text:
        if character in _UNIT:
            total += figure * _UNIT[character]
            figure = 0
        else:
            figure = _FIGURE[character]
    return total + figure


@given(st.integers(0, 10**15 - 1))
def test_words_mean_the_amount(amount_minor: int) -> None:
    words = capitals(amount_minor, "CNY")
    assert _read(words) == amount_minor
    assert "零零" not in words
    assert "零元" not in words.replace("人民币零元", "")
