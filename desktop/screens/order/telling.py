"""What is said of an order in words: what it lacks, what the office will look at, what changed, who has it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Final, NamedTuple, cast

from PySide6.QtCore import QCoreApplication

from crm.changes.entity import Row, Wire
from crm.changes.view import Finding
from crm.orders.completeness import Problem
from crm.orders.looks import Look
from crm.orders.seal import Difference, SealedDocument
from crm.orders.states import OrderState
from desktop.kit import words
from desktop.kit.format import NO_VALUE, formats
from desktop.store.reads.order import Holder, OrderFacts

translate: Final = QCoreApplication.translate

_DAYS: Final = frozenset({"order_date", "wanted_on"})
_IDS: Final = frozenset(
    {
        "customer_id",
        "contact_id",
        "ship_to_address_id",
        "payment_terms_id",
        "price_list_id",
        "product_id",
        "product_unit_id",
        "rep_id",
    }
)
_UNTOLD: Final = _IDS | {
    "price_certificate",
    "line_no",
    "unit_factor_milli",
    "list_price_minor",
    "tax_minor",
    "gross_minor",
    "is_net",
    "id",
}
"""Fields that say nothing to a person, or say again what stands beside them."""


def line_named(number: int | None) -> str:
    """Which line: ``Line 3``; empty for the order itself."""
    return "" if number is None else translate("Order", "Line {number}").format(number=number)


def problem_text(problem: Problem) -> str:
    """What is missing, and where."""
    told = words.gap(problem.gap.value)
    where = line_named(problem.line_no)
    return translate("Order", "{line}: {told}").format(line=where, told=told) if where else told


def problem_texts(problems: Iterable[Problem]) -> list[str]:
    """What is missing; the same of several lines is said once."""
    lines: dict[str, list[int | None]] = {}
    for problem in problems:
        lines.setdefault(problem.gap.value, []).append(problem.line_no)
    told = []
    for gap, numbers in lines.items():
        known = [str(number) for number in numbers if number is not None]
        if len(known) > 1:
            shown = ", ".join(known[:6]) + (" \N{HORIZONTAL ELLIPSIS}" if len(known) > 6 else "")
            told.append(
                translate("Order", "Lines {numbers}: {told}").format(numbers=shown, told=words.gap(gap))
            )
        elif known:
            told.append(
                translate("Order", "{line}: {told}").format(
                    line=line_named(int(known[0])), told=words.gap(gap)
                )
            )
        else:
            told.append(words.gap(gap))
    return told


def look_text(look: Finding, currency: str) -> str:
    """Why the office will look at the order, with the figures."""
    details, write = look.details, formats()
    told = words.look(str(look.code))

    def money(name: str) -> str:
        value = details.get(name)
        return write.money(value, currency) if isinstance(value, int) else NO_VALUE

    def rate(name: str) -> str:
        value = details.get(name)
        return write.rate(value) if isinstance(value, int) else NO_VALUE

    if look.code == Look.OVER_CREDIT:
        told = translate("Order", "{told}: {open} open and this order, of {limit}").format(
            told=told, open=money("open_minor"), limit=money("limit_minor")
        )
    elif look.code == Look.DISCOUNT_BEYOND_RULE:
        told = translate("Order", "{told}: {given}, up to {allowed}").format(
            told=told, given=rate("discount_bp"), allowed=rate("allowed_bp")
        )
    elif look.code == Look.PRICE_DIFFERS:
        told = translate("Order", "{told}: {price} instead of {office}").format(
            told=told, price=money("price_minor"), office=money("office_price_minor")
        )
    elif look.code == Look.POSSIBLE_DUPLICATE:
        told = translate("Order", "{told} of {number}").format(told=told, number=details.get("other_number"))
    elif look.code == Look.OLD_PRICES and isinstance(details.get("days"), int):
        told = translate(
            "Order", "{told}: the order is %n day(s) old", "", cast(int, details["days"])
        ).format(told=told)
    number = details.get("line_no")
    if isinstance(number, int):
        return translate("Order", "{line}: {told}").format(line=line_named(number), told=told)
    return told


# --- what changed between two versions --------------------------------------------------------------------------------


class Changed(NamedTuple):
    """One difference in words: where, what, from what, to what."""

    where: str
    what: str
    old: str
    new: str


def change_texts(
    changed: Iterable[Difference], old: SealedDocument, order: Row, lines: Iterable[Row]
) -> list[Changed]:
    """Every difference that means something to a person, the totals last."""
    currency = str(order["currency"])
    now: Mapping[object, Row] = {line["id"]: line for line in lines}
    before: Mapping[object, Row] = {line["id"]: line for line in old.lines}
    told = []
    for difference in changed:
        if difference.line_id is None:
            if difference.field is not None and difference.field not in _UNTOLD:
                told.append(
                    Changed(
                        translate("Order", "Order"),
                        words.field("sales_order", difference.field),
                        _value(difference.field, difference.old, currency),
                        _value(difference.field, difference.new, currency),
                    )
                )
            continue
        line = now.get(difference.line_id) or before.get(difference.line_id)
        name = str(line["product_name"]) if line is not None else ""
        if difference.field is None:
            is_new = difference.old is None
            quantity = _quantity(line) if line is not None else ""
            told.append(
                Changed(
                    name,
                    translate("Order", "Line added") if is_new else translate("Order", "Line taken off"),
                    "" if is_new else quantity,
                    quantity if is_new else "",
                )
            )
        elif difference.field not in _UNTOLD:
            told.append(
                Changed(
                    name,
                    words.field("order_line", difference.field),
                    _value(difference.field, difference.old, currency),
                    _value(difference.field, difference.new, currency),
                )
            )
    for field in ("net_total_minor", "tax_total_minor", "gross_total_minor"):
        was, is_ = getattr(old, field), order[field]
        if was != is_:
            told.append(
                Changed(
                    translate("Order", "Total"),
                    words.field("sales_order", field),
                    _value(field, was, currency),
                    _value(field, is_, currency),
                )
            )
    return told


def _quantity(line: Row) -> str:
    return f"{formats().quantity(cast(int, line['quantity_milli']))} {line['unit_name']!s}"


def _value(field: str, value: Wire, currency: str) -> str:
    if value is None or value == "":
        return NO_VALUE
    if isinstance(value, int):
        if field.endswith("_milli"):
            return formats().quantity(value)
        if field.endswith("_bp"):
            return formats().rate(value)
        if field.endswith("_minor"):
            return formats().money(value, currency)
        return formats().number(value)
    if field in _DAYS and isinstance(value, str):
        return formats().day(date.fromisoformat(value))
    return str(value)


# --- the road ---------------------------------------------------------------------------------------------------------


def step_text(code: str) -> str:
    """What happened on the road."""
    return translate("Order", "Begun") if code == "begun" else words.state(code)


def holder_text(facts: OrderFacts) -> str:
    """Who has the order now, and what is to happen next."""
    state, name = facts.state, facts.holder_name
    if facts.holder is Holder.NOBODY:
        return translate("Order", "Nobody: the order has come to its end.")
    if facts.holder is Holder.LAPTOP:
        return translate("Order", "This laptop: it is sent as soon as the office can be reached.")
    if facts.holder is Holder.APPROVER:
        if name:
            return translate("Order", "{name} at the office is looking at it.").format(name=name)
        return translate("Order", "Somebody at the office is looking at it.")
    if facts.holder is Holder.REP:
        if state == OrderState.RETURNED:
            return translate("Order", "{name}: the office wants something changed.").format(name=name)
        if state == OrderState.WITHDRAWN:
            return translate("Order", "{name}: it was withdrawn, and can be revised.").format(name=name)
        return translate("Order", "{name}: it is being written.").format(name=name)
    if state == OrderState.SUBMITTED:
        return translate("Order", "The office: it waits for somebody to decide.")
    if state == OrderState.APPROVED:
        return translate("Order", "The office: it is to be carried out.")
    if state == OrderState.EXECUTING:
        return translate("Order", "The office: it is being carried out.")
    if state == OrderState.DELIVERED:
        return translate("Order", "The office: it is to be paid.")
    return translate("Order", "The office has it.")
