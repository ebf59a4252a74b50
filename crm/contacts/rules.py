"""Pure decisions about contacts: what a field may hold, and the tree of who reports to whom (R-042, R-043)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final, cast

from crm.changes.entity import Row, Wire
from crm.changes.view import Change, Finding, Rulebook, View, Want
from crm.contacts.entities import CommunicationStyle, DecisionRole
from crm.rules import PlainRules, reject

BAD_FIELD: Final = 3120
REPORTS_RING: Final = 3121
OTHER_CUSTOMER: Final = 3122
DELETED: Final = 3123

LOWEST_LEVEL: Final = 9


def contact_findings(row: Mapping[str, Wire]) -> Iterator[Finding]:
    """What is wrong with a contact by itself: 3120 names the field."""
    if not str(row["name"]).strip():
        yield _bad("name")
    if not 0 <= cast(int, row["level"]) <= LOWEST_LEVEL:
        yield _bad("level")
    if row["decision_role"] not in {"", *DecisionRole}:
        yield _bad("decision_role")
    if row["communication_style"] not in {"", *CommunicationStyle}:
        yield _bad("communication_style")


def _bad(name: str) -> Finding:
    return reject(BAD_FIELD, f"The value of {name} is not acceptable.", field=name)


def reports_findings(
    contact: Mapping[str, Wire], of_customer: Iterable[Mapping[str, Wire]]
) -> Iterator[Finding]:
    """Whether the superior that ``contact`` names can be: somebody of the same customer (3122), not in a ring (3121).

    ``of_customer`` are the customer's contacts, deleted ones too. A ring is a conflict and not a rejection: two
    people may each have drawn half of it.
    """
    superior = contact["reports_to_id"]
    if superior is None:
        return
    above = {row["id"]: row["reports_to_id"] for row in of_customer}
    if superior not in above:
        yield reject(OTHER_CUSTOMER, "A contact reports to somebody at the same customer.")
        return
    seen: set[Wire] = set()
    while superior is not None and superior not in seen:
        if superior == contact["id"]:
            yield Finding("conflict", REPORTS_RING, "A contact would report to themselves in a ring.")
            return
        seen.add(superior)
        superior = above.get(superior)


class ContactRules(PlainRules):
    """The rules of ``contact``."""

    def wants(self, view: View, roots: Iterable[Row]) -> Iterator[Want]:
        """The other contacts of the same customers, where somebody reports to somebody."""
        customers = {
            customer_id
            for row in roots
            if row["reports_to_id"] is not None and isinstance(customer_id := row["customer_id"], bytes)
        }
        if customers:
            yield Want("contact", "customer_id", frozenset(customers))

    def judge(self, view: View, change: Change) -> Iterator[Finding]:
        """Rejects what `contact_findings` names and a superior elsewhere; a ring becomes a conflict."""
        after = change.after
        yield from contact_findings(after)
        if change.before is None or "reports_to_id" in change.fields:
            of_customer = view.children("contact", "customer_id", cast(bytes, after["customer_id"]))
            yield from reports_findings(after, of_customer)


RULES: Final[Rulebook] = {"contact": ContactRules()}
"""The rules of this subject, by table."""
