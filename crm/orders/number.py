"""The number people read: ``ND-2-00042-K7QD``, given where the order is born and for ever (sync-protocol, 14).

Rep code, device ordinal, the device's counter (five digits, more when it has grown beyond), and four check
characters of the row's id. A cloned laptop may give the same counter twice; the ids differ, so the numbers do too.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from crm.errors import Code, InvalidInput
from crm.ids import check_characters

_READ_AS: Final = str.maketrans("ILO", "110")
_FORM: Final = re.compile(r"([A-Z0-9]{2,4}-[0-9]{1,6})-([0-9]{5,12})-([0-9A-Z]{4})")


class OrderNumber(NamedTuple):
    """The parts of a number."""

    device_code: str
    counter: int
    check: str

    def belongs_to(self, row_id: bytes) -> bool:
        """Whether the check characters are those of the row."""
        return self.check == check_characters(row_id)


def order_number(device_code: str, counter: int, row_id: bytes) -> str:
    """The number of a new order. ``device_code`` is rep code and device ordinal, ``counter`` begins at 1.

    :raises InvalidInput: code 1005 when the parts give no number.
    """
    number = f"{device_code}-{counter:05d}-{check_characters(row_id)}"
    if counter < 1 or _FORM.fullmatch(number) is None:
        raise InvalidInput(Code.BAD_VALUE, "No order number can be made of these parts.", field="number")
    return number


def parse_number(text: str) -> OrderNumber:
    """The parts of a number as somebody typed or read it: case, blanks and look-alikes are forgiven.

    :raises InvalidInput: code 1005 when it is none.
    """
    match = _FORM.fullmatch("".join(text.split()).upper()[:64])
    if match is None:
        raise InvalidInput(Code.BAD_VALUE, "That is not an order number.", field="number")
    return OrderNumber(match[1], int(match[2]), match[3].translate(_READ_AS))
