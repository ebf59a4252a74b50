"""Money: whole minor units with a currency, and the one way to round. Formatting belongs to screens.

An amount is an ``int`` of minor units (fen, cents; yen have none) beside an ISO 4217 code. Nothing here or below
uses floating point. Rates and discounts are basis points (``bp``: 10,000 is the whole), quantities are thousandths
(``milli``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final, NamedTuple

from crm.errors import Code, InvalidInput

BASIS_POINTS: Final = 10_000
MILLI: Final = 1_000
LIMIT_MINOR: Final = 10**15
"""No amount on a document may reach this (ten thousand milliards of the major unit): sums still fit 64 bits."""

MAX_QUANTITY_MILLI: Final = 10**12
"""A thousand million units: no quantity, minimum or pack is larger."""

EXPONENTS: Final[Mapping[str, int]] = MappingProxyType(
    {
        "AED": 2, "AUD": 2, "BHD": 3, "BRL": 2, "CAD": 2, "CHF": 2, "CLP": 0, "CNY": 2, "CZK": 2, "DKK": 2,
        "EUR": 2, "GBP": 2, "HKD": 2, "HUF": 2, "IDR": 2, "ILS": 2, "INR": 2, "ISK": 0, "JOD": 3, "JPY": 0,
        "KRW": 0, "KWD": 3, "MOP": 2, "MXN": 2, "MYR": 2, "NOK": 2, "NZD": 2, "OMR": 3, "PHP": 2, "PLN": 2,
        "RUB": 2, "SAR": 2, "SEK": 2, "SGD": 2, "THB": 2, "TND": 3, "TRY": 2, "TWD": 2, "UAH": 2, "USD": 2,
        "VND": 0, "ZAR": 2,
    }
)  # fmt: skip
"""Digits after the point of the minor unit (ISO 4217)."""


def exponent(currency: str) -> int:
    """How many digits the minor unit of ``currency`` has.

    :raises InvalidInput: code 1005 when the code is none of `EXPONENTS`.
    """
    try:
        return EXPONENTS[currency]
    except KeyError:
        raise InvalidInput(Code.BAD_VALUE, "The currency is not known here.", currency=currency[:8]) from None


def round_half_up(numerator: int, denominator: int) -> int:
    """``numerator / denominator`` as a whole number, halves away from zero (commercial rounding).

    So -2.5 gives -3: a credit note mirrors its invoice to the minor unit.

    :raises ZeroDivisionError: when the denominator is 0.
    """
    if denominator < 0:
        numerator, denominator = -numerator, -denominator
    if numerator >= 0:
        return (2 * numerator + denominator) // (2 * denominator)
    return -((denominator - 2 * numerator) // (2 * denominator))


def share_out(total: int, weights: Sequence[int]) -> list[int]:
    """``total`` (of one sign with the weights, or 0) in parts proportional to ``weights``, whose sum is exactly it.

    Each part is rounded down, and what is left goes one by one to the parts with the largest remainders, the
    earlier first (largest-remainder method). Weights must not be negative; when all are 0 everything falls to the
    first. No weights: no parts, and the total must be 0.

    :raises ValueError: a total without weights, or a negative weight or total.
    """
    if total < 0 or any(weight < 0 for weight in weights):
        raise ValueError("only amounts of zero and above are shared out")
    if not weights:
        if total:
            raise ValueError("nothing to share the total among")
        return []
    whole = sum(weights)
    if whole == 0:
        return [total, *([0] * (len(weights) - 1))]
    parts = [total * weight // whole for weight in weights]
    left = total - sum(parts)
    if left:
        order = sorted(range(len(weights)), key=lambda index: (-(total * weights[index] % whole), index))
        for index in order[:left]:
            parts[index] += 1
    return parts


class Money(NamedTuple):
    """An amount where it must not be parted from its currency."""

    amount_minor: int
    currency: str

    def plus(self, other: Money) -> Money:
        """The sum.

        :raises InvalidInput: code 1005 when the currencies differ.
        """
        if other.currency != self.currency:
            raise InvalidInput(Code.BAD_VALUE, "Amounts in two currencies do not add up.")
        return Money(self.amount_minor + other.amount_minor, self.currency)
