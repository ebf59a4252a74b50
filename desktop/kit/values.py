"""Stored values in words: an amount with its currency, a day as it is written here, a person by name."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final

from PySide6.QtCore import QCoreApplication

from crm.changes.entity import Entity, Field, Wire
from crm.changes.policies import Rule
from desktop.kit import words
from desktop.kit.format import NO_VALUE, Formats
from desktop.store.reads.captions import Captions

translate: Final = QCoreApplication.translate

_TECHNICAL: Final = frozenset({"price_certificate", "looks", "line_no", "seal_hash", "unit_factor_milli"})
"""Fields that say nothing to a person."""
_CAPTIONS: Final = frozenset({"product_code", "product_unit_id", "payment_terms_id", "ship_to_address_id"})
"""Fields beside which another one says the same in words."""
_OF_ORDERS: Final = frozenset({"sales_order", "order_line"})


def is_told(entity: Entity, name: str) -> bool:
    """Whether a field means something to a person."""
    if name == "deleted":
        return True
    item = entity.fields.get(name)
    if item is None or name in _TECHNICAL or (entity.name in _OF_ORDERS and name in _CAPTIONS):
        return False
    return item.kind != "bytes" and item.policy.rule is not Rule.DERIVED


def is_empty(value: Wire) -> bool:
    """Whether a value says that there is none."""
    return value is None or value == ""


def value_text(
    entity: Entity,
    name: str,
    value: Wire,
    *,
    captions: Captions,
    formats: Formats,
    currency: str = "",
) -> str:
    """A stored value of a field as people read it. ``currency`` is that of the row's amounts."""
    if value is None or value == "":
        return NO_VALUE
    if name == "deleted":
        return _yes_or_no(bool(value))
    item = entity.fields.get(name)
    if item is None:
        return str(value)
    if isinstance(value, bytes):
        caption = captions.get((item.ref or "", value))
        return caption.title if caption is not None and caption.title else _unknown(item)
    if isinstance(value, int):
        return _number(item, value, formats, currency)
    if item.kind == "day":
        return formats.day(date.fromisoformat(value))
    if item.policy.rule is Rule.STATE:
        return words.state(value)
    return words.choice(name, value)


def row_currency(table: str, fields: Mapping[str, Wire], captions: Captions, row_id: bytes) -> str:
    """The currency of a row's amounts: its own where it says one, else that of its caption."""
    for name in ("currency", "credit_currency"):
        value = fields.get(name)
        if isinstance(value, str) and value:
            return value
    caption = captions.get((table, row_id))
    return caption.currency if caption is not None else ""


def line_text(values: Mapping[str, Wire], *, formats: Formats, currency: str) -> str:
    """A line of an order: how much of it at which price."""
    quantity, price = values.get("quantity_milli"), values.get("unit_price_minor")
    amount = price if isinstance(price, int) else 0
    return translate("Values", "{quantity} {unit} at {price}").format(
        quantity=formats.quantity(quantity if isinstance(quantity, int) else 0),
        unit=values.get("unit_name") or "",
        price=formats.money(amount, currency) if currency else formats.number(amount),
    )


def _number(item: Field, value: int, formats: Formats, currency: str) -> str:
    if item.kind == "flag":
        return _yes_or_no(bool(value))
    if item.name.endswith("_minor"):
        return formats.money(value, currency) if currency else formats.number(value)
    if item.name.endswith("_bp"):
        return formats.rate(value)
    if item.name.endswith("_milli"):
        return formats.quantity(value)
    if item.name.endswith(("_at", "_ms")):
        return formats.instant(value) if value else NO_VALUE
    return formats.number(value)


def _yes_or_no(value: bool) -> str:
    return translate("Values", "yes") if value else translate("Values", "no")


def _unknown(item: Field) -> str:
    if item.ref == "app_user":
        return translate("Values", "somebody")
    return translate("Values", "a record that is not on this laptop")
