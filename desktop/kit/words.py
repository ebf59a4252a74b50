"""Words for what the business names by code: states, outcomes, kinds of change, errors, fields, tables.

One table each, from code to English source text; the translation is looked up when the word is asked for. A test compares
the tables with the codes that exist. A code that is not in its table, from an office that is newer than this laptop, is
shown as it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from PySide6.QtCore import QCoreApplication

from crm.errors import RoundsmanError
from desktop.kit.marks import QT_TRANSLATE_NOOP
from desktop.kit.word_errors import ERRORS
from desktop.kit.word_fields import FIELDS, TABLES

STATES: Final[Mapping[str, str]] = {
    "draft": QT_TRANSLATE_NOOP("States", "Draft"),
    "waiting": QT_TRANSLATE_NOOP("States", "Waiting"),
    "submitted": QT_TRANSLATE_NOOP("States", "Submitted"),
    "in_approval": QT_TRANSLATE_NOOP("States", "In approval"),
    "approved": QT_TRANSLATE_NOOP("States", "Approved"),
    "returned": QT_TRANSLATE_NOOP("States", "Returned"),
    "rejected": QT_TRANSLATE_NOOP("States", "Rejected"),
    "withdrawn": QT_TRANSLATE_NOOP("States", "Withdrawn"),
    "cancelled": QT_TRANSLATE_NOOP("States", "Cancelled"),
    "executing": QT_TRANSLATE_NOOP("States", "In execution"),
    "delivered": QT_TRANSLATE_NOOP("States", "Delivered"),
    "settled": QT_TRANSLATE_NOOP("States", "Settled"),
    "closed": QT_TRANSLATE_NOOP("States", "Closed"),
    "return_open": QT_TRANSLATE_NOOP("States", "Return under way"),
    "refunded": QT_TRANSLATE_NOOP("States", "Refunded"),
    "replaced": QT_TRANSLATE_NOOP("States", "Replaced"),
    "parked": QT_TRANSLATE_NOOP("States", "Refused by the office"),
    "conflict": QT_TRANSLATE_NOOP("States", "Conflict"),
    "sending": QT_TRANSLATE_NOOP("States", "Being sent"),
    "answered": QT_TRANSLATE_NOOP("States", "Answered"),
    "done": QT_TRANSLATE_NOOP("States", "Done"),
    "discarded": QT_TRANSLATE_NOOP("States", "Dropped"),
    "active": QT_TRANSLATE_NOOP("States", "Active"),
    "retired": QT_TRANSLATE_NOOP("States", "Retired"),
    "requested": QT_TRANSLATE_NOOP("States", "Requested"),
    "frozen": QT_TRANSLATE_NOOP("States", "Frozen"),
    "open": QT_TRANSLATE_NOOP("States", "Open"),
    "decided": QT_TRANSLATE_NOOP("States", "Decided by rule"),
    "resolved": QT_TRANSLATE_NOOP("States", "Resolved"),
    "undone": QT_TRANSLATE_NOOP("States", "Taken back"),
    "taken": QT_TRANSLATE_NOOP("States", "Being looked at"),
    "resent": QT_TRANSLATE_NOOP("States", "Sent again"),
    "public": QT_TRANSLATE_NOOP("States", "Public pool"),
    "potential": QT_TRANSLATE_NOOP("States", "Potential"),
    "trading": QT_TRANSLATE_NOOP("States", "Trading"),
    "invalid": QT_TRANSLATE_NOOP("States", "Invalid"),
    "merged": QT_TRANSLATE_NOOP("States", "Merged"),
}
"""States of documents, accounts, customers, conflicts, and of changes in the outbox."""

OUTCOMES: Final[Mapping[str, str]] = {
    "applied": QT_TRANSLATE_NOOP("Outcomes", "Accepted"),
    "merged": QT_TRANSLATE_NOOP("Outcomes", "Accepted, combined with another change"),
    "conflict": QT_TRANSLATE_NOOP("Outcomes", "Accepted, with a conflict to decide"),
    "rejected": QT_TRANSLATE_NOOP("Outcomes", "Refused"),
    "quarantined": QT_TRANSLATE_NOOP("Outcomes", "Set aside by the office to be looked at"),
}
"""What the office said of a change."""

INTENTS: Final[Mapping[str, str]] = {
    "customer.create": QT_TRANSLATE_NOOP("Intents", "Add customer"),
    "customer.edit": QT_TRANSLATE_NOOP("Intents", "Change customer"),
    "customer.verify": QT_TRANSLATE_NOOP("Intents", "Confirm customer's details"),
    "customer.set_credit": QT_TRANSLATE_NOOP("Intents", "Set credit limit"),
    "customer.assign": QT_TRANSLATE_NOOP("Intents", "Give customer to a rep"),
    "customer.move_library": QT_TRANSLATE_NOOP("Intents", "Move customer"),
    "customer.convert": QT_TRANSLATE_NOOP("Intents", "Customer begins to trade"),
    "customer.delete": QT_TRANSLATE_NOOP("Intents", "Remove customer"),
    "customer.revive": QT_TRANSLATE_NOOP("Intents", "Bring customer back"),
    "customer.add_ship_to": QT_TRANSLATE_NOOP("Intents", "Add delivery address"),
    "customer.edit_ship_to": QT_TRANSLATE_NOOP("Intents", "Change delivery address"),
    "customer.set_default_ship_to": QT_TRANSLATE_NOOP("Intents", "Choose usual delivery address"),
    "customer.delete_ship_to": QT_TRANSLATE_NOOP("Intents", "Remove delivery address"),
    "customer.revive_ship_to": QT_TRANSLATE_NOOP("Intents", "Bring delivery address back"),
    "customer.import": QT_TRANSLATE_NOOP("Intents", "Bring customers in"),
    "contact.create": QT_TRANSLATE_NOOP("Intents", "Add contact"),
    "contact.edit": QT_TRANSLATE_NOOP("Intents", "Change contact"),
    "contact.verify": QT_TRANSLATE_NOOP("Intents", "Confirm contact's details"),
    "contact.delete": QT_TRANSLATE_NOOP("Intents", "Remove contact"),
    "contact.revive": QT_TRANSLATE_NOOP("Intents", "Bring contact back"),
    "contact.import": QT_TRANSLATE_NOOP("Intents", "Bring contacts in"),
    "order.create": QT_TRANSLATE_NOOP("Intents", "Begin order"),
    "order.change": QT_TRANSLATE_NOOP("Intents", "Change order"),
    "order.edit": QT_TRANSLATE_NOOP("Intents", "Change order"),
    "order.add_line": QT_TRANSLATE_NOOP("Intents", "Add order line"),
    "order.change_line": QT_TRANSLATE_NOOP("Intents", "Change order line"),
    "order.remove_line": QT_TRANSLATE_NOOP("Intents", "Remove order line"),
    "order.price": QT_TRANSLATE_NOOP("Intents", "Price order anew"),
    "order.submit": QT_TRANSLATE_NOOP("Intents", "Submit order"),
    "order.revise": QT_TRANSLATE_NOOP("Intents", "Revise order"),
    "order.withdraw": QT_TRANSLATE_NOOP("Intents", "Withdraw order"),
    "order.cancel": QT_TRANSLATE_NOOP("Intents", "Cancel order"),
    "order.advance": QT_TRANSLATE_NOOP("Intents", "Move order on"),
    "order.approve": QT_TRANSLATE_NOOP("Intents", "Approve order"),
    "order.return": QT_TRANSLATE_NOOP("Intents", "Return order"),
    "order.reject": QT_TRANSLATE_NOOP("Intents", "Reject order"),
    "conflict.resolve": QT_TRANSLATE_NOOP("Intents", "Decide conflict"),
    "conflict.undo_resolution": QT_TRANSLATE_NOOP("Intents", "Take back decision on conflict"),
    "conflict.take_quarantine": QT_TRANSLATE_NOOP("Intents", "Take a set-aside change to look at"),
    "conflict.release_quarantine": QT_TRANSLATE_NOOP("Intents", "Give back a set-aside change"),
    "conflict.resend_quarantine": QT_TRANSLATE_NOOP("Intents", "Send a set-aside change again"),
    "conflict.discard_quarantine": QT_TRANSLATE_NOOP("Intents", "Drop a set-aside change"),
}
"""What a person did, as the journal names it: ``subject.verb``, after the action in ``crm/<subject>/actions.py``."""

LOOKS: Final[Mapping[str, str]] = {
    "over_credit": QT_TRANSLATE_NOOP("Looks", "Over the credit limit"),
    "price_differs": QT_TRANSLATE_NOOP("Looks", "Price changed since"),
    "no_price": QT_TRANSLATE_NOOP("Looks", "No price"),
    "tax_differs": QT_TRANSLATE_NOOP("Looks", "Tax changed since"),
    "discount_beyond_rule": QT_TRANSLATE_NOOP("Looks", "Discount above what is allowed"),
    "below_floor": QT_TRANSLATE_NOOP("Looks", "Below the floor price"),
    "possible_duplicate": QT_TRANSLATE_NOOP("Looks", "Possible duplicate"),
    "old_prices": QT_TRANSLATE_NOOP("Looks", "Prices are old"),
    "retired_product": QT_TRANSLATE_NOOP("Looks", "Product no longer sold"),
    "incomplete": QT_TRANSLATE_NOOP("Looks", "Incomplete"),
}
"""Why an order needs a look."""

GAPS: Final[Mapping[str, str]] = {
    "no_lines": QT_TRANSLATE_NOOP("Gaps", "The order has no lines."),
    "too_many_lines": QT_TRANSLATE_NOOP("Gaps", "The order has too many lines."),
    "no_delivery_place": QT_TRANSLATE_NOOP("Gaps", "The delivery place is missing."),
    "no_wanted_date": QT_TRANSLATE_NOOP("Gaps", "The delivery date is missing."),
    "wanted_before_order": QT_TRANSLATE_NOOP("Gaps", "The delivery date is before the order date."),
    "out_of_range": QT_TRANSLATE_NOOP("Gaps", "A number is out of range."),
    "not_positive": QT_TRANSLATE_NOOP("Gaps", "The quantity must be more than 0."),
    "below_minimum": QT_TRANSLATE_NOOP("Gaps", "The quantity is below the minimum."),
    "not_a_step": QT_TRANSLATE_NOOP("Gaps", "The quantity does not fit the pack."),
    "unknown_product": QT_TRANSLATE_NOOP("Gaps", "The product is not known here."),
    "retired_product": QT_TRANSLATE_NOOP("Gaps", "The product is no longer sold."),
    "no_price": QT_TRANSLATE_NOOP("Gaps", "The product has no price."),
}
"""Why an order cannot be submitted yet."""

PRICE_SOURCES: Final[Mapping[str, str]] = {
    "customer_price": QT_TRANSLATE_NOOP("PriceSources", "Agreed price"),
    "price_list": QT_TRANSLATE_NOOP("PriceSources", "Price list"),
    "manual": QT_TRANSLATE_NOOP("PriceSources", "Typed by hand"),
    "none": QT_TRANSLATE_NOOP("PriceSources", "No price"),
}
"""Where a price comes from."""

CHOICES: Final[Mapping[str, str]] = {
    "tax_category.taxable": QT_TRANSLATE_NOOP("Choices", "Taxable"),
    "tax_category.exempt": QT_TRANSLATE_NOOP("Choices", "Exempt"),
    "grade.vip": QT_TRANSLATE_NOOP("Choices", "VIP"),
    "grade.major": QT_TRANSLATE_NOOP("Choices", "Major"),
    "grade.ordinary": QT_TRANSLATE_NOOP("Choices", "Ordinary"),
    "grade.small": QT_TRANSLATE_NOOP("Choices", "Small"),
    "deal_type.relation": QT_TRANSLATE_NOOP("Choices", "Relationship"),
    "deal_type.price": QT_TRANSLATE_NOOP("Choices", "Price"),
    "decision_role.decider": QT_TRANSLATE_NOOP("Choices", "Decides"),
    "decision_role.approver": QT_TRANSLATE_NOOP("Choices", "Approves"),
    "decision_role.influencer": QT_TRANSLATE_NOOP("Choices", "Influences"),
    "decision_role.buyer": QT_TRANSLATE_NOOP("Choices", "Buys"),
    "decision_role.user": QT_TRANSLATE_NOOP("Choices", "Uses"),
    "decision_role.gatekeeper": QT_TRANSLATE_NOOP("Choices", "Guards the door"),
    "communication_style.perfect": QT_TRANSLATE_NOOP("Choices", "Thorough"),
    "communication_style.amiable": QT_TRANSLATE_NOOP("Choices", "Amiable"),
    "communication_style.lively": QT_TRANSLATE_NOOP("Choices", "Lively"),
    "communication_style.powerful": QT_TRANSLATE_NOOP("Choices", "Forceful"),
    "role.group_manager": QT_TRANSLATE_NOOP("Choices", "Group manager"),
    "role.division_head": QT_TRANSLATE_NOOP("Choices", "Division head"),
    "role.sales_rep": QT_TRANSLATE_NOOP("Choices", "Sales rep"),
    "role.division_admin": QT_TRANSLATE_NOOP("Choices", "Division administrator"),
    "role.system_admin": QT_TRANSLATE_NOOP("Choices", "System administrator"),
    "role.approver": QT_TRANSLATE_NOOP("Choices", "Approver"),
    "role.service": QT_TRANSLATE_NOOP("Choices", "Customer service"),
    "role.marketing": QT_TRANSLATE_NOOP("Choices", "Marketing"),
    "decision.approved": QT_TRANSLATE_NOOP("Choices", "Approved"),
    "decision.returned": QT_TRANSLATE_NOOP("Choices", "Returned"),
    "decision.rejected": QT_TRANSLATE_NOOP("Choices", "Rejected"),
}
"""Values that a person chooses from, as ``field.value``."""


def state(code: str) -> str:
    """The word of a state."""
    return _word("States", STATES, code)


def outcome(kind: str) -> str:
    """What the office said of a change."""
    return _word("Outcomes", OUTCOMES, kind)


def intent(code: str) -> str:
    """What a person did."""
    return _word("Intents", INTENTS, code)


def look(code: str) -> str:
    """Why an order needs a look."""
    return _word("Looks", LOOKS, code)


def gap(code: str) -> str:
    """Why an order cannot be submitted yet."""
    return _word("Gaps", GAPS, code)


def price_source(code: str) -> str:
    """Where a price comes from."""
    return _word("PriceSources", PRICE_SOURCES, code)


def choice(field: str, value: str) -> str:
    """A value that a person chose from a list."""
    found = CHOICES.get(f"{field}.{value}")
    return value if found is None else QCoreApplication.translate("Choices", found)


def table(name: str) -> str:
    """What one row of a table is."""
    return _word("Tables", TABLES, name)


def field(table_name: str, name: str) -> str:
    """What stands before a value of this field."""
    found = FIELDS.get(f"{table_name}.{name}", FIELDS.get(name, name))
    return QCoreApplication.translate("Fields", found)


def error(problem: Exception) -> str:
    """What happened, what is safe, what to do: for whatever was raised."""
    return error_number(code_of(problem), problem.message if isinstance(problem, RoundsmanError) else "")


def code_of(problem: Exception) -> int:
    """The number that people quote: that of a defect of the program, for what is none of our errors."""
    return problem.code if isinstance(problem, RoundsmanError) else _BROKEN


def error_number(code: int, message: str = "") -> str:
    """The sentence of an error number; one that is not known here is told as the office put it."""
    found = ERRORS.get(code)
    if found is not None:
        return QCoreApplication.translate("Errors", found)
    return message or QCoreApplication.translate("Errors", ERRORS[_BROKEN])


_BROKEN: Final = 4399
"""A defect of the program itself (`desktop.settings`)."""


def _word(context: str, words: Mapping[str, str], code: str) -> str:
    found = words.get(code)
    return code if found is None else QCoreApplication.translate(context, found)
