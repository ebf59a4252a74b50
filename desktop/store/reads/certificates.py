"""Why a price is what it is: a line's certificate with the names that people know (R-102 to R-104)."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from crm.catalogue.rules import PriceRule
from crm.orders.pricing import Certificate, read_certificate
from desktop.store.driver import fetch


@dataclass(frozen=True)
class Period:
    """ISO days, both included; None is open."""

    begins: str | None
    ends: str | None


@dataclass(frozen=True)
class Explanation:
    """A certificate with the names of what it rests on. What is not here any more has no name and no period.

    ``list_name`` and ``list_period`` are of the price list, ``agreed`` and ``agreed_note`` of the customer's own price,
    ``tax_name`` of the tax class, ``tax_period`` of the rate, ``rule_name`` of the discount rule.
    """

    certificate: Certificate
    list_name: str = ""
    list_period: Period | None = None
    agreed: Period | None = None
    agreed_note: str = ""
    tax_name: str = ""
    tax_period: Period | None = None
    rule_name: str = ""


def explain(connection: Connection, certificate: str, rule_id: bytes | None = None) -> Explanation | None:
    """What a line's certificate means; None when it cannot be read. ``rule_id`` is the discount rule that holds."""
    read = read_certificate(certificate)
    if read is None:
        return None
    list_name, list_period = "", None
    if read.list is not None:
        for name, begins, ends in fetch(
            connection,
            "SELECT name, valid_from, valid_to FROM price_list WHERE code = ? AND version_label = ? AND deleted = 0",
            (read.list, read.version or ""),
        ):
            list_name, list_period = name, Period(begins, ends)
    agreed, note = None, ""
    if read.rule == PriceRule.CUSTOMER and read.source is not None:
        for begins, ends, text in fetch(
            connection,
            "SELECT valid_from, valid_to, note FROM customer_price WHERE id = ?",
            (bytes.fromhex(read.source),),
        ):
            agreed, note = Period(begins, ends), text or ""
    tax_name, tax_period = "", None
    if read.tax is not None:
        for name, begins, ends in fetch(
            connection,
            "SELECT c.name, r.valid_from, r.valid_to FROM tax_rate r JOIN tax_class c ON c.id = r.tax_class_id "
            "WHERE r.id = ?",
            (bytes.fromhex(read.tax),),
        ):
            tax_name, tax_period = name, Period(begins, ends)
    rule_name = ""
    if rule_id is not None:
        for (name,) in fetch(connection, "SELECT name FROM discount_rule WHERE id = ?", (rule_id,)):
            rule_name = name
    return Explanation(read, list_name, list_period, agreed, note, tax_name, tax_period, rule_name)
