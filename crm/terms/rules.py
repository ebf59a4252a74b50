"""Pure decisions about payment terms: when an invoice is due, what paying early saves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import Final, cast

from crm.changes.entity import Row, Wire
from crm.changes.view import Change, Finding, Rulebook, View, Want
from crm.ids import CATALOGUE
from crm.rules import PlainRules, reject
from crm.terms.entities import PaymentTerms

BAD_FIELD: Final = 3130
CODE_TAKEN: Final = 3131

LONGEST_DAYS: Final = 365
WHOLE_BP: Final = 10_000
"""A hundred percent in basis points."""


def terms_findings(row: Mapping[str, Wire]) -> Iterator[Finding]:
    """What is wrong with payment terms by themselves: 3130 names the field.

    A discount needs days, and days a discount; it cannot outlast the due date.
    """
    for name in ("code", "name"):
        if not str(row[name]).strip():
            yield _bad(name)
    days_net, discount_days = cast(int, row["days_net"]), cast(int, row["discount_days"])
    discount_bp = cast(int, row["discount_bp"])
    if not 0 <= days_net <= LONGEST_DAYS:
        yield _bad("days_net")
    if not 0 <= discount_days <= days_net:
        yield _bad("discount_days")
    if not 0 <= discount_bp <= WHOLE_BP or (discount_bp == 0 and discount_days > 0):
        yield _bad("discount_bp")


def _bad(name: str) -> Finding:
    return reject(BAD_FIELD, f"The value of {name} is not acceptable.", field=name)


def due_on(terms: PaymentTerms, invoiced_on: date) -> date:
    """The day by which an invoice of ``invoiced_on`` is to be paid."""
    return invoiced_on + timedelta(days=terms.days_net)


def discount_until(terms: PaymentTerms, invoiced_on: date) -> date | None:
    """The last day on which paying early is worth something; None without a discount. 0 days is the same day."""
    return invoiced_on + timedelta(days=terms.discount_days) if terms.discount_bp else None


class PaymentTermsRules(PlainRules):
    """The rules of ``payment_terms``."""

    def wants(self, view: View, roots: Iterable[Row]) -> Iterator[Want]:
        """All terms: there are few."""
        if any(True for _ in roots):
            yield Want("payment_terms", "unit", frozenset({bytes(CATALOGUE)}))

    def judge(self, view: View, change: Change) -> Iterator[Finding]:
        """Rejects what `terms_findings` names, and a code that other terms have (3131)."""
        after = change.after
        yield from terms_findings(after)
        if change.before is None and any(
            other["code"] == after["code"] and other["id"] != after["id"]
            for other in view.children("payment_terms", "unit", CATALOGUE)
        ):
            yield reject(CODE_TAKEN, "Other payment terms have this code.")


RULES: Final[Rulebook] = {"payment_terms": PaymentTermsRules()}
"""The rules of this subject, by table."""
