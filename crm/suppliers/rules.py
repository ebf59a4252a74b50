"""Pure decisions about suppliers (R-098).

Numbers: 3170 a field holds what it cannot (``field`` names it), 3171 the code is taken.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from crm.changes.entity import Row, Wire
from crm.changes.view import Change, Finding, Rulebook, View, Want
from crm.ids import CATALOGUE
from crm.rules import PlainRules, reject

BAD_FIELD: Final = 3170
CODE_TAKEN: Final = 3171

_COUNTRY: Final = re.compile(r"([A-Z]{2})?")


def supplier_findings(row: Mapping[str, Wire]) -> Iterator[Finding]:
    """What is wrong with a supplier by itself: 3170 names the field. Code and name are there, the country is two
    capital letters or empty.
    """
    for name in ("code", "name"):
        if not str(row[name]).strip():
            yield _bad(name)
    if not _COUNTRY.fullmatch(str(row["address_country"])):
        yield _bad("address_country")


def _bad(name: str) -> Finding:
    return reject(BAD_FIELD, f"The value of {name} is not acceptable.", field=name)


class SupplierRules(PlainRules):
    """The rules of ``supplier``."""

    def wants(self, view: View, roots: Iterable[Row]) -> Iterator[Want]:
        """Every supplier: codes are compared."""
        if any(True for _ in roots):
            yield Want("supplier", "unit", frozenset({bytes(CATALOGUE)}))

    def judge(self, view: View, change: Change) -> Iterator[Finding]:
        """Rejects what `supplier_findings` names, and a code that another supplier has or had (3171)."""
        after = change.after
        yield from supplier_findings(after)
        if (change.before is None or "code" in change.fields) and any(
            other["code"] == after["code"] and other["id"] != after["id"]
            for other in view.children("supplier", "unit", CATALOGUE)
        ):
            yield reject(CODE_TAKEN, "Another supplier has this code.", field="code")


RULES: Final[Rulebook] = {"supplier": SupplierRules()}
"""The rules of this subject, by table."""
