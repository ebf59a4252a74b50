"""The sealed document: canonical bytes of an order as it was submitted, and their hash (sync-protocol, 14).

Format 1 is the MessagePack of ``[1, header, lines, totals]``. ``header`` and each line are arrays of stored values in
the order of `HEADER_1` and `LINE_1`; lines come in order of (line_no, id); totals are those of
`crm.orders.amounts`. Integers, text, bytes and nil are written in their shortest form (MessagePack has one), days as
``YYYY-MM-DD``, yes and no as 1 and 0. A format once given out never changes: a new field means a new format, and
seals of older ones are still compared by theirs.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from operator import itemgetter
from typing import Any, Final, NamedTuple, cast

import msgspec

from crm.changes.entity import Row, Wire
from crm.errors import Code, InvalidInput
from crm.orders.amounts import LineAmounts, OrderAmounts

FORMAT: Final = 1

HEADER_1: Final = (
    "id", "number", "revision", "rep_id", "customer_id", "customer_name", "contact_id", "order_date", "wanted_on",
    "ship_to_address_id", "delivery_place", "payment_terms_id", "payment_terms_name", "currency", "price_list_id",
    "is_net", "discount_bp", "discount_reason", "reference_no", "note", "submitted_at",
)  # fmt: skip
LINE_1: Final = (
    "id", "line_no", "product_id", "product_code", "product_name", "product_unit_id", "unit_name",
    "unit_factor_milli", "quantity_milli", "list_price_minor", "unit_price_minor", "discount_bp", "tax_rate_bp",
    "wanted_on", "delivery_place", "note", "price_certificate",
)  # fmt: skip

_HEADER: Final = itemgetter(*HEADER_1)
_LINE: Final = itemgetter(*LINE_1)
_ENCODER: Final = msgspec.msgpack.Encoder()
_DECODER: Final = msgspec.msgpack.Decoder(tuple[int, list[Any], list[list[Any]], tuple[int, int, int, int]])


class SealedDocument(NamedTuple):
    """A seal opened: field to stored value. Lines carry ``net_minor``, ``tax_minor`` and ``gross_minor``."""

    format: int
    header: Row
    lines: tuple[Row, ...]
    list_total_minor: int
    net_total_minor: int
    tax_total_minor: int
    gross_total_minor: int


def in_document_order(lines: Sequence[Row]) -> list[Row]:
    """The lines as the document lists them: by line number, then id."""
    return sorted(lines, key=lambda line: (cast(int, line["line_no"]), cast(bytes, line["id"])))


def canonical(order: Row, lines: Sequence[Row], amounts: OrderAmounts) -> bytes:
    """The bytes of the document. ``lines`` are the live lines `in_document_order`, ``amounts`` those of them."""
    return _ENCODER.encode(
        (
            FORMAT,
            _HEADER(order),
            [(*_LINE(line), *amount) for line, amount in zip(lines, amounts.lines, strict=True)],
            amounts[:4],
        )
    )


def seal_hash(content: bytes) -> bytes:
    """SHA-256 of the document's bytes: what approvals name."""
    return sha256(content).digest()


def open_seal(content: bytes) -> SealedDocument:
    """The document in a seal, for showing and for comparing revisions.

    :raises InvalidInput: code 1001 when the bytes are no document of a known format.
    """
    try:
        number, header, lines, totals = _DECODER.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidInput(Code.MALFORMED, "The sealed document cannot be read.") from error
    line_names = (*LINE_1, *LineAmounts._fields)
    if (
        number != FORMAT
        or len(header) != len(HEADER_1)
        or any(len(line) != len(line_names) for line in lines)
        or not all(_is_wire(value) for row in (header, *lines) for value in row)
    ):
        raise InvalidInput(Code.MALFORMED, "The sealed document has an unknown format.")
    return SealedDocument(
        number,
        dict(zip(HEADER_1, header, strict=True)),
        tuple(dict(zip(line_names, line, strict=True)) for line in lines),
        *totals,
    )


def _is_wire(value: object) -> bool:
    return value is None or isinstance(value, int | str | bytes)


class Difference(NamedTuple):
    """A field that differs between two revisions. ``line_id`` None: the header; ``field`` None: the whole line.

    A line that is new has no old value, one that is gone no new one.
    """

    line_id: bytes | None
    field: str | None
    old: Wire
    new: Wire


_EXPECTED: Final = frozenset({"revision", "submitted_at"})


def differences(old: SealedDocument, new: SealedDocument) -> list[Difference]:
    """What changed from one revision to the next, header first; what every revision changes is left out (R-107)."""
    found = [
        Difference(None, name, value, new.header[name])
        for name, value in old.header.items()
        if name not in _EXPECTED and new.header[name] != value
    ]
    before = {cast(bytes, line["id"]): line for line in old.lines}
    after = {cast(bytes, line["id"]): line for line in new.lines}
    for line_id, line in before.items():
        other = after.get(line_id)
        if other is None:
            found.append(Difference(line_id, None, line["product_code"], None))
            continue
        found += [
            Difference(line_id, name, value, other[name])
            for name, value in line.items()
            if other[name] != value
        ]
    found += [
        Difference(line_id, None, None, line["product_code"])
        for line_id, line in after.items()
        if line_id not in before
    ]
    return found
