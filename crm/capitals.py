"""Amounts in capital Chinese words (大写), as they stand on orders, contracts and invoices so that nobody alters them.

The form is that of the rules for bills and settlement (支付结算办法, 附一: 正确填写票据和结算凭证的基本规定): 元 ends a whole amount
with 整, and so does 角; noughts between figures are said once, and those at the end of a group of four are not said.
"""

from __future__ import annotations

from typing import Final

from crm.money import exponent

_FIGURES: Final = "零壹贰叁肆伍陆柒捌玖"
_PLACES: Final = ("", "拾", "佰", "仟")
_GROUPS: Final = ("", "万", "亿", "万亿")
_PARTS: Final = ("角", "分", "厘")
_NAMES: Final = {
    "AUD": "澳大利亚元", "CAD": "加拿大元", "CHF": "瑞士法郎", "CNY": "人民币", "EUR": "欧元", "GBP": "英镑", "HKD": "港币",
    "JPY": "日元", "KRW": "韩元", "MOP": "澳门元", "SGD": "新加坡元", "TWD": "新台币", "USD": "美元",
}  # fmt: skip


def capitals(amount_minor: int, currency: str) -> str:
    """An amount in capital words, with the name of its currency before it: ``人民币壹仟肆佰零玖元伍角整``.

    A currency without a name here bears its code. What is below nought begins with 负.

    :raises InvalidInput: code 1005 for a currency that is not known.
    """
    digits = exponent(currency)
    whole, rest = divmod(abs(amount_minor), 10**digits)
    parts = [int(figure) for figure in str(rest).zfill(digits)] if digits else []
    text = _NAMES.get(currency, currency) + ("负" if amount_minor < 0 else "")
    if whole or not rest:
        text += f"{_whole(whole)}元"
    if not any(parts):
        return f"{text}整"
    text += _fraction(parts, after_nought=whole > 0 and whole % 10 == 0, is_alone=whole == 0)
    return text if parts[1:] and any(parts[1:]) else f"{text}整"


def _whole(number: int) -> str:
    if number == 0:
        return _FIGURES[0]
    groups = []
    while number:
        number, group = divmod(number, 10_000)
        groups.append(group)
    text = ""
    is_nought_due = False
    for place in range(len(groups) - 1, -1, -1):
        group = groups[place]
        if group == 0:
            is_nought_due = bool(text)
            continue
        if text and (is_nought_due or group < 1000):
            text += _FIGURES[0]
        text += _group(group) + _group_name(groups, place)
        is_nought_due = False
    return text


def _group_name(groups: list[int], place: int) -> str:
    """亿 is said once: 壹万贰仟亿, and not 壹万亿贰仟亿."""
    if place == 3 and groups[2]:
        return "万"
    return _GROUPS[place]


def _group(number: int) -> str:
    text = ""
    is_nought_due = False
    for place in (3, 2, 1, 0):
        figure = number // 10**place % 10
        if figure == 0:
            is_nought_due = bool(text)
            continue
        if is_nought_due:
            text += _FIGURES[0]
        text += _FIGURES[figure] + _PLACES[place]
        is_nought_due = False
    return text


def _fraction(parts: list[int], *, after_nought: bool, is_alone: bool) -> str:
    text = ""
    is_nought_due = after_nought and parts[0] > 0
    for place, figure in enumerate(parts):
        if figure == 0:
            is_nought_due = bool(text) or not is_alone
            continue
        if is_nought_due:
            text += _FIGURES[0]
        text += _FIGURES[figure] + _PARTS[place]
        is_nought_due = False
    return text
